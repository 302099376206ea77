#include "server/engine/server_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/appraisal/nearest_landmark_test.h"
#include "core/crypto/signed_blob.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "server/engine/evidence_check.h"
#include "tests/support/server_world.h"
#include "tests/support/stranger.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST(ServerEngineTest, HonestDeviceInSingaporeIsVerifiedByEveryRound) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(20));
  ASSERT_THAT(world.rounds, SizeIs(3));
  for (const auto& verdicts : world.rounds) {
    ASSERT_THAT(verdicts, SizeIs(1)) << "reference agents get no verdict";
    EXPECT_EQ(verdicts[0].name, "C-1");
    EXPECT_EQ(VerdictName(verdicts[0].appraisal.headline), "VERIFIED");
    EXPECT_THAT(verdicts[0].appraisal.rings, SizeIs(world.landmark_count()));
  }
  EXPECT_TRUE(world.engine->verifier().mesh().measured);
  EXPECT_THAT(world.engine->verifier().mesh().faulty, IsEmpty());
  EXPECT_EQ(world.engine->verifier().counters().receipts_refused, 0U);
}

TEST(ServerEngineTest, DeviceThatNeverAnswersBecomesSilent) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Enrol("C-2", world.singapore());
  world.Run(seconds(20));
  ASSERT_THAT(world.rounds, SizeIs(3));
  const auto& last = world.rounds.back();
  ASSERT_THAT(last, SizeIs(2));
  EXPECT_EQ(VerdictName(last[0].appraisal.headline), "VERIFIED");
  EXPECT_EQ(VerdictName(last[1].appraisal.headline), "SILENT");
}

TEST(ServerEngineTest, SlowDeviceIsUnexplainedAndFastOneElsewhereContradicted) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore(), milliseconds(30));
  world.AddDevice("C-2", world.hong_kong());
  world.Run(seconds(14));
  ASSERT_FALSE(world.rounds.empty());
  const auto& last = world.rounds.back();
  ASSERT_THAT(last, SizeIs(2));
  EXPECT_EQ(VerdictName(last[0].appraisal.headline), "UNEXPLAINED_DELAY");
  EXPECT_EQ(VerdictName(last[1].appraisal.headline), "CONTRADICTED");
}

TEST(ServerEngineTest, OverloadedLandmarksTaintTheirSamplesAndChangeNoVerdict) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  for (const char* id : {"sin-1", "sin-2", "kul-1"}) world.Overload(id, milliseconds(30));
  world.Run(seconds(20));
  ASSERT_FALSE(world.rounds.empty());
  for (const auto& verdicts : world.rounds) {
    ASSERT_THAT(verdicts, SizeIs(1));
    EXPECT_EQ(VerdictName(verdicts[0].appraisal.headline), "VERIFIED");
  }
  const auto& busy = world.taints[LandmarkId("sin-1")];
  EXPECT_GT(busy.at(Taint::kReceiveQueueLag), 0U);
  EXPECT_FALSE(busy.contains(Taint::kNone)) << "every pong waited longer than the limit";
  const auto& idle = world.taints[LandmarkId("tyo-1")];
  EXPECT_GT(idle.at(Taint::kNone), 0U);
  EXPECT_FALSE(idle.contains(Taint::kReceiveQueueLag));
}

// Without a proof to fall back on, what the overload leaves is no verdict rather than a wrong one.
TEST(ServerEngineTest, SlowDeviceIsNotAccusedByOverloadedLandmarks) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore(), milliseconds(30));
  for (const char* id : {"sin-1", "sin-2", "kul-1", "hkg-1", "hkg-2", "tyo-1"}) {
    world.Overload(id, milliseconds(30));
  }
  world.Run(seconds(14));
  ASSERT_FALSE(world.rounds.empty());
  const Appraisal& judged = world.rounds.back()[0].appraisal;
  EXPECT_EQ(VerdictName(judged.site.verdict), "INDETERMINATE");
  EXPECT_TRUE(HasReason(judged.site, ReasonCode::kTaintedSamples));
}

TEST(ServerEngineTest, RevokedKeyConvictsItself) {
  ServerWorld world;
  const DeviceId device = world.AddDevice("C-1", world.singapore());
  world.Begin();
  ASSERT_TRUE(world.engine->verifier().UpdateRevocations(
      world.authority.RevocationList(3, {device.value()})));
  EXPECT_EQ(world.engine->verifier().UpdateRevocations(world.authority.RevocationList(2, {}))
                .error().code(),
            ErrorCode::kExpired);
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  const Appraisal& appraisal = world.rounds[0][0].appraisal;
  EXPECT_EQ(VerdictName(appraisal.headline), "INVALID_PROOF");
  EXPECT_TRUE(HasReason(appraisal.site, ReasonCode::kKeyRevoked));
}

TEST(ServerEngineTest, NewerLandmarkListCountsFromTheNextRoundAndAnOlderOneIsRefused) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  Verifier& verifier = world.engine->verifier();
  std::unique_ptr<FixtureLandmark> removed = std::move(world.authority.landmarks().back());
  world.authority.landmarks().pop_back();
  ASSERT_TRUE(verifier.UpdateLandmarkList(world.authority.LandmarkList(5)));
  EXPECT_EQ(verifier.list().version, 5U);
  EXPECT_THAT(verifier.landmarks(), SizeIs(world.landmark_count() - 1));
  EXPECT_EQ(verifier.UpdateLandmarkList(world.authority.LandmarkList(4)).error().code(),
            ErrorCode::kExpired);
  EXPECT_EQ(verifier.list().version, 5U);
  world.Run(seconds(12));
  ASSERT_THAT(world.rounds, SizeIs(3));
  const DeviceVerdict& last = world.rounds.back()[0];
  EXPECT_EQ(VerdictName(last.appraisal.headline), "VERIFIED");
  EXPECT_THAT(last.appraisal.rings, SizeIs(world.landmark_count() - 1));
  const auto bundle = DecodeBundle(AsBytes(last.bundle));
  const auto recomputed = RecomputeVerdict(*bundle, world.authority.root().public_key(),
                                           world.test, world.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
}

TEST(ServerEngineTest, ListThatCannotServeIsRefusedAndTheOldOneStays) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Begin();
  Verifier& verifier = world.engine->verifier();
  Bytes forged = world.authority.LandmarkList(7);
  forged.back() ^= 1;
  EXPECT_EQ(verifier.UpdateLandmarkList(forged).error().code(), ErrorCode::kUnauthenticated);
  auto landmarks = std::exchange(world.authority.landmarks(), {});
  EXPECT_EQ(verifier.UpdateLandmarkList(world.authority.LandmarkList(7)).error().code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(verifier.list().version, 1U);
  EXPECT_THAT(verifier.landmarks(), SizeIs(world.landmark_count()));
  world.authority.landmarks() = std::move(landmarks);
  EXPECT_TRUE(verifier.UpdateLandmarkList(world.authority.LandmarkList(2)))
      << "a list that was refused must not raise the version";
}

TEST(ServerEngineTest, ReceiptsUnderAWithdrawnLandmarkKeyCountForNothing) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Begin();
  const FixtureLandmark& withdrawn = *world.authority.landmarks().front();
  ASSERT_TRUE(world.engine->verifier().UpdateRevocations(world.authority.RevocationList(
      3, {withdrawn.keys.signing.public_key().id().value()})));
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  EXPECT_GT(world.engine->verifier().counters().receipts_refused, 0U);
  const Appraisal& appraisal = world.rounds[0][0].appraisal;
  EXPECT_FALSE(appraisal.rings.empty());
  for (const LandmarkRings& rings : appraisal.rings) {
    EXPECT_NE(rings.landmark, LandmarkId(withdrawn.place.id));
  }
}

TEST(ServerEngineTest, BoundsOfALandmarkAreNotCarriedOnceItsKeyIsWithdrawn) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  const FixtureLandmark& withdrawn = *world.authority.landmarks().front();
  ASSERT_TRUE(world.engine->verifier().UpdateRevocations(world.authority.RevocationList(
      3, {withdrawn.keys.signing.public_key().id().value()})));
  world.Run(seconds(6));
  ASSERT_THAT(world.rounds, SizeIs(2));
  for (const LandmarkRings& rings : world.rounds[1][0].appraisal.rings) {
    EXPECT_NE(rings.landmark, LandmarkId(withdrawn.place.id));
  }
  // A stranger who reads the second bundle finds nothing in it that the withdrawn key signed.
  const auto bundle = DecodeBundle(AsBytes(world.rounds[1][0].bundle));
  ASSERT_TRUE(bundle.has_value());
  const auto recomputed = RecomputeVerdict(*bundle, world.authority.root().public_key(), world.test,
                                           world.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
}

TEST(ServerEngineTest, CloneThatUsesOneCounterTwiceAtTwoLandmarksIsConvictedForGood) {
  ServerWorld world;
  // Two agents with one key: each landmark hears the one or the other first.
  world.AddDevice("C-1", world.singapore());
  world.AddCloneOf("C-1", world.hong_kong());
  world.Run(seconds(20));
  ASSERT_THAT(world.rounds, SizeIs(3));
  const Appraisal& appraisal = world.rounds.back()[0].appraisal;
  EXPECT_EQ(VerdictName(appraisal.headline), "INVALID_PROOF");
}

TEST(ServerEngineTest, LandmarkThatHearsNobodyIsNotHeldAgainstTheDevice) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.AddDevice("C-2", world.singapore());
  world.Cut(world.landmark_endpoint("sin-1"));
  world.Run(seconds(14));
  ASSERT_FALSE(world.rounds.empty());
  for (const DeviceVerdict& verdict : world.rounds.back()) {
    EXPECT_FALSE(verdict.appraisal.flagged()) << verdict.name;
  }
}

// A stranger with many ports behind the address of C-1 spends what sin-1 checks.
class FloodedServer : public testing::Test {
 protected:
  void FloodFrom(std::uint32_t address) {
    world_.options.landmark.checks.per_address = {4, 0};
    stranger_.emplace(world_.network, address, std::uint16_t{8}, world_.landmark_endpoint("sin-1"),
                      world_.authority.landmarks()[0]->keys.signing.id().value());
  }
  static bool HeardBySin1(const Appraisal& appraisal) {
    return std::ranges::any_of(appraisal.rings, [](const LandmarkRings& rings) {
      return rings.landmark == LandmarkId("sin-1");
    });
  }

  ServerWorld world_;
  std::optional<Stranger> stranger_;
};

TEST_F(FloodedServer, DeviceThatWasHeardBeforeIsHeardOn) {
  world_.options.landmark.checks.per_address = {4, 0};
  const std::uint32_t address = world_.next_agent_address();
  world_.AddDevice("C-1", world_.singapore());
  world_.Run(seconds(1));
  FloodFrom(address);
  world_.Run(seconds(20));
  ASSERT_GE(world_.rounds.size(), 3U);
  for (const auto& verdicts : world_.rounds) {
    EXPECT_EQ(VerdictName(verdicts[0].appraisal.headline), "VERIFIED");
    EXPECT_TRUE(HeardBySin1(verdicts[0].appraisal));
  }
}

TEST_F(FloodedServer, DeviceKeptOutFromTheStartIsExcusedUntilTheDeadlineAndThenSilent) {
  FloodFrom(world_.next_agent_address());
  world_.AddDevice("C-1", world_.singapore(), milliseconds(30));  // slow: flagged if it were heard
  world_.Run(seconds(20));
  ASSERT_THAT(world_.rounds, SizeIs(3));
  const auto site = [&](std::size_t round) { return world_.rounds[round][0].appraisal.site; };
  EXPECT_EQ(VerdictName(site(0).verdict), "INDETERMINATE");
  EXPECT_TRUE(HasReason(site(0), ReasonCode::kHandshakesRefused));
  EXPECT_EQ(VerdictName(site(2).verdict), "SILENT");
  EXPECT_TRUE(HasReason(site(2), ReasonCode::kHandshakesRefused));
  const auto bundle = DecodeBundle(AsBytes(world_.rounds[2][0].bundle));
  const auto recomputed = RecomputeVerdict(*bundle, world_.authority.root().public_key(),
                                           world_.test, world_.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
}

TEST_F(FloodedServer, FloodFromElsewhereExcusesNobody) {
  FloodFrom(0x7f0900ff);
  world_.AddDevice("C-1", world_.singapore(), milliseconds(30));
  world_.Run(seconds(8));
  ASSERT_THAT(world_.rounds, SizeIs(1));
  EXPECT_EQ(VerdictName(world_.rounds[0][0].appraisal.headline), "UNEXPLAINED_DELAY");
}

TEST(ServerEngineTest, BundleIsRecomputedToTheSameVerdictByAStranger) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.AddDevice("C-2", world.singapore(), milliseconds(30));
  world.Run(seconds(14));
  ASSERT_FALSE(world.rounds.empty());
  for (const DeviceVerdict& verdict : world.rounds.back()) {
    const auto bundle = DecodeBundle(AsBytes(verdict.bundle));
    ASSERT_TRUE(bundle.has_value()) << bundle.error().message();
    const auto recomputed = RecomputeVerdict(*bundle, world.authority.root().public_key(),
                                             world.test, world.map);
    ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
    EXPECT_THAT(recomputed->differences, IsEmpty());
    EXPECT_EQ(recomputed->appraisal.headline, verdict.appraisal.headline);
    EXPECT_EQ(recomputed->receipts, world.landmark_count());
  }
}

TEST(ServerEngineTest, BundleWithOneBitChangedIsRefusedOrDiffers) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  ASSERT_FALSE(world.rounds.empty());
  const std::string& bytes = world.rounds.back()[0].bundle;
  const Ed25519PublicKey root = world.authority.root().public_key();
  const auto accepted = [&](const std::string& candidate) {
    const auto bundle = DecodeBundle(AsBytes(candidate));
    if (!bundle.has_value()) return false;
    const auto recomputed = RecomputeVerdict(*bundle, root, world.test, world.map);
    return recomputed.has_value() && recomputed->differences.empty();
  };
  ASSERT_TRUE(accepted(bytes));
  for (std::size_t at = 0; at < bytes.size(); at += 97) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    EXPECT_FALSE(accepted(flipped)) << "byte " << at;
  }
  const v1::EvidenceBundle bundle = *DecodeBundle(AsBytes(bytes));
  SeededRandom random(5);
  EXPECT_FALSE(RecomputeVerdict(bundle, Ed25519PrivateKey::Generate(random).public_key(),
                                world.test, world.map).has_value());
}

TEST(ServerEngineTest, BundleWithoutOnePositionRecordIsNotWhatWasSigned) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  ASSERT_FALSE(world.rounds.empty());
  const v1::EvidenceBundle whole = *DecodeBundle(AsBytes(world.rounds.back()[0].bundle));
  const auto recompute = [&](const v1::EvidenceBundle& bundle) {
    return RecomputeVerdict(bundle, world.authority.root().public_key(), world.test, world.map);
  };
  ASSERT_TRUE(recompute(whole).has_value());
  for (int i = 0; i < whole.position_records_size(); ++i) {
    v1::EvidenceBundle less = whole;
    less.mutable_position_records()->DeleteSubrange(i, 1);
    const auto refused = recompute(less);
    ASSERT_FALSE(refused.has_value()) << i;
    EXPECT_THAT(refused.error().message(), HasSubstr("signed over other lists"));
  }
}

TEST(ServerEngineTest, BundleJudgedByOtherRulesSaysSoAndBlamesNobody) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  ASSERT_FALSE(world.rounds.empty());
  v1::EvidenceBundle bundle = *DecodeBundle(AsBytes(world.rounds.back()[0].bundle));
  v1::VerdictRecord record;
  ASSERT_TRUE(record.ParseFromString(bundle.verdict().tbs()));
  const auto recompute = [&](std::uint32_t rules) {
    record.set_rules_version(rules);
    *bundle.mutable_verdict() =
        SignBlobMessage(BlobContext::kVerdict, world.authority.verdict_key(),
                        AsBytes(record.SerializeAsString()));
    return RecomputeVerdict(bundle, world.authority.root().public_key(), world.test, world.map);
  };
  EXPECT_TRUE(recompute(kRulesVersion).has_value());
  const auto other = recompute(kRulesVersion + 1);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(other.error().message(), testing::HasSubstr("the rules"));
}

TEST(ServerEngineTest, PingOnDemandAnswersBetweenRounds) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(milliseconds(900));
  std::optional<Result<DeviceVerdict>> answer;
  ASSERT_TRUE(world.engine->OnDemandPing("C-1", 5, std::nullopt, [&](Result<DeviceVerdict> done) {
    answer = std::move(done);
  }));
  world.Run(seconds(6));
  ASSERT_TRUE(answer.has_value());
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((*answer)->appraisal.rings.size(), world.landmark_count());
  for (const LandmarkRings& rings : (*answer)->appraisal.rings) {
    EXPECT_EQ(rings.pings_sent, 5U);
  }
}

// Thirty rounds of one device in which it is enrolled; then it answers 5 ms later, in `rounds` more and
// in `pings` on demand after them. Whether the last ping's verdict says that it became slower.
bool SaidToBeSlowerAfter(std::uint32_t rounds, int pings) {
  constexpr std::uint32_t kEnrolling = 30;
  ServerWorld world;
  world.policy.change_alarm_rate = 0.05;
  world.policy.change_block_rounds = 1;
  world.options.rounds.count = kEnrolling + rounds;
  const Endpoint device{world.next_agent_address(), 5000};
  world.AddDevice("C-1", world.singapore());
  const auto answer_as_in_round = [&](std::uint32_t number) {
    const Duration later = std::chrono::microseconds(10 * (number * 7 % 13)) +
                           milliseconds(number < kEnrolling ? 0 : 5);
    for (const auto& [id, one_way] : {std::pair{"sin-1", 1}, {"sin-2", 1}, {"kul-1", 3},
                                      {"hkg-1", 17}, {"hkg-2", 17}, {"tyo-1", 34}}) {
      world.network.SetDelay(device, world.landmark_endpoint(id), milliseconds(one_way) + later);
    }
  };
  for (std::uint32_t number = 0; number < kEnrolling + rounds; ++number) {
    answer_as_in_round(number);
    for (int step = 0; world.rounds.size() == number && step < 100; ++step) {
      world.Run(milliseconds(100));
    }
  }
  answer_as_in_round(kEnrolling + rounds);
  bool slower = false;
  for (int ping = 0; ping < pings; ++ping) {
    bool done = false;
    EXPECT_TRUE(world.engine->OnDemandPing("C-1", 5, std::nullopt, [&](Result<DeviceVerdict> answer) {
      done = true;
      slower = std::ranges::any_of(answer.value().appraisal.site.reasons, [](const Reason& reason) {
        return reason.code >= ReasonCode::kSlowerThanEnrolled &&
               reason.code <= ReasonCode::kSlowerWithSite;
      });
    }));
    world.Run(kPingPatience);
    EXPECT_TRUE(done);
  }
  return slower;
}

TEST(ServerEngineTest, SlowRoundsCountInTheTestForChange) {
  EXPECT_TRUE(SaidToBeSlowerAfter(15, 1));
}

TEST(ServerEngineTest, SlowPingsOnDemandDoNotCountInTheTestForChange) {
  EXPECT_FALSE(SaidToBeSlowerAfter(0, 20));
}

TEST(ServerEngineTest, BoundCarriedFromAnEarlierRoundIsToldApartFromThisRounds) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  EXPECT_FALSE(world.rounds[0][0].asked.at(LandmarkId("tyo-1")).carried_age.has_value());
  world.Cut(world.landmark_endpoint("tyo-1"));
  world.Run(seconds(6));
  ASSERT_THAT(world.rounds, SizeIs(2));
  const auto& asked = world.rounds[1][0].asked;
  EXPECT_EQ(asked.at(LandmarkId("tyo-1")).pings_answered, 0U);
  ASSERT_TRUE(asked.at(LandmarkId("tyo-1")).carried_age.has_value());
  EXPECT_GT(*asked.at(LandmarkId("tyo-1")).carried_age, seconds(1));
  EXPECT_GT(asked.at(LandmarkId("sin-1")).pings_answered, 0U);
  EXPECT_FALSE(asked.at(LandmarkId("sin-1")).carried_age.has_value());
}

TEST(ServerEngineTest, PingAtAnIntervalTheTermsForbidIsRefused) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(1));
  for (const Duration apart : {Duration(1), Duration(std::chrono::hours(1)), Duration(-1)}) {
    const Status refused = world.engine->OnDemandPing("C-1", 10, apart, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(ServerEngineTest, RetiredDeviceIsAskedNoMoreInRoundsOrByPing) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.retired_from = FixtureWall() + seconds(10);
  world.AddDevice("C-2", world.singapore());
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  EXPECT_THAT(world.rounds[0], SizeIs(2));
  ASSERT_TRUE(world.engine->OnDemandPing("C-2", 5, std::nullopt, [](Result<DeviceVerdict>) {}));
  world.Run(seconds(12));
  ASSERT_THAT(world.rounds, SizeIs(3));
  ASSERT_THAT(world.rounds[2], SizeIs(1));
  EXPECT_EQ(world.rounds[2][0].name, "C-1");
  const Status refused = world.engine->OnDemandPing("C-2", 5, std::nullopt, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("C-2 is retired"));
}

TEST(ServerEngineTest, PingOfASilentOrUnknownDeviceEndsToo) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Enrol("C-2", world.singapore());
  world.Begin();
  const Status unknown = world.engine->OnDemandPing("C-9", 5, {}, {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(unknown.error().message(), HasSubstr("did you mean \"C-1\"?"));
  EXPECT_THAT(world.engine->OnDemandPing("some-other", 5, {}, {}).error().message(),
              Not(HasSubstr("did you mean")));
  EXPECT_EQ(world.engine->OnDemandPing("C-1", 999, {}, {}).error().code(),
            ErrorCode::kInvalidArgument);
  bool done = false;
  ASSERT_TRUE(world.engine->OnDemandPing("C-2", 5, std::nullopt, [&](Result<DeviceVerdict> answer) {
    done = true;
    ASSERT_TRUE(answer.has_value());
    EXPECT_THAT(answer->appraisal.rings, IsEmpty());
  }));
  world.Run(kPingPatience + seconds(1));
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace earshot
