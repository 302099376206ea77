#include "core/locate/estimator.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

// Where the paths of each place begin in a list sorted by `place_of`: their counts, summed up.
template <typename PlaceOf>
std::vector<std::uint32_t> Begins(std::span<const MeasuredPath> paths, std::size_t places,
                                  PlaceOf&& place_of) {
  std::vector<std::uint32_t> begins(places + 1, 0);
  for (const MeasuredPath& path : paths) ++begins[place_of(path) + 1];
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
  return begins;
}

}  // namespace

CalibrationSet::CalibrationSet(std::vector<ReferencePlace> places, std::vector<MeasuredPath> paths)
    : places_(std::move(places)), paths_(std::move(paths)) {
  const auto known = [&](const MeasuredPath& path) {
    return path.landmark < places_.size() && path.target < places_.size();
  };
  EARSHOT_CHECK(std::ranges::all_of(paths_, known));
  const auto in_order = [](const MeasuredPath& path) {
    return std::pair(path.landmark, path.target);
  };
  // Cross-validation takes paths out of sorted ones thousands of times.
  if (!std::ranges::is_sorted(paths_, {}, in_order)) std::ranges::sort(paths_, {}, in_order);
  landmark_begin_ =
      Begins(paths_, places_.size(), [](const MeasuredPath& path) { return path.landmark; });
  target_begin_ =
      Begins(paths_, places_.size(), [](const MeasuredPath& path) { return path.target; });
  // Dealt out in order, so within one target they stay by landmark.
  std::vector<std::uint32_t> next(target_begin_.begin(), target_begin_.end() - 1);
  by_target_.resize(paths_.size());
  for (const MeasuredPath& path : paths_) by_target_[next[path.target]++] = path;
}

std::span<const MeasuredPath> CalibrationSet::PathsFrom(std::uint32_t landmark) const {
  return std::span(paths_).subspan(landmark_begin_[landmark],
                                   landmark_begin_[landmark + 1] - landmark_begin_[landmark]);
}

std::span<const MeasuredPath> CalibrationSet::PathsTo(std::uint32_t target) const {
  return std::span(by_target_)
      .subspan(target_begin_[target], target_begin_[target + 1] - target_begin_[target]);
}

std::vector<std::optional<double>> LocationEstimator::ScoreDeclarations(
    std::span<const DeclarationCase> asked) const {
  std::vector<std::optional<double>> scores;
  scores.reserve(asked.size());
  for (const DeclarationCase& one : asked) scores.push_back(ScoreDeclaration(one));
  return scores;
}

bool LocationEstimator::Pad(const DeclarationCase& /*asked*/,
                            std::span<LandmarkAnswer> /*padded*/) const {
  return true;
}

}  // namespace earshot
