#include "bench/ns3/comparison.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

SideReport RunOf(std::uint64_t round_trips, std::int64_t milliseconds) {
  SideReport report;
  report.round_trips = round_trips;
  report.run = std::chrono::milliseconds(milliseconds);
  report.version = "side";
  return report;
}

TEST(SideReportText, ReadsBackWhatWasWritten) {
  SideReport report = RunOf(240'000, 1'500);
  report.rtts_wrong = 3;
  report.setup = std::chrono::nanoseconds(17);
  report.peak_kib = 4096;
  report.version = "ns-3 3.37";
  const auto parsed = ParseSideReport(ToText(report));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->round_trips, 240'000U);
  EXPECT_EQ(parsed->rtts_wrong, 3U);
  EXPECT_EQ(parsed->setup, report.setup);
  EXPECT_EQ(parsed->run, report.run);
  EXPECT_EQ(parsed->peak_kib, 4096U);
  EXPECT_EQ(parsed->version, "ns-3 3.37");
}

TEST(SideReportText, MissingLineAndLineWithoutNumberAreRefused) {
  EXPECT_FALSE(ParseSideReport("").has_value());
  EXPECT_FALSE(ParseSideReport("round_trips 5\n").has_value());
  std::string text = ToText(RunOf(7, 1));
  ASSERT_TRUE(ParseSideReport(text).has_value());
  text.replace(text.find(" 7"), 2, " -7");
  EXPECT_FALSE(ParseSideReport(text).has_value());
}

TEST(SameWork, EveryRoundTripAsLongAsItsPathPasses) {
  EXPECT_TRUE(CheckSameWork(RunOf(2 * 3 * 4 * 5, 1), {2, 3, 4, 5}).has_value());
}

TEST(SameWork, LostOrWrongRoundTripIsRefused) {
  EXPECT_FALSE(CheckSameWork(RunOf(2 * 3 * 4 * 5 - 1, 1), {2, 3, 4, 5}).has_value());
  SideReport wrong = RunOf(2 * 3 * 4 * 5, 1);
  wrong.rtts_wrong = 1;
  EXPECT_FALSE(CheckSameWork(wrong, {2, 3, 4, 5}).has_value());
}

TEST(Rates, MedianLeastAndMostAreOfAllRuns) {
  const std::vector<SideReport> runs = {RunOf(1'000, 4), RunOf(1'000, 1), RunOf(1'000, 2),
                                        RunOf(1'000, 2)};
  const RateFigures rates = FiguresOf(runs);
  EXPECT_DOUBLE_EQ(rates.median, 500'000);
  EXPECT_DOUBLE_EQ(rates.least, 250'000);
  EXPECT_DOUBLE_EQ(rates.most, 1'000'000);
  EXPECT_DOUBLE_EQ(FiguresOf({}).median, 0);
}

TEST(Ratio, FiftyIsMetAndLessIsMissed) {
  const std::vector<SideReport> theirs = {RunOf(1'000, 1'000)};
  const std::vector<SideReport> ours = {RunOf(1'000, 20)};
  EXPECT_DOUBLE_EQ(RatioOf(ours, theirs).median, 50);
  EXPECT_TRUE(JudgeRatio(RatioOf(ours, theirs)).met);
  const std::vector<SideReport> slower = {RunOf(1'000, 21)};
  EXPECT_FALSE(JudgeRatio(RatioOf(slower, theirs)).met);
  EXPECT_FALSE(JudgeRatio(RatioOf(ours, {})).met);
}

TEST(Ratio, LeastAndMostSpanAllPairsOfRuns) {
  const std::vector<SideReport> theirs = {RunOf(1'000, 100), RunOf(1'000, 200)};
  const std::vector<SideReport> ours = {RunOf(1'000, 10), RunOf(1'000, 20)};
  EXPECT_DOUBLE_EQ(RatioOf(ours, theirs).least, 5);
  EXPECT_DOUBLE_EQ(RatioOf(ours, theirs).most, 20);
}

TEST(Plan, FourNumbersWithinTheLimitsAreAPlan) {
  const char* arguments[] = {"10", "2", "3", "5"};
  const auto plan = ParsePlan(4, arguments);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->RoundTrips(), 10U * 2 * 3 * 5);
}

TEST(Plan, MissingOddOrLargeNumbersAreNone) {
  const char* arguments[] = {"10", "2", "3", "5x"};
  EXPECT_FALSE(ParsePlan(4, arguments).has_value());
  EXPECT_FALSE(ParsePlan(3, arguments).has_value());
  const char* large[] = {"10001", "2", "3", "5"};
  EXPECT_FALSE(ParsePlan(4, large).has_value());
  const char* zero[] = {"10", "0", "3", "5"};
  EXPECT_FALSE(ParsePlan(4, zero).has_value());
}

}  // namespace
}  // namespace earshot
