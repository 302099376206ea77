#include "core/appraisal/bound_history.h"

#include <algorithm>

#include "core/latency/statistics.h"

namespace earshot {
namespace {

bool MayBound(const LandmarkObservation& seen) {
  return MinRtt(seen.samples, kTaintsThatUnbound).has_value();
}

}  // namespace

void BoundHistory::Remember(std::span<const LandmarkObservation> round) {
  for (const LandmarkObservation& seen : round) {
    if (!MayBound(seen)) continue;
    const auto known = last_.find(seen.landmark);
    if (known != last_.end() && known->second.begin > seen.begin) continue;
    last_[seen.landmark] = seen;
  }
}

std::vector<LandmarkObservation> BoundHistory::Complete(std::span<const LandmarkObservation> round,
                                                        MonotonicInstant now) const {
  std::vector<LandmarkObservation> all(round.begin(), round.end());
  for (const auto& [landmark, seen] : last_) {
    if (now - seen.begin >= keep_) continue;
    const bool fresh = std::ranges::any_of(round, [&](const LandmarkObservation& current) {
      return current.landmark == landmark && MayBound(current);
    });
    if (fresh) continue;
    all.push_back(seen);
    all.back().expected = false;
    all.back().packets_refused = 0;  // counted in their own round
  }
  std::ranges::stable_sort(all, {}, &LandmarkObservation::landmark);
  return all;
}

}  // namespace earshot
