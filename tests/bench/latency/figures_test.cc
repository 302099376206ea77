#include "bench/latency/figures.h"

#include <gtest/gtest.h>

#include <optional>

#include "bench/latency/plot.h"

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

LatencyRow Row(const LatencyKey& key, std::vector<std::vector<Duration>> rounds) {
  LatencyRow row;
  row.key = key;
  row.rounds = std::move(rounds);
  return row;
}
LatencyKey Train(bool loaded) { return {"earshot", "train of 5", "kernel", loaded, true}; }
LatencyKey Irtt(bool loaded) { return {"irtt", "single", "its own", loaded, true}; }

std::optional<BenchGoal> Find(const std::vector<BenchGoal>& goals, std::string_view part) {
  for (const BenchGoal& goal : goals) {
    if (goal.name.find(part) != std::string::npos) return goal;
  }
  return std::nullopt;
}

TEST(LatencyFiguresTest, MedianIsTheMedianOfTheRoundsMedians) {
  const LatencyRow row = Row(Train(false), {{microseconds(1), microseconds(2), microseconds(9)},
                                            {microseconds(5)},
                                            {},
                                            {microseconds(3), microseconds(3)}});
  const LatencyFigures figures = FiguresOf(row);
  EXPECT_EQ(figures.median, microseconds(3));
  EXPECT_EQ(figures.median_min, microseconds(2));
  EXPECT_EQ(figures.median_max, microseconds(5));
  EXPECT_EQ(figures.least, microseconds(1));
  EXPECT_EQ(figures.p99, microseconds(9));
  EXPECT_EQ(figures.errors, 6U);
  EXPECT_EQ(FiguresOf(Row(Train(false), {})).errors, 0U);
}

TEST(LatencyFiguresTest, OneMicrosecondIsFifteenHundredthsOfAKilometre) {
  EXPECT_NEAR(KilometresOf(microseconds(1)), 0.1499, 1e-4);
}

TEST(LatencyGoalsTest, RatioIsMetAtItsLimitAndMissedBeyondIt) {
  const std::vector<LatencyRow> met = {Row(Train(false), {{microseconds(10)}}),
                                       Row(Irtt(false), {{microseconds(80)}})};
  ASSERT_TRUE(Find(JudgeGoals(met).goals, "idle, same class").has_value());
  EXPECT_TRUE(Find(JudgeGoals(met).goals, "idle, same class")->met);
  const std::vector<LatencyRow> missed = {Row(Train(false), {{microseconds(10)}}),
                                          Row(Irtt(false), {{microseconds(79)}})};
  EXPECT_FALSE(Find(JudgeGoals(missed).goals, "idle, same class")->met);
}

TEST(LatencyGoalsTest, RoundsThatDisagreeAreCountedBesideTheGoal) {
  const std::vector<LatencyRow> rows = {
      Row(Train(false), {{microseconds(10)}, {microseconds(10)}, {microseconds(30)}}),
      Row(Irtt(false), {{microseconds(80)}, {microseconds(100)}, {microseconds(90)}})};
  const std::optional<BenchGoal> goal = Find(JudgeGoals(rows).goals, "idle, same class");
  ASSERT_TRUE(goal.has_value() && goal->rounds.has_value());
  EXPECT_TRUE(goal->met);  // 10 to 90 at the medians
  EXPECT_EQ(goal->rounds->met, 2);
  EXPECT_EQ(goal->rounds->of, 3);
  EXPECT_DOUBLE_EQ(goal->rounds->least, 0.1);
  EXPECT_DOUBLE_EQ(goal->rounds->most, 1.0 / 3);
}

TEST(LatencyGoalsTest, RoundInWhichThePeerFailedLeavesNoPairsToCount) {
  const std::vector<LatencyRow> rows = {
      Row(Train(false), {{microseconds(10)}, {microseconds(10)}}),
      Row(Irtt(false), {{microseconds(80)}})};
  const std::optional<BenchGoal> goal = Find(JudgeGoals(rows).goals, "idle, same class");
  ASSERT_TRUE(goal.has_value());
  EXPECT_TRUE(goal->met);
  EXPECT_FALSE(goal->rounds.has_value());
}

TEST(LatencyGoalsTest, GoalWithoutItsPeerIsUndecidedAndNeitherMetNorMissed) {
  const std::vector<LatencyRow> rows = {Row(Train(false), {{microseconds(10)}})};
  const LatencyGoals judged = JudgeGoals(rows);
  EXPECT_FALSE(Find(judged.goals, "irtt").has_value());
  EXPECT_FALSE(Find(judged.goals, "round of pings").has_value());
  // Three against irtt, one against ping, one of the loaded core, two of the relay's truth.
  EXPECT_EQ(judged.undecided.size(), 7U);
}

TEST(LatencyGoalsTest, PingsMinimumIsOfOneRoundHoweverManyThereAre) {
  LatencyRow ping = Row({"ping", "ICMP echo", "its own", false, true},
                        {{microseconds(30)}, {microseconds(30)}, {microseconds(30)}});
  ping.least_printed = {microseconds(8), microseconds(9), microseconds(1)};
  EXPECT_EQ(FiguresOf(ping).least, microseconds(1));
  const std::vector<LatencyRow> rows = {Row(Train(false), {{microseconds(10)}}), ping};
  EXPECT_TRUE(Find(JudgeGoals(rows).goals, "round of pings")->met);  // 10 to 8
  ping.least_printed[0] = microseconds(7);
  ping.least_printed[1] = microseconds(7);
  EXPECT_FALSE(Find(JudgeGoals(std::vector{rows[0], ping}).goals, "round of pings")->met);
}

TEST(LatencyGoalsTest, OnePingBelowTheTruthMissesTheGoal) {
  LatencyRow row = Row({"earshot", "single", "kernel", false, true}, {{microseconds(10)}});
  row.beyond_wire = {microseconds(4), microseconds(5)};
  EXPECT_TRUE(Find(JudgeGoals(std::vector{row}).goals, "below the relay's truth")->met);
  row.beyond_wire.push_back(Duration(-1));
  EXPECT_FALSE(Find(JudgeGoals(std::vector{row}).goals, "below the relay's truth")->met);
}

TEST(CompareEstimatorsTest, ErrorsAreCountedFromTheFloorAndStatementsHeldToIt) {
  std::vector<EstimatorInput> inputs;
  for (int i = 0; i < 40; ++i) {
    const Duration error = microseconds(10 + i * 7 % 20);
    inputs.push_back({{.index = 1,
                       .rtt = Rtt::FromDuration(milliseconds(5) + error),
                       .stamps = StampKind::kKernelBoth,
                       .taint = Taint::kNone,
                       .sent_at = MonotonicInstant::FromNanoseconds(1) + milliseconds(i)},
                      milliseconds(5)});
  }
  const auto figures = CompareEstimators(inputs);
  bool seen = false;
  for (const EstimatorFigures& one : figures) {
    EXPECT_NE(one.n, 200U);  // there are not so many
    if (one.name != "minimum" || one.n != 20) continue;
    seen = true;
    EXPECT_EQ(one.blocks, 2U);
    EXPECT_EQ(one.error_median, Duration(0));
    ASSERT_TRUE(one.stated_median.has_value());
    EXPECT_EQ(one.held, 1.0);
  }
  EXPECT_TRUE(seen);
  EXPECT_TRUE(CompareEstimators({}).empty());
}

TEST(LatencyPlotTest, EveryRowIsNamedAndNothingIsFetched) {
  const std::vector<LatencyRow> rows = {Row(Train(false), {{microseconds(8), microseconds(9)}}),
                                        Row(Irtt(true), {{microseconds(150)}})};
  const std::vector<std::string> below = {"load > 3"};
  const std::string svg = LatencyPlot(rows, "a < b & c", below);
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("earshot train of 5, kernel stamps"), std::string::npos);
  EXPECT_NE(svg.find("irtt single"), std::string::npos);
  EXPECT_NE(svg.find("a &lt; b &amp; c"), std::string::npos);
  EXPECT_NE(svg.find("load &gt; 3"), std::string::npos);
  EXPECT_EQ(svg.find("href"), std::string::npos);
  EXPECT_EQ(LatencyPlot({}, "t", {}).find("<path"), std::string::npos);
}

}  // namespace
}  // namespace earshot
