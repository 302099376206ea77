// Random worlds with attacks, faults and liars, every packet of them, through the production engines.
//
//   EARSHOT_SIM_WORLDS=N   how many worlds a test draws; the default fits a test run
//   EARSHOT_SIM_SEED=S     the first seed; a failure prints its own
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/geo/wgs84.h"
#include "sim/net/virtual_world.h"
#include "tests/sim/net/drawn_world.h"

namespace earshot {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Draws worlds until one fails, and says how to see it again.
void ForEachWorld(std::uint64_t worlds, const std::function<void(std::uint64_t seed)>& test) {
  const std::uint64_t first = FromEnvironment("EARSHOT_SIM_SEED", 1);
  const std::uint64_t count = FromEnvironment("EARSHOT_SIM_WORLDS", worlds);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    test(seed);
    if (!testing::Test::HasFailure()) continue;
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    FAIL() << "again: EARSHOT_SIM_SEED=" << seed
           << " EARSHOT_SIM_WORLDS=1 sim_soundness_worlds_test --gtest_filter=*." << name;
  }
}

struct Outcome {
  std::map<std::string, DeviceVerdict> verdicts;
  std::vector<Landmark> landmarks;
  SampleTruth truth;
};

// `each_round` sees the verdicts of every round.
Outcome RunWorld(const ResolvedScenario& resolved,
            const std::function<void(const Outcome&)>& each_round = {}) {
  static const PolicyPlacementTest test;
  static const OutlineMap map;
  auto world = VirtualWorld::Create(resolved, test, map, {});
  EXPECT_TRUE(world.has_value()) << world.error().message();
  Outcome outcome;
  if (!world.has_value()) return outcome;
  while ((*world)->RunRound()) {
    outcome.verdicts = (*world)->Verdicts();
    outcome.landmarks.assign((*world)->landmarks().begin(), (*world)->landmarks().end());
    if (each_round) each_round(outcome);
  }
  outcome.truth = (*world)->truth();
  return outcome;
}

bool Lies(const Scenario& scenario, const LandmarkId& id) {
  const auto found = std::ranges::find(scenario.landmarks, id, &ScenarioLandmark::id);
  return found->lies();
}

void ExpectBoundsHold(const ResolvedScenario& resolved, const ResolvedDevice& device,
                      const Outcome& outcome, const Appraisal& appraisal) {
  for (const LandmarkRings& rings : appraisal.rings) {
    if (Lies(resolved.scenario, rings.landmark)) continue;
    const auto landmark = std::ranges::find(outcome.landmarks, rings.landmark, &Landmark::id);
    const Distance truth = GeodesicDistance(landmark->position, resolved.ActualPosition(device));
    EXPECT_FALSE(rings.vacuum.Excludes(truth))
        << device.id << " is " << truth.kilometres() << " km from " << rings.landmark.value()
        << ", bound " << rings.vacuum.radius().kilometres() << " km";
  }
}

bool ContradictedInVacuum(const Judgement& judgement) {
  return judgement.verdict == Verdict::kContradicted && judgement.basis == Basis::kVacuum;
}

void ExpectSound(const ResolvedScenario& resolved, const Outcome& outcome) {
  const Scenario& scenario = resolved.scenario;
  for (const ResolvedDevice& device : resolved.devices) {
    const auto found = outcome.verdicts.find(device.id);
    if (found == outcome.verdicts.end()) continue;
    const Appraisal& appraisal = found->second.appraisal;
    const ScenarioFleet& fleet = scenario.fleets[device.fleet];
    const ScenarioPlace& actual = *scenario.FindPlace(fleet.actual_place);
    const std::string who = device.id + ", which " + std::string(BehaviourWords(fleet.behaviour)) +
                            " in " + actual.id + ", declared in " + fleet.declared_place;
    ExpectBoundsHold(resolved, device, outcome, appraisal);
    if (IsForbidden(scenario, fleet, actual.country)) {
      EXPECT_NE(appraisal.licence.verdict, Verdict::kVerified) << who;
    }
    const Distance off = GeodesicDistance(
        actual.position, scenario.FindPlace(fleet.declared_place)->position);
    if (off > fleet.declared_radius) {
      EXPECT_NE(appraisal.site.verdict, Verdict::kVerified) << who;
    }
    if (fleet.behaviour == Behaviour::kReplaysAndForges ||
        fleet.behaviour == Behaviour::kRevokedKey || fleet.session_keys_on_host) {
      EXPECT_NE(appraisal.site.verdict, Verdict::kVerified) << who;
      EXPECT_NE(appraisal.licence.verdict, Verdict::kVerified) << who;
    }
    if (fleet.honest()) {
      EXPECT_FALSE(ContradictedInVacuum(appraisal.site)) << who;
      EXPECT_FALSE(ContradictedInVacuum(appraisal.licence)) << who;
      EXPECT_NE(appraisal.headline, Verdict::kInvalidProof) << who;
    }
  }
}

TEST(SoundnessWorlds, NothingFalseIsProvedAndNobodyHonestIsConvicted) {
  std::uint64_t samples = 0;
  std::uint64_t rounds = 0;
  ForEachWorld(100, [&](std::uint64_t seed) {
    const ResolvedScenario resolved = DrawWorld(seed);
    const Outcome outcome = RunWorld(resolved, [&](const Outcome& round) {
      ExpectSound(resolved, round);
      rounds += round.verdicts.size();
    });
    EXPECT_EQ(outcome.truth.below, 0U);
    samples += outcome.truth.samples;
  });
  EXPECT_GT(samples, 0U);
  std::cout << rounds << " device rounds, " << samples << " samples\n";
}

// Whatever comes and goes, and whatever is cut off for a while.
TEST(SoundnessWorlds, WeatherProvesNothingFalseAndConvictsNobodyHonest) {
  std::uint64_t samples = 0;
  ForEachWorld(30, [&](std::uint64_t seed) {
    ResolvedScenario resolved = DrawWorld(seed);
    AddDrawnWeather(seed, true, &resolved.scenario);
    const Outcome outcome =
        RunWorld(resolved, [&](const Outcome& round) { ExpectSound(resolved, round); });
    EXPECT_EQ(outcome.truth.below, 0U);
    samples += outcome.truth.samples;
  });
  EXPECT_GT(samples, 0U);
}

// The checks above can fail: where everybody lies, something false is proved in one world or another.
TEST(SoundnessWorlds, LiarsThatThePolicyKnowsNothingOfBreakAProofSomewhere) {
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 40 && broken == 0; ++seed) {
    ResolvedScenario resolved = DrawWorld(seed, {.faults = false, .liars = false});
    resolved.scenario.policy.liars_max = 0;
    for (ScenarioLandmark& landmark : resolved.scenario.landmarks) {
      landmark.shortens_rtt_by = std::chrono::seconds(1);
    }
    resolved.scenario.reference_agents = false;
    const Outcome outcome = RunWorld(resolved);
    for (const ResolvedDevice& device : resolved.devices) {
      const auto found = outcome.verdicts.find(device.id);
      if (found == outcome.verdicts.end()) continue;
      const ScenarioFleet& fleet = resolved.scenario.fleets[device.fleet];
      const Appraisal& appraisal = found->second.appraisal;
      broken += fleet.honest() && (ContradictedInVacuum(appraisal.site) ||
                                   appraisal.headline == Verdict::kInvalidProof);
    }
  }
  EXPECT_GT(broken, 0);
}

struct Worsening {
  const char* name;
  void (*apply)(ResolvedScenario*);
};
constexpr Worsening kWorsenings[] = {
    {"added delay",
     [](ResolvedScenario* world) {
       for (ResolvedPath& path : world->paths) {
         path.forward += std::chrono::microseconds(100 + 700 * (path.landmark % 5));
         path.backward += std::chrono::milliseconds(3 * (path.device % 3));
       }
     }},
    {"loss", [](ResolvedScenario* world) { world->scenario.network.loss = 0.3; }},
    {"copies", [](ResolvedScenario* world) { world->scenario.network.duplicate = 0.5; }},
    {"jitter and another order",
     [](ResolvedScenario* world) {
       world->scenario.network.jitter = std::chrono::milliseconds(2);
       world->scenario.network.reorder = 0.5;
     }},
    {"flipped bits", [](ResolvedScenario* world) { world->scenario.network.corrupt = 0.1; }},
    {"other routes, queues and the hour",
     [](ResolvedScenario* world) {
       AddDrawnWeather(world->scenario.seed, false, &world->scenario);
     }},
};

// Whoever can only slow, lose, repeat, reorder or spoil packets cannot improve a verdict, nor convict.
void ExpectNoBetter(const Judgement& before, const Judgement& after) {
  if (after.verdict == Verdict::kVerified) {
    EXPECT_EQ(before.verdict, Verdict::kVerified);
  }
  // What convicts a key may get lost, and then the rest is seen: never of an honest device.
  if (after.verdict == Verdict::kContradicted && before.verdict != Verdict::kInvalidProof) {
    EXPECT_EQ(before.verdict, Verdict::kContradicted);
  }
  if (before.verdict == Verdict::kUnexplainedDelay) {
    EXPECT_NE(after.verdict, Verdict::kConsistent);
  }
}

// Left out of what worse networks must not improve. Whether a train reaches a device before it goes silent
// hangs on the instants drawn for its session's trains, and a session that opened later, because packets
// were lost, draws others. And a flipped bit may turn a true PONG sent for another ping back into itself.
bool IsLeftOut(const ResolvedScenario& resolved, const std::string& id) {
  const auto device = std::ranges::find(resolved.devices, id, &ResolvedDevice::id);
  if (device->reference_for.has_value()) return false;
  const Behaviour behaviour = resolved.scenario.fleets[device->fleet].behaviour;
  return behaviour == Behaviour::kGoesSilent || behaviour == Behaviour::kReplaysAndForges;
}

// The shortest bound of every landmark in any round: later ones may be carried, and grow with age.
using Discs = std::map<std::pair<std::string, LandmarkId>, Distance>;

void KeepShortest(const ResolvedScenario& resolved, const Outcome& round, Discs* discs) {
  for (const auto& [name, verdict] : round.verdicts) {
    if (IsLeftOut(resolved, name)) continue;
    for (const LandmarkRings& rings : verdict.appraisal.rings) {
      const auto [at, is_new] = discs->try_emplace({name, rings.landmark}, rings.vacuum.radius());
      if (!is_new) at->second = std::min(at->second, rings.vacuum.radius());
    }
  }
}

void ExpectNoShorterDisc(const Discs& before, const Discs& after) {
  for (const auto& [key, radius] : after) {
    ASSERT_TRUE(before.contains(key)) << key.first;
    EXPECT_GE(radius, before.at(key)) << key.first << " at " << key.second.value();
  }
}

void ExpectExcludedStayTheSameOrFewer(const Appraisal& before, const Appraisal& after) {
  if (after.rings.empty() || IsFlagged(before.headline)) return;
  for (const CountryCode code : before.cannot_exclude) {
    EXPECT_TRUE(std::ranges::find(after.cannot_exclude, code) != after.cannot_exclude.end())
        << code.text();
  }
}

// Without liars: delay may hide a lie from the mesh, and a disc that the mesh had removed comes back.
TEST(SoundnessWorlds, NetworkThatOnlyWorsensImprovesNoVerdictAndShrinksNoDisc) {
  ForEachWorld(12, [&](std::uint64_t seed) {
    const ResolvedScenario quiet = DrawWorld(seed, {.faults = false, .liars = false});
    Discs discs;
    const Outcome before =
        RunWorld(quiet, [&](const Outcome& round) { KeepShortest(quiet, round, &discs); });
    for (const Worsening& worsening : kWorsenings) {
      SCOPED_TRACE(worsening.name);
      ResolvedScenario worse = quiet;
      worsening.apply(&worse);
      Discs worse_discs;
      const Outcome after =
          RunWorld(worse, [&](const Outcome& round) { KeepShortest(quiet, round, &worse_discs); });
      ExpectNoShorterDisc(discs, worse_discs);
      for (const auto& [name, verdict] : before.verdicts) {
        if (IsLeftOut(quiet, name)) continue;
        SCOPED_TRACE(name);
        const Appraisal& then = verdict.appraisal;
        const Appraisal& now = after.verdicts.at(name).appraisal;
        ExpectNoBetter(then.site, now.site);
        ExpectNoBetter(then.licence, now.licence);
        ExpectExcludedStayTheSameOrFewer(then, now);
      }
    }
  });
}

// A partition is silence, and silence accuses nobody of being elsewhere; when it heals, the next
// whole round is as good as if nothing had been.
TEST(SoundnessWorlds, CertainLossIsSilenceAndNothingElse) {
  ForEachWorld(5, [&](std::uint64_t seed) {
    ResolvedScenario dead = DrawWorld(seed, {.attacks = false});
    dead.scenario.network.loss = 1;
    const Outcome outcome = RunWorld(dead);
    EXPECT_EQ(outcome.truth.samples, 0U);
    for (const auto& [name, verdict] : outcome.verdicts) {
      const Verdict headline = verdict.appraisal.headline;
      EXPECT_TRUE(headline == Verdict::kSilent || headline == Verdict::kIndeterminate)
          << name << " is " << VerdictName(headline);
    }
  });
}

}  // namespace
}  // namespace earshot
