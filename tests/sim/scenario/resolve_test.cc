#include "sim/scenario/resolve.h"

#include <gtest/gtest.h>

#include <string>

#include "core/geo/wgs84.h"
#include "sim/scenario/scenario_load.h"
#include "tests/sim/scenario/scenario_text_fixture.h"

namespace earshot {
namespace {

const PathModel& Model() { return PathModel::Measured2020(); }

Scenario Parse(const std::string& text) {
  auto scenario = ParseScenario(text, "s.textproto");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  return *std::move(scenario);
}
Scenario Small() { return Parse(kSmallScenario); }

ResolvedScenario Resolve(const Scenario& scenario, const ResolveOptions& options = {}) {
  auto resolved = ResolveScenario(scenario, Model(), options);
  EXPECT_TRUE(resolved.has_value()) << resolved.error().message();
  return *std::move(resolved);
}

Duration RttOf(const ResolvedScenario& resolved, const std::string& device,
               const std::string& landmark) {
  for (const ResolvedPath& path : resolved.paths) {
    if (resolved.devices[path.device].id == device &&
        resolved.scenario.landmarks[path.landmark].id.value() == landmark) {
      return path.rtt().duration();
    }
  }
  ADD_FAILURE() << device << " " << landmark;
  return {};
}

TEST(Resolve, DevicesAreNumberedAndReferenceAgentsComeLast) {
  const ResolvedScenario resolved = Resolve(Small());
  ASSERT_EQ(resolved.devices.size(), 8U);
  EXPECT_EQ(resolved.devices[0].id, "C-0001");
  EXPECT_EQ(resolved.devices[4].id, "C-0005");
  EXPECT_EQ(resolved.devices[4].fleet, 1U);
  EXPECT_EQ(resolved.devices[5].id, "reference-sin-1");
  EXPECT_EQ(resolved.devices[5].reference_for, LandmarkId("sin-1"));
  EXPECT_EQ(resolved.paths.size(), 24U);
}

TEST(Resolve, SecondHolderOfAKeyHasPathsOfItsOwnThatAreReadBack) {
  const Scenario cloned = Parse(With(kSmallScenario, "BEHAVIOUR_PADS_DELAY",
                                         "BEHAVIOUR_CLONED_KEY clone_place: \"singapore\""));
  const ResolvedScenario resolved = Resolve(cloned);
  for (const ResolvedPath& path : resolved.paths) {
    const ResolvedDevice& device = resolved.devices[path.device];
    const bool has_clone = !device.reference_for.has_value() && device.fleet == 1;
    EXPECT_EQ(path.clone > Duration(0), has_clone) << device.id;
    // Tokyo is 5,300 km from the clone in Singapore: light takes 35 ms there and back.
    if (has_clone && path.landmark == 2) {
      EXPECT_GT(path.clone, std::chrono::milliseconds(35));
    }
  }
  const std::string text = ResolvedText(resolved);
  const auto again = ParseResolved(text, "r");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ResolvedText(*again), text);
  const std::size_t at = text.find("  clone: ");
  ASSERT_NE(at, std::string::npos);
  std::string without = text;
  without.erase(at, without.find('\n', at) - at);
  EXPECT_FALSE(ParseResolved(without, "r").has_value());
  EXPECT_NE(ParseResolved(text + "paths { device: \"C-0001\" landmark_id: \"sin-1\" forward: \"1 s\" "
                                 "backward: \"1 s\" clone: \"1 s\" }",
                          "r")
                .error()
                .message()
                .find("under one key has one; remove it"),
            std::string::npos);
}

TEST(Resolve, DeviceThatMovesHasPathsFromBothPlacesThatAreReadBack) {
  const Scenario moves = Parse(With(kSmallScenario, "BEHAVIOUR_PADS_DELAY",
                                        "BEHAVIOUR_MOVES_LATER moves_at: \"9 s\""));
  const ResolvedScenario resolved = Resolve(moves);
  for (const ResolvedPath& path : resolved.paths) {
    const ResolvedDevice& device = resolved.devices[path.device];
    const bool has_before = !device.reference_for.has_value() && device.fleet == 1;
    EXPECT_EQ(path.before > Duration(0), has_before) << device.id;
    // Shenzhen is 2,600 km from the landmarks in Singapore: light takes 17 ms there and back.
    if (has_before && path.landmark == 0) {
      EXPECT_GT(path.rtt().duration(), std::chrono::milliseconds(17));
    }
  }
  const std::string text = ResolvedText(resolved);
  const auto again = ParseResolved(text, "r");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ResolvedText(*again), text);
  const std::size_t at = text.find("  before: ");
  ASSERT_NE(at, std::string::npos);
  std::string without = text;
  without.erase(at, without.find('\n', at) - at);
  EXPECT_FALSE(ParseResolved(without, "r").has_value());
}

TEST(Resolve, FastMediumIsAsQuickAsLightAndNoQuicker) {
  const ResolvedScenario resolved =
      Resolve(Parse(With(kSmallScenario, "BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_FAST_MEDIUM")));
  const Distance away =
      GeodesicDistance(resolved.scenario.FindPlace("shenzhen")->position,
                       resolved.scenario.FindPlace("singapore")->position);
  const Duration light = RoundTripOver(away, kSpeedOfLight).duration();
  const Duration rtt = RttOf(resolved, "C-0004", "sin-1");
  EXPECT_GT(rtt, light);
  // The same device by ordinary paths, padded as this one is.
  EXPECT_LT(rtt, RttOf(Resolve(Small()), "C-0004", "sin-1"));
  // Tokyo is nearer to Shenzhen than to Singapore: padded to what the declared place explains.
  const Duration declared =
      RoundTripOver(GeodesicDistance(resolved.scenario.FindPlace("tokyo")->position,
                                     resolved.scenario.FindPlace("singapore")->position),
                    kFibreSpeed)
          .duration();
  EXPECT_GE(RttOf(resolved, "C-0004", "tyo-1"), declared);
}

TEST(Resolve, WithoutReferenceAgentsThereAreNone) {
  EXPECT_EQ(
      Resolve(Parse(std::string(kSmallScenario) + "reference_agents: false\n")).devices.size(), 5U);
}

TEST(Resolve, SameSeedGivesTheSameTextAndAnotherSeedDoesNot) {
  ResolveOptions other;
  other.seed = 8;
  EXPECT_EQ(ResolvedText(Resolve(Small())), ResolvedText(Resolve(Small())));
  EXPECT_NE(ResolvedText(Resolve(Small())), ResolvedText(Resolve(Small(), other)));
}

TEST(Resolve, PathOfADeviceDoesNotDependOnOtherDevices) {
  const std::string more =
      With(kSmallScenario, "first_number: 4 count: 2", "first_number: 4 count: 40");
  EXPECT_EQ(RttOf(Resolve(Small()), "C-0002", "tyo-1"),
            RttOf(Resolve(Parse(more)), "C-0002", "tyo-1"));
  EXPECT_EQ(RttOf(Resolve(Small()), "C-0004", "sin-2"),
            RttOf(Resolve(Parse(more)), "C-0004", "sin-2"));
}

TEST(Resolve, NoPathIsQuickerThanLight) {
  ResolveOptions many;
  many.devices = 200;
  const ResolvedScenario resolved = Resolve(Small(), many);
  for (const ResolvedPath& path : resolved.paths) {
    const ResolvedDevice& device = resolved.devices[path.device];
    const Distance distance =
        GeodesicDistance(resolved.ActualPosition(device), resolved.LandmarkPosition(path.landmark));
    EXPECT_GE(path.rtt(), RoundTripOver(distance, kSpeedOfLight)) << device.id;
    EXPECT_LE(path.backward - path.forward, Duration(1));
    EXPECT_GE(path.backward, path.forward);
  }
}

TEST(Resolve, ReferenceAgentIsQuickAtItsOwnLandmarkOnly) {
  const ResolvedScenario resolved = Resolve(Small());
  EXPECT_EQ(RttOf(resolved, "reference-tyo-1", "tyo-1"), kBesideLandmarkRtt.duration());
  EXPECT_GT(RttOf(resolved, "reference-tyo-1", "sin-1"), std::chrono::milliseconds(50));
}

// With one seed, behaviours of the same device differ only by what they do to its delay.
TEST(Resolve, PaddingOnlyAddsAndReachesWhatIsNormalAtTheDeclaredPlace) {
  const std::string padding = kSmallScenario;
  const std::string careless = With(padding, "BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CARELESS");
  // Tokyo is nearer to Shenzhen than to Singapore, so honest Singapore sounds slower there.
  int padded = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    ResolveOptions options;
    options.seed = seed;
    const ResolvedScenario with = Resolve(Parse(padding), options);
    const ResolvedScenario without = Resolve(Parse(careless), options);
    for (const char* landmark : {"sin-1", "sin-2", "tyo-1"}) {
      EXPECT_GE(RttOf(with, "C-0004", landmark), RttOf(without, "C-0004", landmark));
    }
    padded += RttOf(with, "C-0004", "tyo-1") > RttOf(without, "C-0004", "tyo-1") ? 1 : 0;
    const Rtt declared =
        RoundTripOver(GeodesicDistance(with.scenario.FindPlace("singapore")->position,
                                       with.scenario.FindPlace("tokyo")->position),
                      kFibreSpeed);
    EXPECT_GE(RttOf(with, "C-0004", "tyo-1"), declared.duration());
  }
  EXPECT_GT(padded, 20);
}

TEST(Resolve, RelayedDeviceIsSlowerThanFibreAllTheWayRound) {
  const std::string text = With(kSmallScenario, "BEHAVIOUR_PADS_DELAY",
                                    "BEHAVIOUR_RELAYED relay_place: \"singapore\"");
  const ResolvedScenario resolved = Resolve(Parse(text));
  // Shenzhen to Tokyo by way of Singapore.
  const Position relay = resolved.scenario.FindPlace("singapore")->position;
  const Duration legs =
      RoundTripOver(GeodesicDistance(relay, resolved.scenario.FindPlace("tokyo")->position),
                    kFibreSpeed)
          .duration() +
      RoundTripOver(GeodesicDistance(relay, resolved.scenario.FindPlace("shenzhen")->position),
                    kFibreSpeed)
          .duration();
  EXPECT_GE(RttOf(resolved, "C-0004", "tyo-1"), legs);
}

TEST(Resolve, DeviceOverrideKeepsEveryFleetAndTheTotal) {
  ResolveOptions options;
  options.devices = 11;
  const ResolvedScenario resolved = Resolve(Small(), options);
  EXPECT_EQ(resolved.scenario.DeviceCount(), 11U);
  EXPECT_GE(resolved.scenario.fleets[1].count, 1U);
  EXPECT_EQ(resolved.devices[10].id, "C-0011");
  options.devices = 1;
  EXPECT_FALSE(ResolveScenario(Small(), Model(), options).has_value());
}

TEST(Resolve, DurationShorterThanTheFirstRoundIsRefused) {
  ResolveOptions options;
  options.duration = std::chrono::seconds(6);
  EXPECT_FALSE(ResolveScenario(Small(), Model(), options).has_value());
  options.duration = std::chrono::seconds(7);
  EXPECT_EQ(Resolve(Small(), options).scenario.duration, std::chrono::seconds(7));
}

TEST(ResolvedText, ReadsBackTheSame) {
  const std::string text = ResolvedText(Resolve(Small()));
  const auto again = ParseResolved(text, "resolved.textproto");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ResolvedText(*again), text);
}

TEST(ResolvedText, PathQuickerThanLightOrMissingIsRefused) {
  const std::string text = ResolvedText(Resolve(Small()));
  // The last path is that of reference-tyo-1 to tyo-1; the one before leads to sin-2.
  const auto last = text.rfind("paths {");
  const auto before = text.rfind("paths {", last - 1);
  std::string quick = text;
  const auto forward = quick.find("forward: \"", before) + 10;
  quick.replace(forward, quick.find('"', forward) - forward, "0 ns");
  const auto backward = quick.find("backward: \"", before) + 11;
  quick.replace(backward, quick.find('"', backward) - backward, "1 ms");
  const auto refused = ParseResolved(quick, "r");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("quicker than light"), std::string::npos)
      << refused.error().message();
  EXPECT_FALSE(ParseResolved(text.substr(0, last), "r").has_value());
}

}  // namespace
}  // namespace earshot
