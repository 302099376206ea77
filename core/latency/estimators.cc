#include <algorithm>
#include <array>

#include "core/latency/estimator.h"

namespace earshot {

FloorEstimateFunction EstimateByMinimum;
FloorEstimateFunction EstimateByLowQuantile;
FloorEstimateFunction EstimateByLowerEnvelope;

namespace {

constexpr std::array kFloorEstimators = {
    FloorEstimator{"minimum", "the chance of waiting less than x grows as x^2 near the floor",
              &EstimateByMinimum},
    FloorEstimator{"low-quantile", "samples independent and alike; estimates the 5 % quantile",
              &EstimateByLowQuantile},
    FloorEstimator{"lower-envelope", "as minimum; the floor moves by at most 100 ns a second",
              &EstimateByLowerEnvelope},
};

}  // namespace

std::span<const FloorEstimator> FloorEstimators() { return kFloorEstimators; }

const FloorEstimator* FindFloorEstimator(std::string_view name) {
  const auto found = std::ranges::find(kFloorEstimators, name, &FloorEstimator::name);
  return found == kFloorEstimators.end() ? nullptr : &*found;
}

}  // namespace earshot
