// Routes, queues, the hour and cuts a round at a time.
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

using std::chrono::hours;
using std::chrono::milliseconds;

class RoundWeatherTest : public testing::Test {
 protected:
  static Scenario Shipped(const std::string& file) {
    const auto scenario = LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/" + file);
    EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
    return *scenario;
  }
  std::unique_ptr<RoundWorld> Run(const Scenario& scenario, const RoundWorldOptions& options = {}) {
    auto world = RoundWorld::Create(scenario, PathModel::Measured2020(), test_, map_, options);
    EXPECT_TRUE(world.has_value()) << world.error().message();
    (*world)->Run();
    EXPECT_EQ((*world)->counts().audit_differences, 0U);
    return *std::move(world);
  }
  static std::uint64_t Of(const RoundCounts& counts, Verdict verdict) {
    return counts.headlines[static_cast<std::size_t>(verdict)];
  }

  PolicyPlacementTest test_;
  OutlineMap map_;
};

TEST_F(RoundWeatherTest, VerdictsAreThoseOfARunOfEveryPacket) {
  for (const char* const file : {"260-route-change.textproto", "280-shared-congestion.textproto",
                                 "290-partition.textproto"}) {
    const Scenario scenario = Shipped(file);
    RoundWorldOptions options;
    options.audit_one_in = 1;
    const auto rounds = Run(scenario, options);
    PacketShareOptions share_options;
    share_options.devices = 1000;
    share_options.rounds = rounds->rounds();
    const auto share = RunPacketShare(*rounds, scenario, PathModel::Measured2020(), test_, map_,
                                      share_options);
    ASSERT_TRUE(share.has_value()) << share.error().message();
    EXPECT_EQ(share->devices, scenario.DeviceCount()) << file;
    EXPECT_EQ(share->same_verdict, share->devices) << file;
    EXPECT_EQ(share->differing, std::vector<std::string>()) << file;
    EXPECT_TRUE(share->extras.empty()) << file;
  }
}

TEST_F(RoundWeatherTest, DarkSiteIsSilentFromTheDeadlineUntilItHeals) {
  const Scenario scenario = Shipped("290-partition.textproto");
  const auto world = Run(scenario);
  ASSERT_EQ(scenario.fleets[1].id_prefix, "K");
  const RoundCounts dark = world->counts(1);
  // Of six rounds two are dark; the deadline falls into the second of them.
  EXPECT_EQ(Of(dark, Verdict::kIndeterminate), 6U);
  EXPECT_EQ(Of(dark, Verdict::kSilent), 6U);
  EXPECT_EQ(dark.last[static_cast<std::size_t>(Verdict::kSilent)], 0U);
  EXPECT_EQ(Of(world->counts(2), Verdict::kSilent), 0U);
}

TEST_F(RoundWeatherTest, SilenceWhereNoLandmarkHearsAnybodyIsHeldAgainstNobody) {
  Scenario scenario = Shipped("290-partition.textproto");
  ScenarioCut all;
  for (const ScenarioPlace& place : scenario.places) all.places.push_back(place.id);
  all.when.from = std::chrono::seconds(16);
  all.within = true;
  scenario.network.cuts = {all};
  EXPECT_EQ(Of(Run(scenario)->counts(), Verdict::kSilent), 0U);
  scenario.network.cuts[0].landmarks.clear();
  scenario.network.cuts[0].places = {"kuala-lumpur", "bangkok", "singapore"};
  EXPECT_GT(Of(Run(scenario)->counts(), Verdict::kSilent), 0U);
}

// Asked for: 5 in 100. At the quietest hour the rhythm adds nothing and the alarms are those of the
// calm network; at the busiest there are more, and the difference is the rhythm's.
TEST_F(RoundWeatherTest, RhythmRaisesAlarmsAtItsHourAloneAndContradictsNobody) {
  Scenario scenario = Shipped("270-daily-rhythm.textproto");
  scenario.fleets.resize(1);
  scenario.fleets[0].count = 2000;
  scenario.duration = hours(24);
  RoundWorldOptions options;
  options.every = hours(1);
  const auto flagged_in = [&](Duration busiest) {
    Scenario hour = scenario;
    hour.network.daily_rhythm.busiest = busiest;
    hour.duration = std::chrono::seconds(8);
    const RoundCounts counts = Run(hour)->counts();
    EXPECT_EQ(Of(counts, Verdict::kContradicted), 0U);
    return Of(counts, Verdict::kUnexplainedDelay);
  };
  // The run begins at 6.9 h by the sun of Singapore.
  const std::uint64_t quiet = flagged_in(hours(19));
  const std::uint64_t busy = flagged_in(hours(7));
  EXPECT_NEAR(static_cast<double>(quiet), 100, 40);  // four standard deviations of 5 % of 2000
  EXPECT_GT(busy, 2 * quiet);
  const RoundCounts day = Run(scenario, options)->counts();
  EXPECT_EQ(day.device_rounds, 24U * 2000);
  EXPECT_EQ(Of(day, Verdict::kContradicted), 0U);
  const double share = static_cast<double>(Of(day, Verdict::kUnexplainedDelay)) / 48'000;
  RecordProperty("flagged_quiet", static_cast<int>(quiet));
  RecordProperty("flagged_busy", static_cast<int>(busy));
  RecordProperty("flagged_day_per_mille", static_cast<int>(share * 1000));
  EXPECT_GT(share * 2000, static_cast<double>(quiet));
  EXPECT_LT(share * 2000, static_cast<double>(busy));
}

TEST_F(RoundWeatherTest, VerdictsAreTheSameWithAnyNumberOfThreadsAndDrawnRoutesChangeThem) {
  Scenario scenario = Shipped("270-daily-rhythm.textproto");
  scenario.duration = hours(5);
  ScenarioRouteChange change;
  change.when.every = hours(2);
  change.adds_at_most = milliseconds(60);
  scenario.network.route_changes = {change};
  RoundWorldOptions options;
  options.every = hours(1);
  options.audit_one_in = 5;
  std::vector<Bytes32> hashes;
  for (const unsigned threads : {1U, 2U, 8U}) {
    options.threads = threads;
    hashes.push_back(Run(scenario, options)->Hash());
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
  scenario.network.route_changes.clear();
  EXPECT_NE(Run(scenario, options)->Hash(), hashes[0]);
}

}  // namespace
}  // namespace earshot
