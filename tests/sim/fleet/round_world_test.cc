#include "sim/fleet/round_world.h"

#include <gtest/gtest.h>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "sim/fleet/packet_share.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_load.h"
#include "tests/support/recorded_hashes.h"

namespace earshot {
namespace {

Scenario Shipped(const std::string& file) {
  const auto scenario = LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/" + file);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  return *scenario;
}
Scenario HonestFleet() { return Shipped("020-honest-fleet.textproto"); }

class RoundWorldTest : public testing::Test {
 protected:
  std::unique_ptr<RoundWorld> Create(const Scenario& scenario, const RoundWorldOptions& options) {
    auto world = RoundWorld::Create(scenario, PathModel::Measured2020(), test_, map_, options);
    EXPECT_TRUE(world.has_value()) << world.error().message();
    return *std::move(world);
  }

  PolicyPlacementTest test_;
  OutlineMap map_;
};

// Same paths, same rules: every device of every scenario that both can run, and its queueing too.
TEST_F(RoundWorldTest, VerdictsAndQueueingAreThoseOfARunOfEveryPacket) {
  for (const char* const file :
       {"010-half-order.textproto", "020-honest-fleet.textproto", "040-relay-in-singapore.textproto",
        "050-dark-after-inspection.textproto", "080-lying-landmark.textproto",
        "210-slow-clock.textproto", "310-clock-fault.textproto", "320-hidden-behind-delay.textproto"}) {
    const Scenario scenario = Shipped(file);
    RoundWorldOptions options;
    options.audit_one_in = 1;
    const auto rounds = Create(scenario, options);
    rounds->Run();
    EXPECT_GT(rounds->counts().audited, 0U) << file;
    EXPECT_EQ(rounds->counts().audit_differences, 0U) << file;
    PacketShareOptions share_options;
    share_options.devices = 1000;
    share_options.rounds = rounds->rounds();
    const auto share = RunPacketShare(*rounds, scenario, PathModel::Measured2020(), test_, map_,
                                      share_options);
    ASSERT_TRUE(share.has_value()) << share.error().message();
    EXPECT_EQ(share->devices, scenario.DeviceCount()) << file;
    EXPECT_EQ(share->differing, std::vector<std::string>()) << file;
    ASSERT_FALSE(share->extras.empty()) << file;
    for (const ExtraQuantile& extra : share->extras) {
      EXPECT_TRUE(extra.agrees()) << file << ", " << extra.probability << ": "
                                  << extra.rounds.count() << " ns, by packets "
                                  << extra.low.count() << " to " << extra.high.count();
    }
  }
}

// The comparison can fail: rounds of a network with ten times the jitter are not these packets.
TEST_F(RoundWorldTest, QueueingOfAnotherNetworkDiffersFromThePackets) {
  const Scenario scenario = HonestFleet();
  Scenario slower = scenario;
  slower.network.jitter *= 10;
  const auto rounds = Create(slower, {});
  rounds->Run();
  PacketShareOptions few;
  few.devices = 4;
  const auto share =
      RunPacketShare(*rounds, scenario, PathModel::Measured2020(), test_, map_, few);
  ASSERT_TRUE(share.has_value());
  for (const ExtraQuantile& extra : share->extras) EXPECT_FALSE(extra.agrees());
}

TEST_F(RoundWorldTest, VerdictsAreTheSameWithAnyNumberOfThreads) {
  Scenario scenario = HonestFleet();
  for (ScenarioFleet& fleet : scenario.fleets) fleet.count = 20;
  scenario.duration = std::chrono::seconds(32);
  RoundWorldOptions options;
  options.audit_one_in = 7;
  std::vector<Bytes32> hashes;
  for (const unsigned threads : {1U, 2U, 8U}) {
    options.threads = threads;
    const auto world = Create(scenario, options);
    world->Run();
    hashes.push_back(world->Hash());
    EXPECT_EQ(world->counts().device_rounds, 20U * 5 * scenario.fleets.size());
    EXPECT_EQ(world->counts().audit_differences, 0U);
    EXPECT_GT(world->counts().audited, 0U);
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
  ExpectRecorded("round honest-fleet, 20 devices a fleet, 32 s", hashes[0]);
  ++scenario.seed;
  const auto other = Create(scenario, options);
  other->Run();
  EXPECT_NE(hashes[0], other->Hash());
}

// Of every shipped scenario that rounds can run.
TEST_F(RoundWorldTest, VerdictsAreTheRecordedOnes) {
  const auto files = ListScenarios(std::string(EARSHOT_SOURCE_DIR) + "/scenarios");
  ASSERT_TRUE(files.has_value());
  int ran = 0;
  for (const ScenarioFile& file : *files) {
    const auto scenario = LoadScenario(file.path);
    ASSERT_TRUE(scenario.has_value()) << scenario.error().message();
    if (!CheckRoundWorld(*scenario, {}).has_value()) continue;
    const auto world = Create(*scenario, {});
    world->Run();
    ExpectRecorded("round " + scenario->name, world->Hash());
    ++ran;
  }
  EXPECT_GE(ran, 10);
}

TEST_F(RoundWorldTest, MovedDevicesAreSlowAndSilentOnesSilentFromTheirHour) {
  Scenario scenario = HonestFleet();
  scenario.duration = std::chrono::hours(3);
  scenario.fleets[0].actual_place = "tokyo";
  scenario.fleets[0].behaviour = Behaviour::kPadsDelay;
  scenario.fleets[1].behaviour = Behaviour::kGoesSilent;
  scenario.fleets[1].silent_from = std::chrono::minutes(90);
  RoundWorldOptions options;
  options.every = std::chrono::hours(1);
  const auto world = Create(scenario, options);
  world->Run();
  ASSERT_EQ(world->rounds(), 3U);
  for (std::uint32_t d = 0; d < scenario.fleets[0].count; ++d) {
    EXPECT_EQ(world->seen(0, d), SetOf(Verdict::kUnexplainedDelay)) << d;
  }
  for (std::uint32_t d = 0; d < scenario.fleets[1].count; ++d) {
    EXPECT_EQ(world->headline(1, d), Verdict::kSilent) << d;
    EXPECT_NE(world->seen(1, d), SetOf(Verdict::kSilent)) << d;
  }
  const RoundCounts silent = world->counts(1);
  EXPECT_EQ(silent.headlines[static_cast<std::size_t>(Verdict::kSilent)],
            scenario.fleets[1].count);
  EXPECT_EQ(silent.raised[static_cast<std::size_t>(Verdict::kSilent)], scenario.fleets[1].count);
}

// What a host forges is no answer, and no stranger's ping gets one.
TEST_F(RoundWorldTest, ForgersAreAsSilentAsWhoNeverAnswersAndForgedPingsChangeNothing) {
  Scenario scenario = HonestFleet();
  const auto run = [&](Behaviour behaviour, bool strangers) {
    scenario.fleets[0].behaviour = behaviour;
    scenario.fleets[1].strangers_ping = strangers;
    const auto world = Create(scenario, {});
    world->Run();
    return world->Hash();
  };
  const Bytes32 silent = run(Behaviour::kSilent, false);
  EXPECT_EQ(run(Behaviour::kReplaysAndForges, true), silent);
  EXPECT_EQ(run(Behaviour::kAnswersEarly, false), silent);
  EXPECT_NE(run(Behaviour::kHonest, false), silent);
}

TEST_F(RoundWorldTest, WhatItDoesNotModelIsRefusedByName) {
  const auto refusal = [&](const Scenario& scenario, Duration every = Duration(0)) {
    RoundWorldOptions options;
    options.every = every;
    const auto world =
        RoundWorld::Create(scenario, PathModel::Measured2020(), test_, map_, options);
    return world.has_value() ? std::string() : world.error().message();
  };
  EXPECT_EQ(refusal(HonestFleet()), "");
  EXPECT_NE(refusal(HonestFleet(), std::chrono::seconds(5)).find("6 s"), std::string::npos);
  Scenario deaf = HonestFleet();
  deaf.landmarks[0].hears_nothing_from = Duration(0);
  EXPECT_NE(refusal(deaf).find("sin-1"), std::string::npos);
  Scenario moving = HonestFleet();
  moving.fleets[0].behaviour = Behaviour::kMovesLater;
  EXPECT_NE(refusal(moving).find("fleet S"), std::string::npos) << refusal(moving);
  Scenario few = HonestFleet();
  few.rounds.landmarks_per_device = 3;
  EXPECT_NE(refusal(few), "");
}

}  // namespace
}  // namespace earshot
