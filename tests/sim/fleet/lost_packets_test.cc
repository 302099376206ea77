// Lost handshakes and lost EVIDENCE: rounds against the engines with every packet.
#include <gtest/gtest.h>

#include <array>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/binomial_interval.h"
#include "sim/fleet/packet_share.h"
#include "sim/fleet/round_world.h"
#include "sim/net/virtual_world.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

class LostPacketsTest : public testing::Test {
 protected:
  // Honest devices in four cities; more of them cost rounds little.
  static Scenario Fleet(double loss, double duplicate, std::uint32_t devices) {
    auto scenario =
        LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/020-honest-fleet.textproto");
    EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
    scenario->network.loss = loss;
    scenario->network.duplicate = duplicate;
    scenario->network.corrupt = 0;
    const ResolveOptions options{std::nullopt, std::nullopt, devices};
    EXPECT_TRUE(AdjustScenario(options, &*scenario).has_value());
    return *scenario;
  }
  std::unique_ptr<RoundWorld> Run(const Scenario& scenario, unsigned threads = 1) {
    RoundWorldOptions options;
    options.threads = threads;
    options.audit_one_in = 50;
    auto world = RoundWorld::Create(scenario, PathModel::Measured2020(), test_, map_, options);
    EXPECT_TRUE(world.has_value()) << world.error().message();
    (*world)->Run();
    EXPECT_EQ((*world)->counts().audit_differences, 0U);
    return *std::move(world);
  }

  PolicyPlacementTest test_;
  OutlineMap map_;
};

TEST_F(LostPacketsTest, LandmarksHearAsOftenAndAsQuicklyAsWithEveryPacket) {
  struct Case {
    double loss;
    double duplicate;
    std::uint32_t devices;  // with packets
  };
  for (const Case& c : {Case{0, 0, 4}, Case{0.01, 0, 4}, Case{0.05, 0, 4}, Case{0.3, 0, 16},
                        Case{0, 0.5, 4}, Case{0.3, 0.5, 12}}) {
    const Scenario scenario = Fleet(c.loss, c.duplicate, 400);
    const auto rounds = Run(scenario);
    PacketShareOptions options;
    options.devices = c.devices;
    options.rounds = 2;
    const auto share =
        RunPacketShare(*rounds, scenario, PathModel::Measured2020(), test_, map_, options);
    ASSERT_TRUE(share.has_value()) << share.error().message();
    SCOPED_TRACE(testing::Message() << "loss " << c.loss << ", copies " << c.duplicate);
    for (const LostRate& rate : {share->unheard, share->uncovered}) {
      EXPECT_EQ(rate.rounds_of, 400U * scenario.landmarks.size());
      EXPECT_TRUE(rate.agrees()) << rate.rounds << " of " << rate.rounds_of << ", by packets "
                                 << rate.packets << " of " << rate.packets_of;
      EXPECT_EQ(c.loss > 0.2 && rate.rounds == 0, false);
      EXPECT_EQ(c.loss == 0 && rate.rounds > 0, false);
    }
    EXPECT_EQ(share->differing, std::vector<std::string>());
    for (const ExtraQuantile& extra : share->extras) {
      EXPECT_TRUE(extra.agrees()) << extra.probability << ": " << extra.rounds.count()
                                  << " ns, by packets " << extra.low.count() << " to "
                                  << extra.high.count();
    }
  }
}

// The comparison can fail: what rounds lose at 30 % is not what packets lose at 5 %.
TEST_F(LostPacketsTest, LossesOfAnotherNetworkAreTold) {
  const Scenario scenario = Fleet(0.05, 0, 400);
  const auto rounds = Run(Fleet(0.3, 0, 400));
  PacketShareOptions options;
  options.devices = 12;
  options.rounds = 1;
  const auto share =
      RunPacketShare(*rounds, scenario, PathModel::Measured2020(), test_, map_, options);
  ASSERT_TRUE(share.has_value());
  EXPECT_FALSE(share->unheard.agrees());
}

// By kind: the alarms of landmarks that hear nothing among them.
TEST_F(LostPacketsTest, VerdictsOfTheFirstRoundsAreAsFrequentAsWithEveryPacket) {
  constexpr std::uint32_t kRounds = 2;
  constexpr std::uint32_t kPacketDevices = 40;
  constexpr std::uint32_t kDevices = 800;
  Scenario scenario = Fleet(0.3, 0, kPacketDevices);
  scenario.duration = scenario.rounds.first_after + kRounds * scenario.rounds.length;
  const auto resolved = ResolveScenario(scenario, PathModel::Measured2020(), {});
  ASSERT_TRUE(resolved.has_value());
  const auto packets = VirtualWorld::Create(*resolved, test_, map_, {});
  ASSERT_TRUE(packets.has_value());
  RoundCounts before;
  for (std::uint32_t round = 0; (*packets)->RunRound(); ++round) {
    (*packets)->DropBundles();
    std::array<std::uint64_t, kVerdictKinds> found{};
    std::uint64_t unheard = 0;
    for (const auto& [name, verdict] : (*packets)->Verdicts()) {
      ++found[static_cast<std::size_t>(verdict.appraisal.headline)];
      unheard += verdict.appraisal.site.reasons.front().code ==
                         ReasonCode::kExpectedLandmarkUnheard
                     ? 1U
                     : 0U;
    }
    EXPECT_GT(unheard, 0U) << round;
    Scenario many = Fleet(0.3, 0, kDevices);
    many.duration = scenario.rounds.first_after + (round + 1) * scenario.rounds.length;
    const RoundCounts counts = Run(many)->counts();
    for (std::size_t v = 0; v < kVerdictKinds; ++v) {
      const LostRate rate{kDevices, counts.headlines[v] - before.headlines[v], kPacketDevices,
                          found[v]};
      EXPECT_TRUE(rate.agrees()) << VerdictName(static_cast<Verdict>(v)) << ", round " << round
                                 << ": " << rate.rounds << " of " << kDevices << ", by packets " << rate.packets
                                 << " of " << kPacketDevices;
    }
    before = counts;
  }
}

TEST_F(LostPacketsTest, VerdictsAreTheSameWithAnyNumberOfThreads) {
  const Scenario scenario = Fleet(0.3, 0.1, 200);
  const Bytes32 alone = Run(scenario)->Hash();
  EXPECT_EQ(Run(scenario, 2)->Hash(), alone);
  EXPECT_EQ(Run(scenario, 8)->Hash(), alone);
}

// Each begins with a handshake, so that losses of one leave nothing to the next.
TEST_F(LostPacketsTest, RoundsFarApartBeginLikeTheFirst) {
  Scenario scenario = Fleet(0.3, 0, 400);
  scenario.duration = std::chrono::hours(3);
  RoundWorldOptions options;
  options.every = std::chrono::hours(1);
  const auto world =
      RoundWorld::Create(scenario, PathModel::Measured2020(), test_, map_, options);
  ASSERT_TRUE(world.has_value());
  (*world)->Run();
  const RoundCounts counts = (*world)->counts();
  const LostRate rate{counts.links.links - counts.links_first.links,
                      counts.links.unheard - counts.links_first.unheard,
                      counts.links_first.links, counts.links_first.unheard};
  EXPECT_GT(rate.packets, 0U);
  EXPECT_TRUE(rate.agrees()) << rate.rounds << " of " << rate.rounds_of << ", " << rate.packets
                             << " of " << rate.packets_of;
}

}  // namespace
}  // namespace earshot
