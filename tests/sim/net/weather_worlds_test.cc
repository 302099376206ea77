// What the shipped scenarios of routes, queues and cuts claim, round by round, with every packet.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/sim/net/shipped_rounds.h"

namespace earshot {
namespace {

// In no round is anybody contradicted or convicted, or a device in Shenzhen anything but slow.
void ExpectNoWrongVerdict(const ShippedRounds& run) {
  for (const RoundVerdicts& round : run.rounds) {
    EXPECT_EQ(CountOf(round, "", Verdict::kContradicted), 0);
    EXPECT_EQ(CountOf(round, "", Verdict::kInvalidProof), 0);
    EXPECT_EQ(CountOf(round, "A", Verdict::kUnexplainedDelay), 4);
  }
}

TEST(RouteChangeWorld, AlarmsComeAndGoWithTheRouteAndNobodyIsContradicted) {
  const Scenario scenario = ShippedScenarioFile("260-route-change.textproto");
  const ShippedRounds run = RunRounds(scenario);
  ASSERT_EQ(run.rounds.size(), 3U);
  ExpectNoWrongVerdict(run);
  // Singapore takes the long way in the second round alone, Jakarta from the third on.
  EXPECT_GT(FlaggedOf(run.rounds[1], "S"), FlaggedOf(run.rounds[0], "S"));
  EXPECT_EQ(FlaggedOf(run.rounds[2], "S"), FlaggedOf(run.rounds[0], "S"));
  EXPECT_EQ(FlaggedOf(run.rounds[1], "J"), FlaggedOf(run.rounds[0], "J"));
  EXPECT_GT(FlaggedOf(run.rounds[2], "J"), FlaggedOf(run.rounds[1], "J"));
  for (const RoundVerdicts& round : run.rounds) {
    EXPECT_EQ(FlaggedOf(round, "K"), FlaggedOf(run.rounds[0], "K"));
  }
}

TEST(SharedCongestionWorld, WholeSiteIsSlowInOneRoundAndNobodyElse) {
  const ShippedRounds run = RunRounds(ShippedScenarioFile("280-shared-congestion.textproto"));
  ASSERT_EQ(run.rounds.size(), 3U);
  ExpectNoWrongVerdict(run);
  EXPECT_EQ(CountOf(run.rounds[1], "B", Verdict::kUnexplainedDelay), 6);
  EXPECT_EQ(FlaggedOf(run.rounds[2], "B"), FlaggedOf(run.rounds[0], "B"));
  EXPECT_LT(FlaggedOf(run.rounds[0], "B"), 6);
  for (const std::string prefix : {"S", "K"}) {
    EXPECT_EQ(FlaggedOf(run.rounds[1], prefix), FlaggedOf(run.rounds[0], prefix));
  }
}

TEST(PartitionWorld, NothingWrongIsSaidWhileItLastsAndAllIsAsBeforeInTheThirdRoundAfterHealing) {
  const ShippedRounds run = RunRounds(ShippedScenarioFile("290-partition.textproto"));
  ASSERT_EQ(run.rounds.size(), 6U);
  ExpectNoWrongVerdict(run);
  // The dark city is silent once the deadline has passed, as an outage candidate, and alone in that.
  EXPECT_EQ(CountOf(run.rounds[1], "", Verdict::kSilent), 0);
  EXPECT_EQ(CountOf(run.rounds[2], "K", Verdict::kSilent), 6);
  EXPECT_EQ(CountOf(run.rounds[2], "", Verdict::kSilent), 6);
  for (const auto& [name, appraisal] : run.rounds[2]) {
    EXPECT_EQ(SiteSays(appraisal, ReasonCode::kSiteOutage), name.starts_with("K")) << name;
  }
  // Of the city that talks to itself, its own landmark alone hears.
  for (const auto& [name, appraisal] : run.rounds[1]) {
    if (!name.starts_with("B")) continue;
    for (const LandmarkRings& rings : appraisal.rings) {
      EXPECT_EQ(rings.age == Duration(0), rings.landmark == LandmarkId("bkk-1")) << name;
    }
  }
  for (const auto& [name, appraisal] : run.rounds[5]) {
    EXPECT_EQ(appraisal.headline, run.rounds[0].at(name).headline) << name;
  }
}

// The negative twin: without healing nobody comes back.
TEST(PartitionWorld, WithoutHealingTheDarkCityStaysSilent) {
  Scenario scenario = ShippedScenarioFile("290-partition.textproto");
  for (ScenarioCut& cut : scenario.network.cuts) cut.when.until.reset();
  const ShippedRounds run = RunRounds(scenario);
  ExpectNoWrongVerdict(run);
  EXPECT_EQ(CountOf(run.rounds[5], "K", Verdict::kSilent), 6);
}

TEST(PartitionWorld, WhereNoLandmarkHearsAnybodySilenceIsHeldAgainstNobody) {
  Scenario scenario = ShippedScenarioFile("290-partition.textproto");
  ScenarioCut all;
  for (const ScenarioPlace& place : scenario.places) all.places.push_back(place.id);
  all.when.from = std::chrono::seconds(16);
  scenario.duration = std::chrono::seconds(46);
  all.within = true;
  scenario.network.cuts = {all};
  const ShippedRounds run = RunRounds(scenario);
  EXPECT_EQ(CountOf(run.rounds[2], "", Verdict::kIndeterminate), 28);
  for (const auto& [name, appraisal] : run.rounds[2]) {
    EXPECT_TRUE(SiteSays(appraisal, ReasonCode::kNobodyHeard)) << name;
  }
}

// The mesh shows a clock that misses nine tenths of each round trip; what it measured is not used.
TEST(ClockFaultWorld, LandmarkIsAtFaultWhileItsClockIsWrongAndHeardAgainAfterwards) {
  const Scenario scenario = ShippedScenarioFile("310-clock-fault.textproto");
  const ShippedRounds run = RunRounds(scenario);
  ASSERT_EQ(run.rounds.size(), 3U);
  ExpectNoWrongVerdict(run);
  for (std::size_t round = 0; round < 3; ++round) {
    for (const auto& [name, appraisal] : run.rounds[round]) {
      const bool fresh = std::ranges::any_of(appraisal.rings, [](const LandmarkRings& rings) {
        return rings.landmark == LandmarkId("sin-1") && rings.age == Duration(0);
      });
      EXPECT_EQ(fresh, round != 1) << name << " in round " << round + 1;
    }
  }
}

TEST(WeatherWorld, EventsAreTheSameWithAnyNumberOfThreadsAndOthersWithoutTheWeather) {
  Scenario scenario = ShippedScenarioFile("290-partition.textproto");
  for (ScenarioFleet& fleet : scenario.fleets) fleet.count = 2;
  scenario.NumberDevices();
  scenario.duration = std::chrono::seconds(31);
  scenario.network.daily_rhythm = {std::chrono::milliseconds(12), std::chrono::hours(7)};
  ScenarioRouteChange change;
  change.when.every = std::chrono::seconds(5);
  change.adds_at_most = std::chrono::milliseconds(30);
  scenario.network.route_changes = {change};
  const Bytes32 hash = RunRounds(scenario, 1).hash;
  EXPECT_EQ(RunRounds(scenario, 2).hash, hash);
  EXPECT_EQ(RunRounds(scenario, 8).hash, hash);
  scenario.network.daily_rhythm = {};
  EXPECT_NE(RunRounds(scenario, 2).hash, hash);
}

}  // namespace
}  // namespace earshot
