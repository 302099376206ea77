// The least RTT of the window.
//
// Its statement needs to know how samples thin out towards the floor. A ping that passes h places
// where it may wait, each with some chance of hardly waiting at all, exceeds the floor by less than x
// with a probability proportional to x^h for small x: the density of a sum of h delays starts like
// x^(h-1). Places where the queue is often empty, so that nothing is waited, only make small
// excesses likelier. So the exponent is at most h, and a larger one widens the statement:
// FloorOptions::tail_exponent is 2, one place each way (landmark and agent when kernel stamps
// are used). A path with more places that are never empty needs more.
#include <vector>

#include "core/latency/estimator.h"
#include "core/latency/order_statistics.h"

namespace earshot {

FloorEstimateFunction EstimateByMinimum;

FloorEstimate EstimateByMinimum(std::span<const Sample> window, MonotonicInstant,
                                const FloorOptions& options) {
  if (window.size() < 2) return {window.front().rtt, std::nullopt};
  const std::vector<Rtt> lowest = LowestRtts(window, LowestUsed(window.size()));
  const Duration gap = lowest.back().duration() - lowest.front().duration();
  const double factor = FloorGapFactor(lowest.size(), options.tail_exponent, options.confidence);
  const double above = factor * static_cast<double>(gap.count());
  return {lowest.front(), Duration(static_cast<std::int64_t>(above) + 1)};
}

}  // namespace earshot
