// Silence, invalid proofs, freshness and dates: each situation beside one that differs in one
// thing.
#include <gtest/gtest.h>

#include "core/appraisal/appraise.h"
#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

// ------------------------------------------------------------------------------------ silence

TEST(Appraise, DeviceThatAnswersNobodyIsUndecidedUntilTheDeadlineAndSilentAfter) {
  Scene scene;
  scene.AnswersNobody();
  scene.observation.last_valid_answer = scene.observation.now - scene.policy.silent_after;
  const Appraisal undecided = scene.Judge();
  EXPECT_JUDGED(undecided.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNoAnswer);
  scene.observation.last_valid_answer = *scene.observation.last_valid_answer - Duration(1);
  const Appraisal silent = scene.Judge();
  EXPECT_JUDGED(silent.site, Verdict::kSilent, Basis::kLifecycle, ReasonCode::kNoAnswer);
  EXPECT_EQ(silent.site.reasons[0].age.value(), scene.policy.silent_after + Duration(1));
  EXPECT_EQ(silent.licence.verdict, Verdict::kSilent);
  EXPECT_TRUE(silent.flagged());
  EXPECT_FALSE(Says(silent.site, ReasonCode::kSiteOutage));
}

TEST(Appraise, DeviceNeverHeardIsSilentFromWhenAnswersBecameDue) {
  Scene scene;
  scene.AnswersNobody();
  EXPECT_EQ(scene.Judge().headline, Verdict::kSilent);
  scene.observation.awaited_since = scene.observation.now;
  EXPECT_EQ(scene.Judge().headline, Verdict::kIndeterminate);
}

TEST(Appraise, DeviceThatIsNotDueYetOwesNoAnswerAndIsSilentOnceItHasOwedOneTooLong) {
  Scene scene;
  scene.AnswersNobody();
  const auto due_in = [&](Duration time) {
    scene.declaration.site.from = scene.observation.wall_now + time;
    scene.observation.awaited_since = scene.observation.now + time;
    return scene.Judge();
  };
  const Appraisal under_way = due_in(std::chrono::hours(1));
  EXPECT_JUDGED(under_way.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNotDueYet);
  EXPECT_TRUE(Says(under_way.licence, ReasonCode::kNotDueYet));
  EXPECT_FALSE(Says(under_way.licence, ReasonCode::kNoAnswer));
  EXPECT_EQ(under_way.headline, Verdict::kIndeterminate);
  const Appraisal just_due = due_in(Duration(0));
  EXPECT_EQ(just_due.headline, Verdict::kIndeterminate);
  EXPECT_TRUE(Says(just_due.licence, ReasonCode::kNoAnswer));
  EXPECT_FALSE(Says(just_due.licence, ReasonCode::kNotDueYet));
  EXPECT_EQ(due_in(-scene.policy.silent_after - Duration(1)).headline, Verdict::kSilent);
}

// What it says while it is under way counts for its licence, and its site is not asked about.
TEST(Appraise, AnswersBeforeTheDeviceIsDueAreJudgedByTheLicenceAlone) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.site.from = scene.observation.wall_now + std::chrono::hours(1);
  scene.observation.awaited_since = scene.observation.now + std::chrono::hours(1);
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kDeclarationNotInForce);
  EXPECT_EQ(a.licence.verdict, Verdict::kVerified);
  EXPECT_FALSE(Says(a.licence, ReasonCode::kNotDueYet));
}

TEST(Appraise, SilenceOfAWholeSiteIsAnOutageCandidate) {
  Scene scene;
  scene.AnswersNobody();
  scene.site_outage = true;
  EXPECT_TRUE(Says(scene.Judge().site, ReasonCode::kSiteOutage));
}

TEST(Appraise, DeviceThatAnswersAndNeverSignsBecomesSilent) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  for (auto& seen : scene.observation.landmarks) seen.evidence = EvidenceState::kMissing;
  scene.observation.last_valid_answer.reset();
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kSilent);
  EXPECT_TRUE(Says(a.site, ReasonCode::kEvidenceMissing));
}

TEST(Appraise, RefusedPacketsAreSaidAndChangeNoVerdict) {
  Scene scene;
  scene.AnswersNobody();
  scene.Seen("sin-1").packets_refused = 12;
  Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kSilent);
  EXPECT_TRUE(Says(a.site, ReasonCode::kRefusedPackets));
  scene.AnswersFrom(kSingapore);
  scene.Seen("sin-1").packets_refused = 12;
  a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kVerified);
  EXPECT_FALSE(Says(a.site, ReasonCode::kRefusedPackets));
}

// A device far away whose own address used up the checks of the landmark nearest to its site.
Scene Flooded(Duration unheard_for) {
  Scene scene;
  scene.AnswersFrom(At(-10.0, 100.0), Milliseconds(9)).Loses("sin-1");
  scene.Seen("sin-1").healthy = false;
  scene.Seen("sin-1").refused_since = scene.observation.now - unheard_for;
  return scene;
}

TEST(Appraise, RefusedHandshakesAreNoInfiniteDelayBeforeTheDeadline) {
  Scene scene = Flooded(Policy().silent_after);
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kHandshakesRefused);
  scene.Seen("sin-1").healthy = true;
  scene.Seen("sin-1").refused_since.reset();
  EXPECT_JUDGED(scene.Judge().site, Verdict::kUnexplainedDelay, Basis::kStatistical,
                ReasonCode::kExpectedLandmarkUnheard);
}

TEST(Appraise, DeviceThatFloodsItsOwnAddressIsSilentPastTheDeadline) {
  const Appraisal a = Flooded(Policy().silent_after + Duration(1)).Judge();
  EXPECT_JUDGED(a.site, Verdict::kSilent, Basis::kLifecycle, ReasonCode::kHandshakesRefused);
  EXPECT_EQ(a.headline, Verdict::kSilent);
}

// A device far away whose answers to the landmark nearest to its site are tainted, and only they.
Scene TaintedAlone(Duration unusable_for) {
  Scene scene;
  scene.AnswersFrom(At(-10.0, 100.0), Milliseconds(9)).Taints("sin-1", Taint::kReceiveQueueLag);
  scene.Seen("sin-1").tainted_since = scene.observation.now - unusable_for;
  return scene;
}

TEST(Appraise, DeviceWhoseAnswersAloneAreTaintedIsUndecidedUntilTheDeadline) {
  EXPECT_JUDGED(TaintedAlone(Policy().silent_after).Judge().site, Verdict::kIndeterminate,
                Basis::kNone, ReasonCode::kTaintedSamples);
}

TEST(Appraise, DeviceWhoseAnswersAloneAreTaintedIsSilentPastTheDeadline) {
  Scene scene = TaintedAlone(Policy().silent_after + Duration(1));
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kSilent, Basis::kLifecycle, ReasonCode::kTaintedSamples);
  EXPECT_EQ(a.site.reasons[0].age, Policy().silent_after + Duration(1));
  scene.Seen("sin-1").tainted_since.reset();  // others' samples were no better
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kIndeterminate);
  Scene usable = TaintedAlone(Policy().silent_after + Duration(1));
  usable.Seen("sin-1").samples[0].taint = Taint::kNone;
  EXPECT_NE(usable.Judge().site.verdict, Verdict::kSilent);
}

TEST(Appraise, TaintedAnswersTakeNoProofAway) {
  Scene scene;
  scene.AnswersFrom(kSingapore).Taints("sin-1", Taint::kReceiveQueueLag);
  scene.Seen("sin-1").tainted_since = scene.observation.now - std::chrono::seconds(60);
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, RefusedHandshakesTakeNoProofAway) {
  Scene scene;
  scene.AnswersFrom(kSingapore).Loses("sin-1");
  scene.Seen("sin-1").refused_since = scene.observation.now - std::chrono::seconds(60);
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, SilenceSaysThatHandshakesWereRefused) {
  Scene scene;
  scene.AnswersNobody();
  EXPECT_FALSE(Says(scene.Judge().site, ReasonCode::kHandshakesRefused));
  scene.Seen("sin-1").refused_since = scene.observation.now - std::chrono::seconds(60);
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kSilent);
  EXPECT_TRUE(Says(a.site, ReasonCode::kHandshakesRefused));
}

// ------------------------------------------------------------------------------ invalid proof

TEST(Appraise, EveryCryptographicFindingConvictsAndASignalDoesNot) {
  const std::vector<std::pair<CryptographicFinding, ReasonCode>> findings = {
      {CryptographicFinding::kKeyRevoked, ReasonCode::kKeyRevoked},
      {CryptographicFinding::kKeyExpired, ReasonCode::kKeyExpired},
      {CryptographicFinding::kEndorsementMismatch, ReasonCode::kEndorsementMismatch},
      {CryptographicFinding::kEvidenceMismatch, ReasonCode::kEvidenceMismatch},
      {CryptographicFinding::kCounterReused, ReasonCode::kCounterReused}};
  for (const auto& [finding, code] : findings) {
    Scene scene;
    scene.AnswersFrom(kSingapore).observation.findings = {finding, finding};
    const Appraisal a = scene.Judge();
    EXPECT_JUDGED(a.site, Verdict::kInvalidProof, Basis::kCryptographic, code);
    EXPECT_JUDGED(a.licence, Verdict::kInvalidProof, Basis::kCryptographic, code);
    EXPECT_EQ(a.site.reasons.size(), 1U);
    EXPECT_EQ(a.headline, Verdict::kInvalidProof);
    EXPECT_TRUE(a.excluded.empty());
  }
  Scene scene;
  scene.AnswersFrom(kSingapore).observation.signals = {Signal::kCounterWentBack};
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kVerified);
  EXPECT_FALSE(a.excluded.empty());
  EXPECT_TRUE(Says(a.site, ReasonCode::kCounterWentBack));
}

TEST(Appraise, EvidenceThatDoesNotMatchConvictsEvenAtALandmarkSetAside) {
  Scene scene;
  scene.AnswersFrom(kSingapore).Seen("kul-1").evidence = EvidenceState::kMismatch;
  EXPECT_JUDGED(scene.Judge().site, Verdict::kInvalidProof, Basis::kCryptographic,
                ReasonCode::kEvidenceMismatch);
  scene.mesh.faulty = {LandmarkId("kul-1")};
  EXPECT_EQ(scene.Judge().headline, Verdict::kInvalidProof);
  scene.Seen("kul-1").evidence = EvidenceState::kMissing;
  EXPECT_EQ(scene.Judge().headline, Verdict::kVerified);
}

// Two copies of one key answer, each the landmarks near it.
Scene Clone() {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.SetRtt("hkg-1", 1.0).SetRtt("hkg-2", 1.0);
  return scene;
}

TEST(Appraise, BoundsWithoutACommonPointConvictOnlyUnderACleanMeasuredMesh) {
  Scene scene = Clone();
  Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kInvalidProof, Basis::kVacuum, ReasonCode::kNoCommonPoint);
  EXPECT_EQ(a.headline, Verdict::kInvalidProof);
  EXPECT_TRUE(a.excluded.empty());
  scene.mesh.measured = false;
  a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNoCommonPoint);
  EXPECT_EQ(a.headline, Verdict::kIndeterminate);
  scene.mesh = {.faulty = {LandmarkId("tyo-1")}, .measured = true};
  a = scene.Judge();
  EXPECT_JUDGED(a.licence, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNoCommonPoint);
  EXPECT_TRUE(Says(a.licence, ReasonCode::kLandmarkFault));
}

TEST(Appraise, NothingIsExcludedWhileUnsignedBoundsContradictTheSignedOnes) {
  Scene scene = Clone();
  EXPECT_EQ(scene.Judge().headline, Verdict::kInvalidProof);
  for (const char* id : {"hkg-1", "hkg-2"}) scene.Seen(id).evidence = EvidenceState::kMissing;
  EXPECT_TRUE(scene.Judge().excluded.empty());
  EXPECT_EQ(scene.Judge().cannot_exclude.size(), 6U);
}

TEST(Appraise, BoundsOfDifferentRoundsWithoutACommonPointDoNotConvict) {
  Scene scene = Clone();
  for (const char* id : {"hkg-1", "hkg-2"}) {
    scene.Seen(id).begin = scene.Seen(id).begin - std::chrono::minutes(2);
    scene.Seen(id).end = scene.Seen(id).end - std::chrono::minutes(2);
    scene.Seen(id).expected = false;
  }
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kIndeterminate);
  EXPECT_TRUE(Says(a.site, ReasonCode::kNoCommonPoint));
}

TEST(Appraise, LandmarkAtFaultIsRemovedBeforeAnythingIsJudged) {
  Scene scene = Clone();
  scene.mesh.faulty = {LandmarkId("hkg-1"), LandmarkId("hkg-2")};
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kVerified);
  EXPECT_EQ(a.rings.size(), 4U);
}

// ---------------------------------------------------------------------------- freshness, dates

TEST(Appraise, OlderBoundGrowsWithItsAge) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  const Distance fresh = scene.Judge().rings.front().vacuum.radius();
  auto& seen = scene.Seen("sin-1");
  seen.expected = false;
  seen.begin = seen.begin - std::chrono::minutes(10);
  seen.end = seen.end - std::chrono::minutes(10);
  const Appraisal a = scene.Judge();
  EXPECT_NEAR((a.rings.front().vacuum.radius() - fresh).kilometres(), 180.0, 0.01);
  EXPECT_EQ(a.begin, scene.observation.now - std::chrono::seconds(6));
  EXPECT_EQ(a.end, scene.observation.now - std::chrono::seconds(1));
}

TEST(Appraise, SiteIsNotJudgedOutsideItsDatesAndTheLicenceIs) {
  Scene scene;
  scene.AnswersFrom(kHongKong);
  scene.declaration.site.until = scene.observation.wall_now - std::chrono::seconds(3);
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kDeclarationNotInForce);
  EXPECT_FALSE(a.false_alarm_probability.has_value());
  scene.AnswersFrom(kSingapore);
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
  scene.AnswersFrom(kHongKong);
  scene.declaration.site.until = scene.observation.wall_now;
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kContradicted);
}

TEST(Appraise, ObservationOfAnUnlistedLandmarkIsNotUsed) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.landmarks.erase(scene.landmarks.begin());
  EXPECT_EQ(scene.Judge().rings.size(), 5U);
}

TEST(Appraise, SiteOfSenselessRadiusIsTakenAsAPoint) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.site.radius = Km(-5);
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kConsistent);
  scene.AnswersFrom(kHongKong);
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kContradicted);
}

TEST(Appraise, EmptyObservationIsUndecidedNotACrash) {
  Scene scene;
  scene.observation.last_valid_answer = scene.observation.now;
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.headline, Verdict::kIndeterminate);
  EXPECT_TRUE(a.rings.empty());
  EXPECT_EQ(a.cannot_exclude.size(), 6U);
}

}  // namespace
}  // namespace earshot
