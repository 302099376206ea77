#include "core/locate/placement_model.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace earshot {

PlacementModel::PlacementModel(LocalNormal normal, std::vector<double> honest_scores)
    : normal_(std::move(normal)), honest_scores_(std::move(honest_scores)) {
  std::ranges::sort(honest_scores_, std::greater<>());
}

double PlacementModel::LeastRate() const {
  return 1.0 / (static_cast<double>(honest_scores_.size()) + 1);
}

double PlacementModel::PValue(double score) const {
  const auto as_bad =
      std::ranges::upper_bound(honest_scores_, score, std::greater<>()) - honest_scores_.begin();
  return (static_cast<double>(as_bad) + 1) * LeastRate();
}

double PlacementModel::Threshold(double alpha) const {
  // Written so that NaN becomes the least rate: the fewest alarms.
  const double n = static_cast<double>(honest_scores_.size());
  const double allowed = alpha * (n + 1) > 1 ? std::min(alpha * (n + 1), n + 1) : 1.0;
  // `allowed` - 1 honest scores, rounded down, may be as bad; the next one is the threshold. The
  // 1e-9 forgives the rounding of rates like 5/100.
  const auto as_bad = static_cast<std::size_t>(allowed + 1e-9) - 1;
  return as_bad < honest_scores_.size() ? honest_scores_[as_bad]
                                        : -std::numeric_limits<double>::infinity();
}

}  // namespace earshot
