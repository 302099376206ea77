// The lives of devices a round at a time.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "sim/fleet/packet_share.h"
#include "sim/fleet/round_world.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

using enum LifecycleState;

class RoundLifecycleTest : public testing::Test {
 protected:
  RoundLifecycleTest() {
    auto scenario =
        LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/300-device-lifecycle.textproto");
    EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
    scenario_ = *std::move(scenario);
  }
  std::unique_ptr<RoundWorld> Run() {
    auto world = RoundWorld::Create(scenario_, PathModel::Measured2020(), test_, map_, {});
    EXPECT_TRUE(world.has_value()) << world.error().message();
    (*world)->Run();
    return *std::move(world);
  }
  // Device rounds of the fleet of this prefix in `state`.
  std::uint64_t Rounds(const RoundWorld& world, const std::string& prefix, LifecycleState state) {
    for (std::size_t f = 0; f < scenario_.fleets.size(); ++f) {
      if (scenario_.fleets[f].id_prefix != prefix) continue;
      return world.counts(f).lifecycle[static_cast<std::size_t>(state)];
    }
    return 0;
  }

  PolicyPlacementTest test_;
  OutlineMap map_;
  Scenario scenario_;
};

TEST_F(RoundLifecycleTest, EveryRoundOfEveryDeviceIsInOneStateAndTheStatesFollowOneAnother) {
  const auto world = Run();
  ASSERT_EQ(world->rounds(), 5U);
  EXPECT_EQ(Rounds(*world, "S", kAnswering), 30U);
  // Shipped at 1 s, installed at 13 s, when a round begins.
  EXPECT_EQ(Rounds(*world, "N", kInTransit), 6U);
  EXPECT_EQ(Rounds(*world, "N", kAnswering), 18U);
  EXPECT_EQ(Rounds(*world, "T", kOrdered), 6U);
  EXPECT_EQ(Rounds(*world, "T", kInTransit), 24U);
  EXPECT_EQ(Rounds(*world, "A", kInstalled), 8U);
  EXPECT_EQ(Rounds(*world, "A", kDark), 12U);
  EXPECT_EQ(Rounds(*world, "D", kLate), 4U);
  EXPECT_EQ(Rounds(*world, "D", kDark), 8U);
  EXPECT_EQ(Rounds(*world, "R", kAnswering), 8U);
  EXPECT_EQ(Rounds(*world, "R", kRetired), 12U);
  const RoundCounts all = world->counts();
  std::uint64_t devices = 0;
  for (const std::uint64_t count : all.lifecycle_last) devices += count;
  EXPECT_EQ(devices, scenario_.DeviceCount());
  // Those that are retired are not judged.
  EXPECT_EQ(all.device_rounds, 5 * scenario_.DeviceCount() - 8);
}

TEST_F(RoundLifecycleTest, VerdictsAreThoseOfARunOfEveryPacket) {
  const auto world = Run();
  PacketShareOptions options;
  options.devices = 1000;
  options.rounds = world->rounds();
  const auto share =
      RunPacketShare(*world, scenario_, PathModel::Measured2020(), test_, map_, options);
  ASSERT_TRUE(share.has_value()) << share.error().message();
  EXPECT_EQ(share->same_verdict, share->devices);
  EXPECT_EQ(share->differing, std::vector<std::string>());
}

}  // namespace
}  // namespace earshot
