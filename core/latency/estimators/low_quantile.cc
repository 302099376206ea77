// The delay that only a small share of pings undercuts: for paths on which single quick answers are
// not to be trusted, and for comparing whole distributions.
//
// What it estimates is the quantile itself, so that its statement needs no model of the tail, only
// samples that are independent and alike.
#include <algorithm>

#include "core/latency/estimator.h"
#include "core/latency/order_statistics.h"

namespace earshot {

FloorEstimateFunction EstimateByLowQuantile;

FloorEstimate EstimateByLowQuantile(std::span<const Sample> window, MonotonicInstant,
                                    const FloorOptions& options) {
  const Rtt estimate = *QuantileRtt(window, options.quantile);
  const auto rank = SureRankBelowQuantile(window.size(), options.quantile, options.confidence);
  if (!rank.has_value()) return {estimate, std::nullopt};
  const Rtt sure = LowestRtts(window, *rank).back();
  return {estimate, std::max(Duration(0), estimate.duration() - sure.duration())};
}

}  // namespace earshot
