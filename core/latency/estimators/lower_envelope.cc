// The floor as it is now, when it may move.
//
//   rtt |  .        .            A sample x taken at t says: the floor was at most x then, so it is
//       |    .   .     .         at most x + drift * |now - t| now. The estimate is the least of
//       |  \   .  \  .   /       these: the lower envelope of cones that open by the stated drift
//       |    \___/ \___/         rate. Old samples fade by themselves; none is cut off suddenly.
//       +------------------ t    With drift 0 it is the minimum.
//
// Statement, from the minimum's: let E be the excesses of the samples over the floor at their own
// times, z the cones' values now and s = 2 * drift * |now - t| the most that a cone can add. Then
// z - s <= floor + E <= z for every sample, so E(k) - E(1) <= z(k) - min(z - s), and the estimate
// exceeds the floor by at most E(1) + max s. Moon, Skelly and Towsley ("Estimation and removal of
// clock skew from network delay measurements", INFOCOM 1999) fit one straight line below all samples;
// cones ask for no straightness, only for a rate.
#include <algorithm>
#include <vector>

#include "core/latency/estimator.h"
#include "core/latency/order_statistics.h"

namespace earshot {

FloorEstimateFunction EstimateByLowerEnvelope;

FloorEstimate EstimateByLowerEnvelope(std::span<const Sample> window, MonotonicInstant now,
                                      const FloorOptions& options) {
  const auto drift_since = [&](const Sample& sample) {
    const double seconds = ToSeconds(now - sample.sent_at);
    const auto rate = static_cast<double>(options.drift_per_second.count());
    return Duration(static_cast<std::int64_t>(seconds * rate) + 1);  // rounded up
  };
  std::vector<Duration> cones;
  cones.reserve(window.size());
  Duration least_possible = Duration::max();
  Duration added_max{0};
  for (const Sample& sample : window) {
    const Duration drift = drift_since(sample);
    cones.push_back(sample.rtt.duration() + drift);
    least_possible = std::min(least_possible, sample.rtt.duration() - drift);
    added_max = std::max(added_max, 2 * drift);
  }
  const std::size_t k = LowestUsed(window.size());
  const Rtt estimate = Rtt::FromDuration(*std::ranges::min_element(cones));
  if (window.size() < 2) return {estimate, std::nullopt};
  std::ranges::nth_element(cones, cones.begin() + static_cast<std::ptrdiff_t>(k - 1));
  const double gap = static_cast<double>((cones[k - 1] - least_possible).count());
  const double factor = FloorGapFactor(k, options.tail_exponent, options.confidence);
  return {estimate, Duration(static_cast<std::int64_t>(factor * gap) + 1) + added_max};
}

}  // namespace earshot
