#include "sim/replay/measured_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/geo/wgs84.h"
#include "sim/scenario/scenario_load.h"
#include "tests/sim/scenario/scenario_text_fixture.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;

// Fleets: 0 honest in Singapore, 1 in Shenzhen and padded. Landmarks: sin-1, sin-2, tyo-1.
ResolvedScenario Small(const std::string& text = kSmallScenario) {
  const auto scenario = ParseScenario(text, "s.textproto");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  auto resolved = ResolveScenario(*scenario, PathModel::Measured2020(), {});
  EXPECT_TRUE(resolved.has_value());
  return *std::move(resolved);
}

MeasuredNode Node(const std::string& id, double latitude, double longitude) {
  MeasuredNode node;
  node.id = id;
  node.position = *Position::FromDegrees(latitude, longitude);
  return node;
}

// Two nodes in Singapore, one each in Shenzhen and Tokyo; `sin-tyo` in milliseconds.
Measurements Four(int sin_tyo = 70) {
  Measurements measured;
  measured.nodes = {Node("s1", 1.30, 103.80), Node("s2", 1.33, 103.90), Node("z", 22.54, 114.06),
                    Node("t", 35.68, 139.65)};
  const auto add = [&](std::uint32_t a, std::uint32_t b, int ms) {
    measured.rtts.push_back({a, b, Rtt::FromDuration(milliseconds(ms)), Duration(0), {}});
  };
  add(0, 1, 1);
  add(0, 3, sin_tyo);
  add(1, 3, sin_tyo + 2);
  add(2, 0, 45);
  add(2, 3, 55);
  return measured;
}

const ResolvedPath& PathOf(const ResolvedScenario& resolved, const std::string& device,
                           std::size_t landmark) {
  for (const ResolvedPath& path : resolved.paths) {
    if (resolved.devices[path.device].id == device && path.landmark == landmark) return path;
  }
  ADD_FAILURE() << device;
  return resolved.paths.front();
}

TEST(ReplayMeasured, PathsGetATimeThatWasMeasuredBetweenTheirPlaces) {
  ResolvedScenario resolved = Small();
  const auto replayed = ReplayMeasured(Four(), "four.csv", &resolved);
  ASSERT_TRUE(replayed.has_value()) << replayed.error().message();
  std::set<Duration> to_tokyo;
  for (const char* device : {"C-0001", "C-0002", "C-0003"}) {
    EXPECT_EQ(PathOf(resolved, device, 0).rtt().duration(), milliseconds(1));
    to_tokyo.insert(PathOf(resolved, device, 2).rtt().duration());
  }
  for (const Duration time : to_tokyo) {
    EXPECT_TRUE(time == milliseconds(70) || time == milliseconds(72)) << time.count();
  }
  // All paths but those of the agents beside their own landmarks.
  EXPECT_EQ(replayed->paths, 8U * 3);
  EXPECT_EQ(replayed->measured, 8U * 3 - 3);
  EXPECT_EQ(replayed->at_light, 0U);
  EXPECT_TRUE(resolved.path_model.starts_with("21 of 24 paths measured: four.csv"));
}

TEST(ReplayMeasured, PaddingDeviceTakesTheLongerOfItsOwnAndTheDeclaredPlacesTime) {
  ResolvedScenario resolved = Small();
  ASSERT_TRUE(ReplayMeasured(Four(), "four.csv", &resolved).has_value());
  EXPECT_EQ(PathOf(resolved, "C-0004", 0).rtt().duration(), milliseconds(45));
  EXPECT_GE(PathOf(resolved, "C-0004", 2).rtt().duration(), milliseconds(70));
}

TEST(ReplayMeasured, DeviceThatMovesHasMeasuredTimesBeforeItsMoveToo) {
  ResolvedScenario resolved = Small(With(kSmallScenario, "BEHAVIOUR_PADS_DELAY",
                                         "BEHAVIOUR_MOVES_LATER moves_at: \"9 s\""));
  ASSERT_TRUE(ReplayMeasured(Four(), "four.csv", &resolved).has_value());
  const auto mover = std::ranges::find(resolved.devices, 1U, &ResolvedDevice::fleet);
  ASSERT_NE(mover, resolved.devices.end());
  const ResolvedPath& path = PathOf(resolved, mover->id, 0);
  EXPECT_EQ(path.before, milliseconds(1));
  EXPECT_EQ(path.rtt().duration(), milliseconds(45));
  EXPECT_EQ(PathOf(resolved, "C-0001", 0).before, Duration(0));
}

TEST(ReplayMeasured, UnmeasuredPathStaysAsTheModelDrewIt) {
  Measurements measured = Four();
  measured.nodes[2].is_mislocated = true;
  const ResolvedScenario modelled = Small();
  ResolvedScenario resolved = modelled;
  ASSERT_TRUE(ReplayMeasured(measured, "four.csv", &resolved).has_value());
  for (std::size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(PathOf(resolved, "C-0004", l).rtt(), PathOf(modelled, "C-0004", l).rtt());
    EXPECT_NE(PathOf(resolved, "C-0001", l).rtt(), PathOf(modelled, "C-0001", l).rtt());
  }
}

TEST(ReplayMeasured, TimeBelowLightIsRaisedToItAndCounted) {
  ResolvedScenario resolved = Small();
  const auto replayed = ReplayMeasured(Four(20), "fast.csv", &resolved);
  ASSERT_TRUE(replayed.has_value());
  EXPECT_GT(replayed->at_light, 0U);
  for (const ResolvedPath& path : resolved.paths) {
    const Rtt light =
        RoundTripOver(GeodesicDistance(resolved.ActualPosition(resolved.devices[path.device]),
                                       resolved.LandmarkPosition(path.landmark)),
                      kSpeedOfLight);
    EXPECT_GE(path.rtt(), light);
  }
}

TEST(ReplayMeasured, WithoutOneMeasuredPathItIsRefusedAndNothingChanges) {
  Measurements far;
  far.nodes = {Node("a", 50.1, 8.7), Node("b", 52.4, 4.9)};
  far.rtts.push_back({0, 1, Rtt::FromDuration(milliseconds(8)), Duration(0), {}});
  const ResolvedScenario modelled = Small();
  ResolvedScenario resolved = modelled;
  const auto replayed = ReplayMeasured(far, "far.csv", &resolved);
  ASSERT_FALSE(replayed.has_value());
  EXPECT_NE(replayed.error().message().find("within 60 km"), std::string::npos);
  EXPECT_EQ(ResolvedText(resolved), ResolvedText(modelled));
}

TEST(ReplayMeasured, SameSeedReplaysTheSameAndItsFileReadsBack) {
  ResolvedScenario first = Small();
  ResolvedScenario second = Small();
  ASSERT_TRUE(ReplayMeasured(Four(), "four.csv", &first).has_value());
  ASSERT_TRUE(ReplayMeasured(Four(), "four.csv", &second).has_value());
  const std::string text = ResolvedText(first);
  EXPECT_EQ(ResolvedText(second), text);
  const auto again = ParseResolved(text, "resolved.textproto");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ResolvedText(*again), text);
}

}  // namespace
}  // namespace earshot
