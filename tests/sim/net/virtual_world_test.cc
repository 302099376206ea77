#include "sim/net/virtual_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/appraisal/nearest_landmark_test.h"
#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/geo/wgs84.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "earshot/v1/report.pb.h"
#include "server/engine/evidence_check.h"
#include "sim/scenario/scenario_load.h"
#include "tests/support/recorded_hashes.h"

namespace earshot {
namespace {

ResolvedScenario ResolvedFile(const std::string& file, const ResolveOptions& options = {}) {
  const auto scenario = LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/" + file);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  auto resolved = ResolveScenario(*scenario, PathModel::Measured2020(), options);
  EXPECT_TRUE(resolved.has_value()) << resolved.error().message();
  return *std::move(resolved);
}

// A world that ran to its end.
struct Ran {
  explicit Ran(ResolvedScenario given, unsigned threads = 1) : resolved(std::move(given)) {
    VirtualWorldOptions options;
    options.threads = threads;
    auto created = VirtualWorld::Create(resolved, test, map, options);
    EXPECT_TRUE(created.has_value()) << created.error().message();
    world = *std::move(created);
    while (world->RunRound()) CheckBounds();
  }

  // No bound is shorter than the true distance.
  void CheckBounds() const {
    const auto verdicts = world->Verdicts();
    for (const ResolvedDevice& device : resolved.devices) {
      const auto verdict = verdicts.find(device.id);
      if (verdict == verdicts.end()) continue;
      // Who of two answered, no landmark knows; and one that moves has two places.
      const Behaviour behaviour = resolved.scenario.fleets[device.fleet].behaviour;
      const bool two_places =
          behaviour == Behaviour::kClonedKey || behaviour == Behaviour::kMovesLater;
      if (!device.reference_for.has_value() && two_places) continue;
      for (const LandmarkRings& rings : verdict->second.appraisal.rings) {
        const auto landmark = std::ranges::find(world->landmarks(), rings.landmark, &Landmark::id);
        ASSERT_NE(landmark, world->landmarks().end());
        const Distance truth =
            GeodesicDistance(landmark->position, resolved.ActualPosition(device));
        EXPECT_GE(rings.vacuum.radius(), truth)
            << device.id << " at " << rings.landmark.value() << ", seed " << resolved.scenario.seed;
      }
    }
  }

  PolicyPlacementTest test;
  OutlineMap map;
  ResolvedScenario resolved;
  std::unique_ptr<VirtualWorld> world;
};

void ExpectTheScenariosVerdicts(const Ran& ran) {
  const auto verdicts = ran.world->Verdicts();
  for (const ResolvedDevice& device : ran.resolved.devices) {
    if (device.reference_for.has_value()) continue;
    const ScenarioFleet& fleet = ran.resolved.scenario.fleets[device.fleet];
    ASSERT_TRUE(verdicts.contains(device.id)) << device.id;
    const Verdict headline = verdicts.at(device.id).appraisal.headline;
    EXPECT_TRUE(std::ranges::find(fleet.expect_headline, headline) != fleet.expect_headline.end())
        << device.id << " is " << VerdictName(headline) << ", seed " << ran.resolved.scenario.seed;
    EXPECT_FALSE(fleet.honest() && (headline == Verdict::kContradicted ||
                                    headline == Verdict::kInvalidProof ||
                                    headline == Verdict::kSilent))
        << device.id;
  }
}

void ExpectSoundSamples(const VirtualWorld& world) {
  EXPECT_GT(world.truth().samples, 1000U);
  EXPECT_EQ(world.truth().below, 0U);
  EXPECT_EQ(world.counts().over_limit, 0U);
}

class ShippedScenario : public testing::TestWithParam<std::string> {};

TEST_P(ShippedScenario, HasItsExpectedVerdicts) {
  const Ran ran(ResolvedFile(GetParam()));
  EXPECT_EQ(ran.world->rounds(), RoundsWithin(ran.resolved.scenario));
  EXPECT_GE(ran.world->rounds(), 3U);
  ExpectTheScenariosVerdicts(ran);
  ExpectSoundSamples(*ran.world);
  ExpectRecorded("packet " + ran.resolved.scenario.name, ran.world->event_hash());
}

std::vector<std::string> ShippedFiles() {
  std::vector<std::string> names;
  const auto files = ListScenarios(std::string(EARSHOT_SOURCE_DIR) + "/scenarios");
  for (const ScenarioFile& file : *files) {
    // It lasts 110 rounds and has a test of its own.
    if (file.name == "moves-within-the-noise") continue;
    names.push_back(file.path.substr(file.path.rfind('/') + 1));
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(
    VirtualWorld, ShippedScenario, testing::ValuesIn(ShippedFiles()),
    [](const testing::TestParamInfo<std::string>& suite) {
      std::string name = suite.param.substr(4, suite.param.find('.') - 4);
      std::ranges::replace(name, '-', '_');
      return name;
    });

// What each scenario is there to show, beside its expected verdicts.
bool AnyReason(const Judgement& judgement, ReasonCode code) {
  return std::ranges::any_of(judgement.reasons,
                             [&](const Reason& reason) { return reason.code == code; });
}

TEST(VirtualWorld, WholeSilentSiteIsAnOutageCandidateAndSomeSilentDevicesAreNot) {
  const Ran ran(ResolvedFile("090-outage-or-diversion.textproto"));
  int outage = 0;
  int alone = 0;
  for (const auto& [name, verdict] : ran.world->Verdicts()) {
    const Appraisal& appraisal = verdict.appraisal;
    if (appraisal.headline != Verdict::kSilent) continue;
    const bool candidate = AnyReason(appraisal.site, ReasonCode::kSiteOutage);
    EXPECT_EQ(candidate, name.starts_with("B")) << name;
    (candidate ? outage : alone) += 1;
  }
  EXPECT_EQ(outage, 6);
  EXPECT_EQ(alone, 2);
}

TEST(VirtualWorld, MeshNamesTheLandmarkThatLies) {
  const Ran ran(ResolvedFile("080-lying-landmark.textproto"));
  const v1::RunReport report = ran.world->Report();
  ASSERT_FALSE(report.landmarks().empty());
  for (const v1::ReportLandmark& landmark : report.landmarks()) {
    EXPECT_EQ(landmark.faulty(), landmark.id() == "sin-1") << landmark.id();
  }
}

// The policy in the bundle says which test was made: whoever recomputes by another is told so.
TEST(VirtualWorld, BundlesOfACalibratedPolicyStandByItsTestAndNotByTheOther) {
  const Ran ran(ResolvedFile("320-hidden-behind-delay.textproto"));
  const auto recompute = [&](const std::string& bytes, const PlacementTest& test) {
    const auto bundle = DecodeBundle(AsBytes(bytes));
    EXPECT_TRUE(bundle.has_value());
    auto verdict = RecomputeVerdict(*bundle, ran.world->root(), test, ran.map);
    EXPECT_TRUE(verdict.has_value()) << verdict.error().message();
    return *std::move(verdict);
  };
  int judged = 0;
  int otherwise = 0;
  for (const auto& [name, verdict] : ran.world->Verdicts()) {
    if (!name.starts_with("K") && !name.starts_with("N")) continue;
    const RecomputedVerdict again = recompute(verdict.bundle, PolicyPlacementTest());
    EXPECT_EQ(again.differences, std::vector<std::string>()) << name;
    EXPECT_EQ(again.policy.placement_test, PlacementRule::kCalibrated);
    if (verdict.appraisal.headline == Verdict::kConsistent) ADD_FAILURE() << name;
    otherwise += recompute(verdict.bundle, NearestLandmarkTest()).differences.empty() ? 0 : 1;
    ++judged;
  }
  EXPECT_EQ(judged, 16);
  EXPECT_GE(otherwise, 6);  // those declared in Kuala Lumpur, where no landmark is near
}

bool BecameSlower(const Judgement& judgement) {
  return std::ranges::any_of(judgement.reasons, [](const Reason& reason) {
    return reason.code >= ReasonCode::kSlowerThanEnrolled &&
           reason.code <= ReasonCode::kSlowerWithSite;
  });
}

TEST(VirtualWorld, MoveWithinTheNoiseIsNoticedThroughTimeAndChangesNoVerdict) {
  const PolicyPlacementTest test;
  const OutlineMap map;
  const ResolvedScenario resolved = ResolvedFile("330-moves-within-the-noise.textproto");
  auto created = VirtualWorld::Create(resolved, test, map, {});
  ASSERT_TRUE(created.has_value()) << created.error().message();
  VirtualWorld& world = **created;
  std::map<std::string, std::uint32_t> first;
  std::map<std::string, Verdict> before;
  while (world.RunRound()) {
    const auto verdicts = world.Verdicts();
    for (const auto& [name, verdict] : verdicts) {
      if (world.rounds() == 60) before[name] = verdict.appraisal.headline;
      if (BecameSlower(verdict.appraisal.site)) first.try_emplace(name, world.rounds());
    }
    if (world.rounds() < 110) world.DropBundles();
  }
  EXPECT_EQ(world.rounds(), 110U);
  EXPECT_EQ(world.truth().below, 0U);
  ExpectRecorded("packet moves-within-the-noise", world.event_hash());
  const auto verdicts = world.Verdicts();
  int within_the_noise = 0;
  std::string seen;
  for (const auto& [name, verdict] : verdicts) {
    EXPECT_EQ(first.contains(name), name.starts_with("M")) << name;
    if (!first.contains(name)) continue;
    // 60 rounds before the move, then ten blocks of four, one more or less.
    EXPECT_GT(first[name], 64U) << name;
    EXPECT_LE(first[name], 108U) << name;
    seen += name + " " + std::to_string(first[name]) + " " +
            std::string(VerdictName(before[name])) + " " +
            std::string(VerdictName(verdict.appraisal.headline)) + "\n";
    within_the_noise += verdict.appraisal.headline == before[name] && !verdict.appraisal.flagged();
    EXPECT_TRUE(BecameSlower(verdict.appraisal.licence));
    const auto bundle = DecodeBundle(AsBytes(verdict.bundle));
    ASSERT_TRUE(bundle.has_value());
    const auto again = RecomputeVerdict(*bundle, world.root(), test, map);
    ASSERT_TRUE(again.has_value()) << again.error().message();
    EXPECT_EQ(again->differences, std::vector<std::string>()) << name;
  }
  EXPECT_GT(within_the_noise, 0) << seen;
  RecordProperty("noticed", seen);
}

TEST(VirtualWorld, EventsAreTheSameWithAnyNumberOfThreads) {
  ResolveOptions options;
  options.devices = 8;
  options.duration = std::chrono::seconds(13);
  std::vector<Bytes32> hashes;
  for (const unsigned threads : {1U, 2U, 8U}) {
    const Ran ran(ResolvedFile("020-honest-fleet.textproto", options), threads);
    EXPECT_EQ(ran.world->sites(), 5U);
    hashes.push_back(ran.world->event_hash());
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
  ExpectRecorded("packet honest-fleet, 8 devices, 13 s", hashes[0]);
}

TEST(VirtualWorld, EveryRecordedHashOfPacketsIsOfAShippedScenario) {
  std::set<std::string> names;
  const auto files = ListScenarios(std::string(EARSHOT_SOURCE_DIR) + "/scenarios");
  ASSERT_TRUE(files.has_value());
  for (const ScenarioFile& file : *files) {
    names.insert(file.name);
  }
  int seen = 0;
  for (const auto& [run, hash] : RecordedHashes()) {
    if (!run.starts_with("packet ")) continue;
    const std::size_t name = run.find(' ') + 1;
    EXPECT_TRUE(names.contains(run.substr(name, run.find(',') - name))) << run;
    ++seen;
  }
  EXPECT_GT(seen, 0);
}

TEST(VirtualWorld, AnotherSeedIsAnotherRun) {
  ResolveOptions options;
  options.devices = 4;
  options.duration = std::chrono::seconds(7);
  const Ran first(ResolvedFile("020-honest-fleet.textproto", options));
  options.seed = 2;
  const Ran second(ResolvedFile("020-honest-fleet.textproto", options));
  EXPECT_NE(first.world->event_hash(), second.world->event_hash());
}

TEST(VirtualWorld, BundleOfAVirtualRunIsRecomputedFromItsBytes) {
  ResolveOptions options;
  options.devices = 4;
  options.duration = std::chrono::seconds(7);
  const Ran ran(ResolvedFile("020-honest-fleet.textproto", options));
  for (const auto& [name, verdict] : ran.world->Verdicts()) {
    const auto bundle = DecodeBundle(AsBytes(verdict.bundle));
    ASSERT_TRUE(bundle.has_value()) << bundle.error().message();
    const auto recomputed =
        RecomputeVerdict(*bundle, ran.world->root(), ran.test, ran.map);
    ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
    EXPECT_TRUE(recomputed->differences.empty()) << recomputed->differences.front();
    EXPECT_EQ(recomputed->appraisal.headline, verdict.appraisal.headline);
  }
}

TEST(VirtualWorld, ReportSpeaksOfEveryDeviceOnce) {
  ResolveOptions options;
  options.devices = 8;
  options.duration = std::chrono::seconds(7);
  const Ran ran(ResolvedFile("020-honest-fleet.textproto", options));
  const v1::RunReport report = ran.world->Report();
  EXPECT_EQ(report.devices_size(), 8);
  EXPECT_EQ(report.landmarks_size(), 11);
  EXPECT_EQ(report.run().rounds(), 1U);
  EXPECT_EQ(report.network().samples_below_truth(), 0U);
  for (const v1::ReportLandmark& landmark : report.landmarks()) {
    EXPECT_FALSE(landmark.faulty()) << landmark.id();
    EXPECT_GT(landmark.pings_answered(), 0U);
  }
}

TEST(VirtualWorld, LimitsAreSaidBeforeAnythingRuns) {
  const PolicyPlacementTest test;
  const OutlineMap map;
  const ResolvedScenario resolved = ResolvedFile("020-honest-fleet.textproto");
  VirtualWorldOptions none;
  none.threads = 0;
  EXPECT_FALSE(VirtualWorld::Create(resolved, test, map, none).has_value());
  ResolveOptions week;
  week.duration = std::chrono::hours(24 * 7);
  const auto too_long = VirtualWorld::Create(
      ResolvedFile("020-honest-fleet.textproto", week), test, map, {});
  ASSERT_FALSE(too_long.has_value());
  EXPECT_NE(too_long.error().message().find("in force"), std::string::npos);
}

}  // namespace
}  // namespace earshot
