#include "core/locate/estimator.h"

#include <gmock/gmock.h>

#include <set>

#include "core/locate/estimators.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MeasuredPath Path(std::uint32_t landmark, std::uint32_t target) { return {landmark, target, {}, {}}; }

TEST(CalibrationSet, PathsAreFoundFromEitherEnd) {
  const CalibrationSet set({{}, {}, {}, {}}, {Path(2, 0), Path(0, 2), Path(0, 1), Path(2, 1)});
  const auto targets = [](std::span<const MeasuredPath> paths) {
    std::vector<std::uint32_t> all;
    for (const MeasuredPath& path : paths) all.push_back(path.target);
    return all;
  };
  const auto landmarks = [](std::span<const MeasuredPath> paths) {
    std::vector<std::uint32_t> all;
    for (const MeasuredPath& path : paths) all.push_back(path.landmark);
    return all;
  };
  EXPECT_THAT(targets(set.PathsFrom(0)), ElementsAre(1, 2));
  EXPECT_THAT(targets(set.PathsFrom(1)), IsEmpty());
  EXPECT_THAT(targets(set.PathsFrom(2)), ElementsAre(0, 1));
  EXPECT_THAT(landmarks(set.PathsTo(1)), ElementsAre(0, 2));
  EXPECT_THAT(landmarks(set.PathsTo(3)), IsEmpty());
}

TEST(AllEstimators, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const EstimatorMethod& method : AllEstimators()) {
    EXPECT_TRUE(names.insert(method.name).second) << method.name;
    EXPECT_FALSE(method.source.empty()) << method.name;
  }
}

}  // namespace
}  // namespace earshot
