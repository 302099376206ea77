#include "sim/sweep/sweep_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/sim/sweep/sweep_text_fixture.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// `text` with the axis of jitter, and its mention in the picture, replaced.
std::string WithJitterAxis(const std::string& text, const char* axis, const char* parameter) {
  return With(With(text, R"("network.jitter" values: ["100 us", "2 ms"])", axis), "network.jitter",
              parameter);
}

class SweepLoadTest : public testing::Test {
 protected:
  // Of the small sweep with `what` replaced, without the folder.
  std::string ErrorWith(std::string_view what, std::string_view by) {
    const auto plan = folder_.Parse(With(kSmallSweep, what, by));
    if (plan.has_value()) return "sound";
    std::string message = plan.error().message();
    const std::string file = folder_.Path("s.textproto");
    return message.starts_with(file) ? message.substr(file.size() - 11) : message;
  }
  SweepPlan PlanWith(std::string_view what, std::string_view by) {
    return folder_.Plan(With(kSmallSweep, what, by));
  }

  SweepFolder folder_;
};

TEST_F(SweepLoadTest, GridIsEveryCombinationWithTheLastAxisFastest) {
  const SweepPlan plan = folder_.Plan();
  EXPECT_THAT(plan.parameters, ElementsAre("network.jitter", "policy.false_alarm_rate"));
  ASSERT_EQ(plan.points.size(), 6U);
  EXPECT_THAT(plan.points[0].values, ElementsAre("100 us", "0.02"));
  EXPECT_THAT(plan.points[1].values, ElementsAre("100 us", "0.05"));
  EXPECT_THAT(plan.points[5].values, ElementsAre("2 ms", "0.1"));
  for (std::uint32_t i = 0; i < plan.points.size(); ++i) EXPECT_EQ(plan.points[i].number, i);
  EXPECT_EQ(plan.points[5].scenario.network.jitter, std::chrono::milliseconds(2));
  EXPECT_EQ(plan.points[5].scenario.policy.false_alarm_rate, 0.1);
  EXPECT_EQ(plan.points[5].scenario.DeviceCount(), 20U);
  EXPECT_EQ(plan.points[5].scenario.seed, 7U);
}

TEST_F(SweepLoadTest, SeedsFollowTheScenariosOwn) {
  const SweepPlan plan = PlanWith("picture", "seeds: 3 picture");
  ASSERT_EQ(plan.points.size(), 18U);
  EXPECT_EQ(plan.points[0].scenario.seed, 7U);
  EXPECT_EQ(plan.points[2].scenario.seed, 9U);
  EXPECT_EQ(plan.points[2].values, plan.points[0].values);
  EXPECT_EQ(plan.points[3].scenario.seed, 7U);
}

TEST_F(SweepLoadTest, RangeIsEvenlySpacedOrByRatio) {
  const SweepPlan even = PlanWith(R"(values: ["100 us", "2 ms"])",
                                  R"(range { from: "1 ms" to: "3 ms" steps: 3 })");
  EXPECT_EQ(even.points[3].values[0], "2 ms");
  const SweepPlan ratio = PlanWith(R"(values: ["100 us", "2 ms"])",
                                   R"(range { from: "1 ms" to: "100 ms" steps: 3 logarithmic: true })");
  EXPECT_EQ(ratio.points[3].values[0], "10 ms");
}

TEST_F(SweepLoadTest, RandomPointsAreDrawnBySeedWithinTheRange) {
  const std::string text =
      With(With(kSmallSweep, R"(values: ["100 us", "2 ms"])", R"(range { from: "1 ms" to: "3 ms" })"),
           "picture", "random { points: 40 seed: 5 } picture");
  const SweepPlan plan = folder_.Plan(text);
  ASSERT_EQ(plan.points.size(), 40U);
  std::set<std::string> jitters;
  for (const SweepPoint& point : plan.points) {
    EXPECT_GE(point.scenario.network.jitter, std::chrono::milliseconds(1));
    EXPECT_LE(point.scenario.network.jitter, std::chrono::milliseconds(3));
    jitters.insert(point.values[0]);
  }
  EXPECT_GT(jitters.size(), 30U);
  EXPECT_EQ(folder_.Plan(text).Hash(), plan.Hash());
  EXPECT_NE(folder_.Plan(With(text, "seed: 5", "seed: 6")).Hash(), plan.Hash());
}

TEST_F(SweepLoadTest, DishonestShareMovesDevicesBetweenFleets) {
  const SweepPlan plan = folder_.Plan(WithJitterAxis(
      kSmallSweep, R"("dishonest_share" values: ["0", "0.25", "1"])", "dishonest_share"));
  const auto dishonest = [](const Scenario& scenario) {
    std::uint64_t count = 0;
    for (const ScenarioFleet& fleet : scenario.fleets) count += fleet.honest() ? 0 : fleet.count;
    return count;
  };
  EXPECT_EQ(dishonest(plan.points[0].scenario), 0U);
  EXPECT_EQ(plan.points[0].scenario.fleets.size(), 1U);
  EXPECT_EQ(dishonest(plan.points[3].scenario), 5U);
  EXPECT_EQ(dishonest(plan.points[6].scenario), 20U);
  for (const SweepPoint& point : plan.points) EXPECT_EQ(point.scenario.DeviceCount(), 20U);
}

// The small sweep with this axis in place of that of the rate.
std::string WithBudgetAxis(const std::string& values) {
  return With(With(kSmallSweep, R"("policy.false_alarm_rate" values: ["0.02", "0.05", "0.1"])",
                   "\"alarm_budget\" values: [" + values + "]"),
              "x: \"policy.false_alarm_rate\"", "x: \"alarm_budget\"");
}

TEST_F(SweepLoadTest, AlarmBudgetIsTheRateThatAFleetOfThisSizeCanBear) {
  const SweepPlan plan = folder_.Plan(WithBudgetAxis(R"("1", "2")"));
  ASSERT_EQ(plan.points.size(), 4U);
  for (const SweepPoint& point : plan.points) {
    const double alarms = point.scenario.policy.false_alarm_rate *
                          static_cast<double>(point.scenario.DeviceCount());
    EXPECT_NEAR(alarms, point.values[1] == "1" ? 1.0 : 2.0, 1e-9);
    EXPECT_EQ(point.scenario.policy.change_alarm_rate, 0) << "who does not watch gets no share";
  }
}

TEST_F(SweepLoadTest, AlarmBudgetWithoutARateThatTheTestCanStateIsRefused) {
  for (const char* const budget : {R"("0.001")", R"("0")", R"("-1")", R"("few")", R"("inf")"}) {
    EXPECT_FALSE(folder_.Parse(WithBudgetAxis(budget)).has_value()) << budget;
  }
  const auto both = folder_.Parse(With(WithBudgetAxis(R"("1")"), "axes {",
      "settings { parameter: \"policy.false_alarm_rate\" value: \"0.05\" }\naxes {"));
  ASSERT_FALSE(both.has_value());
  EXPECT_THAT(both.error().message(), testing::HasSubstr("vary one of them"));
}

TEST_F(SweepLoadTest, FewerLandmarksArePartOfMoreAndOfDifferentDomainsFirst) {
  const std::string text = With(
      kSmallSweep, "axes {", "settings { parameter: \"policy.domains_min\" value: \"2\" }\naxes {");
  const SweepPlan plan = folder_.Plan(
      WithJitterAxis(text, R"("landmark_count" values: ["2", "3"])", "landmark_count"));
  std::set<std::string> two;
  std::set<std::string> domains;
  for (const auto& landmark : plan.points[0].scenario.landmarks) {
    two.insert(landmark.id.value());
    domains.insert(landmark.domain.value());
  }
  std::set<std::string> three;
  for (const auto& landmark : plan.points[3].scenario.landmarks) three.insert(landmark.id.value());
  EXPECT_EQ(two.size(), 2U);
  EXPECT_EQ(domains.size(), 2U);
  EXPECT_EQ(three.size(), 3U);
  EXPECT_TRUE(std::ranges::includes(three, two));
}

TEST_F(SweepLoadTest, LandmarkSetKeepsItsLandmarks) {
  const std::string text = With(kSmallSweep, "axes {",
                                R"(settings { parameter: "policy.domains_min" value: "2" }
landmark_sets { name: "near" landmarks: ["sin-1", "sin-2"] }
landmark_sets { name: "all" landmarks: ["sin-1", "sin-2", "tyo-1"] }
axes {)");
  const SweepPlan plan = folder_.Plan(
      WithJitterAxis(text, R"("landmark_set" values: ["near", "all"])", "landmark_set"));
  EXPECT_EQ(plan.points[0].scenario.landmarks.size(), 2U);
  EXPECT_EQ(plan.points[3].scenario.landmarks.size(), 3U);
}

TEST_F(SweepLoadTest, SoundSweepIsTakenWithWhatItsScenarioHas) {
  EXPECT_EQ(ErrorWith("?", "!"), "sound");
  EXPECT_EQ(ErrorWith("network.jitter", "rounds.length").substr(0, 5), "s.tex");
  EXPECT_EQ(ErrorWith(R"("network.jitter" values: ["100 us", "2 ms"])",
                      R"("fleets[1].declared_radius" values: ["30 km", "60 km"])" ),
            "s.textproto:8:40: series: no axis \"network.jitter\"; known: fleets[1].declared_radius, "
            "policy.false_alarm_rate");
}

TEST_F(SweepLoadTest, NothingToRunIsRefused) {
  const std::string none = "name: \"n\"\nscenario: \"small.textproto\"\n";
  const auto plan = folder_.Parse(none);
  ASSERT_FALSE(plan.has_value());
  EXPECT_THAT(plan.error().message(), HasSubstr("s.textproto:1:1: axes: there is none"));
  EXPECT_THAT(ErrorWith(R"(values: ["100 us", "2 ms"])", ""),
              HasSubstr("s.textproto:6:1: values: the axis is empty"));
  EXPECT_THAT(ErrorWith("picture", "seeds: 0 picture"), HasSubstr("s.textproto:8:1: seeds: 0 points"));
  EXPECT_THAT(ErrorWith("picture", "random { points: 0 } picture"),
              HasSubstr("s.textproto:8:10: points: 0 points"));
}

TEST_F(SweepLoadTest, TooManyPointsAreRefusedAndAsManyAsAllowedAreNot) {
  EXPECT_THAT(ErrorWith("picture", "seeds: 683 picture"),
              HasSubstr("seeds: 4098 points; write 1 to 4096"));
  EXPECT_EQ(ErrorWith("picture", "random { points: 64 } seeds: 64 picture"), "sound");
}

TEST_F(SweepLoadTest, UnknownParameterIsRefusedWithItsPlaceAndTheNearestName) {
  EXPECT_THAT(ErrorWith("network.jitter", "network.jiter"),
              HasSubstr("s.textproto:6:8: parameter: \"100 us\": unknown parameter \"jiter\"; did you "
                        "mean \"jitter\"?"));
  EXPECT_THAT(ErrorWith("\"devices\"", "\"device\""),
              HasSubstr("s.textproto:5:12: parameter: unknown parameter \"device\""));
  EXPECT_THAT(ErrorWith("network.jitter", "fleets.count"), HasSubstr("say which, as in \"fleets[0]\""));
  EXPECT_THAT(ErrorWith("network.jitter", "fleets[2].count"), HasSubstr("write a number from 0 to 1"));
  EXPECT_THAT(ErrorWith("network.jitter", "fleets[C].count"), HasSubstr("2 of fleets are called \"C\""));
  EXPECT_THAT(ErrorWith("network.jitter", "landmarks[sin-9].uncertainty"),
              HasSubstr("no \"sin-9\" among landmarks; did you mean \"sin-1\"?"));
  EXPECT_THAT(ErrorWith("network.jitter", "network"), HasSubstr("name a field of it"));
  EXPECT_THAT(ErrorWith("network.jitter", "network.jitter.more"), HasSubstr("end there"));
  EXPECT_THAT(ErrorWith("network.jitter", "fleets[0].excluded_countries"),
              HasSubstr("cannot be varied"));
}

TEST_F(SweepLoadTest, ValueThatIsNoneIsRefusedAtItsPlace) {
  EXPECT_THAT(ErrorWith("100 us", "100"),
              HasSubstr("s.textproto:6:36: values: \"100\": jitter: duration \"100\" has no unit"));
  EXPECT_THAT(ErrorWith("100 us", "100 km"), HasSubstr("\"km\" is not a unit of duration"));
  EXPECT_THAT(ErrorWith("0.02", "2 %"), HasSubstr("write a number without a unit"));
  EXPECT_THAT(ErrorWith("0.02", "2"), HasSubstr("no probability"));
  EXPECT_THAT(ErrorWith("\"20\"", "\"1\""), HasSubstr("s.textproto:5:33: value: 1 devices for 2 fleets"));
  EXPECT_THAT(ErrorWith("\"100 us\"", "\"2 ms\""), HasSubstr("\"2 ms\" stands here twice"));
}

TEST_F(SweepLoadTest, CombinationThatNoScenarioCanBeIsRefusedByName) {
  const std::string text =
      With(With(kSmallSweep, R"("network.jitter" values: ["100 us", "2 ms"])",
                R"("policy.liars_max" values: ["0", "2"])"),
           R"("policy.false_alarm_rate" values: ["0.02", "0.05", "0.1"])",
           R"("policy.domains_min" values: ["3", "2"])");
  const auto plan = folder_.Parse(text);
  ASSERT_FALSE(plan.has_value());
  EXPECT_THAT(plan.error().message(),
              HasSubstr("s.textproto:6:1: axes: at policy.liars_max = 2, policy.domains_min = 2: "
                        "domains_min: 2 domains of which 2 may lie prove nothing"));
}

TEST_F(SweepLoadTest, WhatTheFidelityDoesNotOfferIsRefused) {
  EXPECT_THAT(ErrorWith("settings", "settings { parameter: \"policy.change_alarm_rate\" value: "
                                    "\"0.01\" } settings"),
              HasSubstr("which runs of rounds do not offer"));
  EXPECT_THAT(ErrorWith("settings", "fidelity: SWEEP_FIDELITY_PACKET every: \"1 h\" settings"),
              HasSubstr("every: rounds with every packet follow back to back"));
  EXPECT_EQ(ErrorWith("settings", "fidelity: SWEEP_FIDELITY_PACKET settings"), "sound");
  EXPECT_EQ(ErrorWith("settings", "every: \"1 h\" settings"), "sound");
  EXPECT_THAT(ErrorWith("settings", "every: \"1 s\" settings"), HasSubstr("a round every 1 s; write 6 s"));
  EXPECT_THAT(ErrorWith("settings",
                        "settings { parameter: \"fleets[0].retired_at\" value: \"9 s\" } settings"),
              HasSubstr("remove retired_at"));
  EXPECT_EQ(ErrorWith("settings",
                      "settings { parameter: \"fleets[0].installed_at\" value: \"9 s\" } settings"),
            "sound");
}

TEST_F(SweepLoadTest, PictureOfWhatIsNotThereIsRefused) {
  EXPECT_THAT(ErrorWith("caught_share", "caught_shore"),
              HasSubstr("s.textproto:8:65: y: no column \"caught_shore\"; did you mean \"caught_share\"?"));
  EXPECT_THAT(ErrorWith("caught_share", "verdict_hash"), HasSubstr("no column \"verdict_hash\""));
}

TEST_F(SweepLoadTest, ScenarioThatIsMissingOrUnsoundIsNamed) {
  EXPECT_THAT(ErrorWith("small.textproto", "other.textproto"), HasSubstr("s.textproto:4:1: scenario:"));
  EXPECT_THAT(ErrorWith("\"small.textproto\"", "\"half-order\""), HasSubstr("no-such-folder"));
}

// Every shipped sweep is sound, asks something, and says what does not follow.
TEST_F(SweepLoadTest, ShippedSweepsAreSoundAndStateTheirLimits) {
  std::size_t count = 0;
  const std::string root = EARSHOT_SOURCE_DIR;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/sweeps")) {
    if (!entry.is_regular_file()) continue;
    ++count;
    const auto plan = LoadSweep(entry.path().string(), root + "/scenarios");
    ASSERT_TRUE(plan.has_value()) << plan.error().message();
    EXPECT_FALSE(plan->question.empty()) << entry.path();
    EXPECT_FALSE(plan->not_to_conclude.empty()) << entry.path();
    EXPECT_TRUE(plan->picture.has_value()) << entry.path();
  }
  EXPECT_GE(count, 5U);
}

}  // namespace
}  // namespace earshot
