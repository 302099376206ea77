#include "core/locate/estimator.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

// Where the paths of each place begin in a list sorted by `place_of`.
template <typename PlaceOf>
std::vector<std::uint32_t> Begins(std::span<const MeasuredPath> sorted, std::size_t places,
                                  PlaceOf&& place_of) {
  std::vector<std::uint32_t> begins(places + 1, 0);
  for (const MeasuredPath& path : sorted) ++begins[place_of(path) + 1];
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  return begins;
}

}  // namespace

CalibrationSet::CalibrationSet(std::vector<ReferencePlace> places, std::vector<MeasuredPath> paths)
    : places_(std::move(places)), paths_(std::move(paths)), by_target_(paths_) {
  const auto known = [&](const MeasuredPath& path) {
    return path.landmark < places_.size() && path.target < places_.size();
  };
  EARSHOT_CHECK(std::ranges::all_of(paths_, known));
  std::ranges::sort(paths_, {}, [](const MeasuredPath& path) {
    return std::tuple(path.landmark, path.target);
  });
  std::ranges::sort(by_target_, {}, [](const MeasuredPath& path) {
    return std::tuple(path.target, path.landmark);
  });
  landmark_begin_ =
      Begins(paths_, places_.size(), [](const MeasuredPath& path) { return path.landmark; });
  target_begin_ =
      Begins(by_target_, places_.size(), [](const MeasuredPath& path) { return path.target; });
}

std::span<const MeasuredPath> CalibrationSet::PathsFrom(std::uint32_t landmark) const {
  return std::span(paths_).subspan(landmark_begin_[landmark],
                                   landmark_begin_[landmark + 1] - landmark_begin_[landmark]);
}

std::span<const MeasuredPath> CalibrationSet::PathsTo(std::uint32_t target) const {
  return std::span(by_target_)
      .subspan(target_begin_[target], target_begin_[target + 1] - target_begin_[target]);
}

void LocationEstimator::Pad(const DeclarationCase& /*asked*/,
                            std::span<LandmarkAnswer> /*padded*/) const {}

}  // namespace earshot
