// What the shipped scenario of six orders claims, round by round, with every packet.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "earshot/v1/report.pb.h"
#include "server/engine/evidence_check.h"
#include "sim/net/virtual_world.h"
#include "sim/run/run_report.h"
#include "tests/sim/net/shipped_rounds.h"

namespace earshot {
namespace {

Scenario Lives() { return ShippedScenarioFile("300-device-lifecycle.textproto"); }

TEST(LifecycleWorld, NobodyOwesAnAnswerBeforeItIsDueAndSilenceCountsFromThen) {
  const ShippedRounds run = RunRounds(Lives());
  ASSERT_EQ(run.rounds.size(), 5U);
  for (const RoundVerdicts& round : run.rounds) {
    EXPECT_EQ(CountOf(round, "T", Verdict::kIndeterminate), 6);
    EXPECT_EQ(CountOf(round, "S", Verdict::kSilent), 0);
    for (const auto& [name, appraisal] : round) {
      if (!name.starts_with("T")) continue;
      EXPECT_TRUE(SiteSays(appraisal, ReasonCode::kNotDueYet)) << name;
      EXPECT_TRUE(LicenceSays(appraisal, ReasonCode::kNotDueYet)) << name;
    }
  }
  // Installed at 13 s: due and undecided, or heard, in the third round; heard in the fourth.
  EXPECT_EQ(CountOf(run.rounds[1], "N", Verdict::kIndeterminate), 6);
  EXPECT_TRUE(LicenceSays(run.rounds[0].at("N-0001"), ReasonCode::kNotDueYet));
  EXPECT_TRUE(LicenceSays(run.rounds[1].at("N-0001"), ReasonCode::kNoAnswer));
  for (std::size_t round = 3; round < 5; ++round) {
    EXPECT_EQ(CountOf(run.rounds[round], "N", Verdict::kIndeterminate), 0) << round;
    EXPECT_EQ(CountOf(run.rounds[round], "N", Verdict::kSilent), 0) << round;
  }
  // Due at 7 s: 6 s late at the end of the second round, 12 s at that of the third.
  EXPECT_EQ(CountOf(run.rounds[1], "A", Verdict::kSilent), 0);
  EXPECT_TRUE(LicenceSays(run.rounds[1].at("A-0001"), ReasonCode::kNoAnswer));
  EXPECT_EQ(CountOf(run.rounds[2], "A", Verdict::kSilent), 4);
}

// The negative twin: without a moment of installation the same devices are silent from the start.
TEST(LifecycleWorld, WithoutAMomentOfInstallationTheSameDevicesAreSilent) {
  Scenario scenario = Lives();
  for (ScenarioFleet& fleet : scenario.fleets) {
    if (fleet.id_prefix != "T") continue;
    fleet.life = {};
    fleet.behaviour = Behaviour::kSilent;
  }
  EXPECT_EQ(CountOf(RunRounds(scenario).rounds[1], "T", Verdict::kSilent), 6);
}

TEST(LifecycleWorld, RetiredDeviceIsAskedNoMoreAndKeepsItsLastVerdict) {
  const ShippedRounds run = RunRounds(Lives());
  for (const auto& [name, appraisal] : run.rounds[4]) {
    EXPECT_EQ(appraisal.round, RoundNumber(name.starts_with("R") ? 3 : 5)) << name;
  }
  EXPECT_EQ(CountOf(run.rounds[4], "R", Verdict::kSilent), 0);
}

class LifecycleReport : public testing::Test {
 protected:
  LifecycleReport() {
    const auto resolved = ResolveScenario(Lives(), PathModel::Measured2020(), {});
    EXPECT_TRUE(resolved.has_value());
    auto world = VirtualWorld::Create(*resolved, test_, map_, {});
    EXPECT_TRUE(world.has_value()) << world.error().message();
    while ((*world)->RunRound()) {
    }
    report_ = (*world)->Report();
    CompleteRunReport(*resolved, {"virtual", "none", std::nullopt, {}}, &report_);
    for (const auto& [name, verdict] : (*world)->Verdicts()) {
      const auto bundle = DecodeBundle(AsBytes(verdict.bundle));
      EXPECT_TRUE(bundle.has_value()) << name;
      const auto again = RecomputeVerdict(*bundle, (*world)->root(), test_, map_);
      EXPECT_TRUE(again.has_value() && again->differences.empty()) << name;
    }
  }

  PolicyPlacementTest test_;
  OutlineMap map_;
  v1::RunReport report_;
};

TEST_F(LifecycleReport, CountsEveryDeviceInItsStateAndLeavesOutTheRetired) {
  std::map<std::string, std::uint32_t> states;
  for (const v1::LifecycleCount& count : report_.lifecycle()) {
    states[count.state()] = count.devices();
  }
  EXPECT_EQ(states, (std::map<std::string, std::uint32_t>{
                        {"in_transit", 6}, {"answering", 12}, {"dark", 8}, {"retired", 4}}));
  EXPECT_EQ(report_.summary().devices(), 26U);
  EXPECT_EQ(report_.run().incidents_size(), 0);
  for (const v1::ReportDevice& device : report_.devices()) {
    EXPECT_FALSE(device.id().starts_with("R"));
    EXPECT_FALSE(device.lifecycle().empty()) << device.id();
  }
}

}  // namespace
}  // namespace earshot
