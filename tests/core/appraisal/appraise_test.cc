// A situation for every verdict and reason, each beside one that differs in a single thing.
#include "core/appraisal/appraise.h"

#include <gtest/gtest.h>

#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

// ------------------------------------------------------------------------------------- proofs

TEST(Appraise, QuickAnswersInSingaporeProveTheLicenceAndLookNormalForTheSite) {
  const Appraisal a = Scene().AnswersFrom(kSingapore).Judge();
  EXPECT_JUDGED(a.licence, Verdict::kVerified, Basis::kVacuum, ReasonCode::kRegionOutsideExcluded);
  EXPECT_JUDGED(a.site, Verdict::kConsistent, Basis::kCalibrated, ReasonCode::kDelayNormal);
  EXPECT_EQ(a.headline, Verdict::kVerified);
  EXPECT_FALSE(a.flagged());
  EXPECT_EQ(Text(a.excluded), "CN HK MO");
  EXPECT_EQ(Text(a.cannot_exclude), "MY SG");
  EXPECT_EQ(Text(a.licence.reasons[0].countries), "CN HK MO");
  EXPECT_EQ(a.licence.reasons[0].landmarks.at(0).value(), "sin-1");
  EXPECT_NEAR(a.false_alarm_probability.value(), 0.05, 1e-12);
  EXPECT_EQ(a.evidence_sha256.size(), 6U);
  EXPECT_EQ(a.policy_version, "1");
}

TEST(Appraise, RingsAreGivenInBothMediaNearestDeclaredFirst) {
  const Appraisal a = Scene().AnswersFrom(kSingapore).Judge();
  ASSERT_EQ(a.rings.size(), 6U);
  EXPECT_EQ(a.rings.front().landmark.value(), "sin-1");
  EXPECT_EQ(a.rings.back().landmark.value(), "tyo-1");
  for (const LandmarkRings& ring : a.rings) {
    EXPECT_NEAR(ring.fibre.radius().metres() * 1.5 / ring.vacuum.radius().metres(), 1.0, 1e-2);
    EXPECT_GT(ring.vacuum.radius(), ring.declared - Km(30));
    EXPECT_EQ(ring.pings_sent, 5U);
    EXPECT_EQ(ring.pings_answered, 3U);
  }
}

TEST(Appraise, SiteIsVerifiedOnlyWhenTheRegionLiesWithinItsRadius) {
  Scene scene;
  scene.AnswersFrom(kSingapore, Milliseconds(0.1));
  scene.declaration.site.radius = Km(120);
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kVerified, Basis::kVacuum, ReasonCode::kRegionInsideSite);
  scene.declaration.site.radius = Km(15);
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kConsistent);
}

TEST(Appraise, TooFewDomainsProveNothing) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  for (const char* id : {"kul-1", "hkg-1", "hkg-2", "tyo-1"}) scene.Loses(id);
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.licence.verdict, Verdict::kConsistent);
  scene.policy.domains_min = 2;
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
  scene.policy.liars_max = 2;  // as many liars as domains
  const Appraisal all_may_lie = scene.Judge();
  EXPECT_EQ(all_may_lie.licence.verdict, Verdict::kConsistent);
  EXPECT_EQ(all_may_lie.cannot_exclude.size(), 6U);
  EXPECT_TRUE(all_may_lie.excluded.empty());
}

TEST(Appraise, LandmarksOfOneDomainCountOnce) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  for (Landmark& landmark : scene.landmarks) landmark.domain = TrustDomain("one");
  EXPECT_NE(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, SamplesWithoutEvidenceProveNothingAndAreNotNormal) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  for (auto& seen : scene.observation.landmarks) seen.evidence = EvidenceState::kMissing;
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.licence, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kEvidenceMissing);
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kEvidenceMissing);
  EXPECT_TRUE(Says(a.licence, ReasonCode::kTooFewDomains));
  EXPECT_TRUE(a.excluded.empty());
  EXPECT_EQ(a.headline, Verdict::kIndeterminate);
}

TEST(Appraise, KeysHeldByTheHostCapAtConsistent) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.endorsement->session_keys = SessionKeys::kHost;
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.licence, Verdict::kConsistent, Basis::kCalibrated, ReasonCode::kDelayNormal);
  EXPECT_TRUE(Says(a.licence, ReasonCode::kSessionKeysOnHost));
  EXPECT_EQ(a.headline, Verdict::kConsistent);
  EXPECT_TRUE(a.excluded.empty());  // the host may answer from anywhere
  scene.declaration.site.radius = Km(300);  // wide enough to be proved, were the keys sealed
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kConsistent);
  scene.endorsement->session_keys = SessionKeys::kSealed;
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kVerified);
  EXPECT_FALSE(scene.Judge().excluded.empty());
}

TEST(Appraise, ProvedSiteExplainsWhateverDelayThereWas) {
  Scene scene;
  scene.AnswersFrom(kSingapore).SetRtt("sin-1", 17.0);
  scene.declaration.licence.countries = Codes({"MY"});  // a neighbour: not proved
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kUnexplainedDelay);
  scene.declaration.site.radius = Km(1'000);
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.site.verdict, Verdict::kVerified);
  EXPECT_EQ(a.licence.verdict, Verdict::kIndeterminate);
  EXPECT_EQ(a.headline, Verdict::kIndeterminate);
}

TEST(Appraise, MissingExpiredOrForeignEndorsementCapsLikeHostKeys) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  const Endorsement good = *scene.endorsement;
  scene.endorsement.reset();
  EXPECT_EQ(scene.Judge().headline, Verdict::kConsistent);
  scene.endorsement = good;
  scene.endorsement->not_after = scene.observation.wall_now - std::chrono::hours(1);
  EXPECT_EQ(scene.Judge().headline, Verdict::kConsistent);
  scene.endorsement = good;
  scene.endorsement->device = DeviceId(Bytes32{2});
  EXPECT_EQ(scene.Judge().headline, Verdict::kConsistent);
  scene.endorsement = good;
  EXPECT_EQ(scene.Judge().headline, Verdict::kVerified);
}

// ---------------------------------------------------------------------------- licence by kind

TEST(Appraise, AllowedLicenceIsProvedWhenNoOtherLandIsTouched) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"MY", "SG"})};
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.licence, Verdict::kVerified, Basis::kVacuum, ReasonCode::kRegionInsideAllowed);
  EXPECT_TRUE(a.excluded.empty());
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"SG"})};
  const Appraisal only_singapore = scene.Judge();
  EXPECT_JUDGED(only_singapore.licence, Verdict::kIndeterminate, Basis::kNone,
                ReasonCode::kNoPower);
  EXPECT_EQ(Text(only_singapore.licence.reasons[0].countries), "CN HK JP MO MY");
}

TEST(Appraise, SeaThatIsNotPermittedKeepsACoastFromBeingProved) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"MY", "SG"})};
  scene.policy.sea_is_permitted = false;
  EXPECT_NE(scene.Judge().licence.verdict, Verdict::kVerified);
  // Far inland the region holds no sea.
  scene.map.Add(Code("SG"), kSingapore, Km(900));
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, AllowedLicenceWithoutSeaTrustsNoCoastWithinTheZoneMargin) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"MY", "SG"})};
  scene.map.Add(Code("SG"), kSingapore, Km(900));
  scene.policy.sea_is_permitted = false;
  scene.policy.zone_margin = Km(100);
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
  scene.policy.zone_margin = Km(880);  // no forbidden land that near; the sea is
  EXPECT_NE(scene.Judge().licence.verdict, Verdict::kVerified);
  scene.policy.sea_is_permitted = true;
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, ChinaIncludesHongKongAndMacaoOnlyWhenThePolicySaysSo) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  EXPECT_EQ(Text(scene.Judge().excluded), "CN HK MO");
  scene.policy.china_includes_hong_kong_and_macao = false;
  EXPECT_EQ(Text(scene.Judge().excluded), "CN");
}

TEST(Appraise, CountryThatTheMapDoesNotKnowIsNeitherExcludedNorToldApart) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.licence.countries = Codes({"IR"});
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.licence, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNoPower);
  EXPECT_TRUE(a.excluded.empty());
  scene.map.Add(Code("IR"), At(32, 53), Km(800));
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, LicenceIsContradictedWhenTheRegionIsEnclosedByWhatItExcludes) {
  Scene scene;
  // A third and fourth domain deep inland make the region small there.
  const Position inland = At(32.0, 110.0);
  for (const auto& [id, domain] : {std::pair{"inl-1", "i"}, {"inl-2", "j"}, {"inl-3", "k"}}) {
    scene.landmarks.push_back(
        {LandmarkId(id), "", inland, Distance::Metres(100), TrustDomain(domain)});
  }
  scene.AnswersFrom(inland);
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.licence, Verdict::kContradicted, Basis::kVacuum,
                ReasonCode::kPermittedOutsideRegion);
  EXPECT_EQ(Text(a.licence.reasons[0].countries), "CN");
  EXPECT_EQ(a.site.verdict, Verdict::kContradicted);
  scene.declaration.licence.countries = Codes({"JP"});
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kVerified);
}

TEST(Appraise, AllowedLicenceIsContradictedFromTheSeaOnlyWhenTheSeaIsNotPermitted) {
  Scene scene;
  scene.AnswersFrom(kHongKong);
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"SG"})};
  EXPECT_NE(scene.Judge().licence.verdict, Verdict::kContradicted);
  scene.policy.sea_is_permitted = false;
  EXPECT_JUDGED(scene.Judge().licence, Verdict::kContradicted, Basis::kVacuum,
                ReasonCode::kPermittedOutsideRegion);
}

// ------------------------------------------------------------------------------ contradiction

TEST(Appraise, QuickAnswersInHongKongContradictASiteInSingapore) {
  const Appraisal a = Scene().AnswersFrom(kHongKong).Judge();
  EXPECT_JUDGED(a.site, Verdict::kContradicted, Basis::kVacuum, ReasonCode::kSiteOutsideRegion);
  EXPECT_EQ(a.headline, Verdict::kContradicted);
  const Reason& why = a.site.reasons.front();
  EXPECT_EQ(why.landmarks.size(), 3U);  // both of Hong Kong, and Tokyo
  EXPECT_LT(why.reach.value(), Km(250));
  EXPECT_GT(why.declared_distance.value(), Km(2500));
  EXPECT_EQ(a.licence.verdict, Verdict::kUnexplainedDelay);
}

TEST(Appraise, OneDomainAloneContradictsNothingWhenOneMayLie) {
  Scene scene;
  scene.AnswersFrom(kSingapore).SetRtt("hkg-1", 1.0);
  EXPECT_EQ(scene.Judge().headline, Verdict::kVerified);
  scene.policy.liars_max = 0;
  EXPECT_NE(scene.Judge().site.verdict, Verdict::kVerified);
}

TEST(Appraise, SamplesWithoutEvidenceStillContradict) {
  Scene scene;
  scene.AnswersFrom(kHongKong);
  for (auto& seen : scene.observation.landmarks) seen.evidence = EvidenceState::kMissing;
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kContradicted);
}

TEST(Appraise, FibreContradictionIsSaidApartAndBarsNoLicenceProof) {
  // Hong Kong's domains hear answers too quick for fibre from Singapore, not for light; a point at
  // sea between them satisfies all but one.
  Scene scene;
  scene.AnswersFrom(kSingapore).SetRtt("hkg-1", 20.0).SetRtt("hkg-2", 20.0);
  scene.SetRtt("sin-1", 8.0).SetRtt("sin-2", 8.0);
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kFibre,
                ReasonCode::kSiteOutsideFibreRegion);
  EXPECT_EQ(a.licence.verdict, Verdict::kVerified);
  EXPECT_EQ(a.headline, Verdict::kVerified);
  scene.SetRtt("hkg-2", 30.0);  // one domain may lie
  EXPECT_FALSE(Says(scene.Judge().site, ReasonCode::kSiteOutsideFibreRegion));
}

// -------------------------------------------------------------------------------------- delay

TEST(Appraise, SlowAnswerAtTheNearestLandmarkIsUnexplained) {
  const Appraisal a = Scene().AnswersFrom(kSingapore, Milliseconds(30)).Judge();
  EXPECT_JUDGED(a.site, Verdict::kUnexplainedDelay, Basis::kStatistical,
                ReasonCode::kDelayUnexplained);
  EXPECT_EQ(a.site.reasons[0].landmarks.at(0).value(), "sin-1");
  EXPECT_GT(a.site.reasons[0].rtt.value(), a.site.reasons[0].threshold.value());
  EXPECT_EQ(a.headline, Verdict::kUnexplainedDelay);
}

TEST(Appraise, DeviceInShenzhenThatPadsNothingIsUnexplainedAtLeast) {
  const Appraisal a = Scene().AnswersFrom(kShenzhen, Milliseconds(12)).Judge();
  EXPECT_TRUE(a.flagged());
  EXPECT_EQ(a.licence.verdict, Verdict::kUnexplainedDelay);
}

TEST(Appraise, DelayDoesNotUndoALicenceProofButHeadsTheVerdict) {
  Scene scene;
  scene.AnswersFrom(kSingapore).SetRtt("sin-1", 17.0).SetRtt("sin-2", 2.0);
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.licence.verdict, Verdict::kVerified);
  EXPECT_EQ(a.site.verdict, Verdict::kUnexplainedDelay);
  EXPECT_EQ(a.headline, Verdict::kUnexplainedDelay);
}

TEST(Appraise, HealthyExpectedLandmarkThatHearsNothingIsInfinitelySlow) {
  Scene scene;
  scene.AnswersFrom(kSingapore).Loses("sin-1");
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kUnexplainedDelay, Basis::kStatistical,
                ReasonCode::kExpectedLandmarkUnheard);
}

TEST(Appraise, ExpectedLandmarkThatHeardNobodyIsPassedOver) {
  Scene scene;
  scene.AnswersFrom(kSingapore).Loses("sin-1");
  scene.Seen("sin-1").healthy = false;
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.site.verdict, Verdict::kConsistent);
  EXPECT_EQ(a.site.reasons[0].landmarks.at(0).value(), "sin-2");
}

TEST(Appraise, WithoutAnExpectedLandmarkNearTheSiteNothingIsTested) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.Seen("sin-1").expected = false;
  scene.Seen("sin-2").expected = false;
  scene.policy.domains_min = 7;
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNoExpectedLandmark);
  EXPECT_FALSE(a.false_alarm_probability.has_value());
}

TEST(Appraise, NormalDelayWithoutPowerAgainstAnExcludedNeighbourIsNotConsistent) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  scene.declaration.licence.countries = Codes({"CN", "MY"});
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kNoPower);
  EXPECT_EQ(Text(a.site.reasons[0].countries), "MY");
  EXPECT_LT(a.site.reasons[0].probability.value(), 0.5);
  EXPECT_EQ(a.headline, Verdict::kIndeterminate);
  EXPECT_EQ(Text(a.excluded), "CN HK MO");
}

TEST(Appraise, SpoiltSamplesAtTheTestedLandmarkAreNoTest) {
  Scene scene;
  scene.AnswersFrom(kSingapore, Milliseconds(30)).Taints("sin-1", Taint::kReceiveQueueLag);
  scene.policy.domains_min = 7;
  const Appraisal a = scene.Judge();
  EXPECT_JUDGED(a.site, Verdict::kIndeterminate, Basis::kNone, ReasonCode::kTaintedSamples);
  scene.Taints("sin-1", Taint::kNone);
  EXPECT_EQ(scene.Judge().site.verdict, Verdict::kUnexplainedDelay);
}

TEST(Appraise, SteppedSamplesBoundNothingAndLaggedOnesDo) {
  Scene scene;
  scene.AnswersFrom(kSingapore).Taints("sin-1", Taint::kReceiveQueueLag);
  EXPECT_EQ(scene.Judge().rings.size(), 6U);
  scene.Taints("sin-1", Taint::kClockStep);
  EXPECT_EQ(scene.Judge().rings.size(), 5U);
}

}  // namespace
}  // namespace earshot
