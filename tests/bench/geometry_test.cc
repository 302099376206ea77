#include "bench/geometry.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

// Figures are the bench's to print; a test looks at what must hold on any machine.
TEST(GeometryBench, BothSidesAnswerAlikeAtEverySize) {
  const auto report = RunGeometryBench({.seed = 3, .cases = 12, .rounds = 1});
#if defined(NDEBUG) && defined(__OPTIMIZE__)
  ASSERT_TRUE(report.has_value()) << report.error().message();
  ASSERT_EQ(report->rows.size(), 3U);
  for (const GeometryBenchRow& row : report->rows) {
    EXPECT_EQ(row.agreeing, row.cases) << row.discs;
    EXPECT_GT(row.nonempty, 0) << row.discs;
    EXPECT_GT(row.ours.median, Duration(0)) << row.discs;
    EXPECT_GE(row.area_excess, 1.0) << row.discs;
  }
  EXPECT_EQ(report->goals.size(), 3U);
#else
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::kUnsupported);
#endif
}

TEST(GeometryBench, WithoutCasesOrRoundsNothingRuns) {
  EXPECT_FALSE(RunGeometryBench({.seed = 1, .cases = 0, .rounds = 1}).has_value());
  EXPECT_FALSE(RunGeometryBench({.seed = 1, .cases = 1, .rounds = 0}).has_value());
}

}  // namespace
}  // namespace earshot
