// Verdicts on the real outlines.
#include "core/appraisal/outline_map.h"

#include <gtest/gtest.h>

#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

Appraisal OnOutlines(const Scene& scene) {
  const OutlineMap map;
  return Appraise({.observation = scene.observation,
                   .declaration = scene.declaration,
                   .endorsement = scene.endorsement,
                   .landmarks = scene.landmarks,
                   .mesh = scene.mesh,
                   .policy = scene.policy},
                  scene.test, map);
}

TEST(OutlineMap, DeviceInSingaporeIsProvedOutsideChinaAndNotToldFromItsNeighbours) {
  Scene scene;
  const Appraisal a = OnOutlines(scene.AnswersFrom(kSingapore, Milliseconds(0.3)));
  EXPECT_EQ(a.licence.verdict, Verdict::kVerified);
  EXPECT_EQ(a.site.verdict, Verdict::kConsistent);
  EXPECT_EQ(Text(a.excluded), "CN HK MO");
  EXPECT_EQ(Text(a.cannot_exclude), "ID MY SG");
}

TEST(OutlineMap, DeviceInHongKongIsContradicted) {
  Scene scene;
  const Appraisal a = OnOutlines(scene.AnswersFrom(kHongKong));
  EXPECT_EQ(a.site.verdict, Verdict::kContradicted);
  EXPECT_TRUE(a.excluded.empty());
}

TEST(OutlineMap, AllowedLicenceIsProvedOnlyWhenItNamesEveryShoreWithinReach) {
  Scene scene;
  scene.AnswersFrom(kSingapore, Milliseconds(0.3));
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"ID", "MY", "SG"})};
  EXPECT_EQ(OnOutlines(scene).licence.verdict, Verdict::kVerified);
  scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"MY", "SG"})};
  EXPECT_NE(OnOutlines(scene).licence.verdict, Verdict::kVerified);
}

TEST(OutlineMap, SilenceExcludesNothing) {
  Scene scene;
  const Appraisal a = OnOutlines(scene.AnswersNobody());
  EXPECT_TRUE(a.excluded.empty());
  EXPECT_EQ(a.cannot_exclude.size(), OutlineMap().Countries().size());
}

TEST(OutlineMap, NearestCountryIsZeroAwayInsideAndFarOutside) {
  const OutlineMap map;
  EXPECT_EQ(map.DistanceToNearest(At(23.13, 113.26), Codes({"CN", "SG"}), Km(25)), Distance());
  const Distance away = map.DistanceToNearest(kSingapore, Codes({"CN"}), Km(25));
  // Hainan is 1,980 km off, the islands in the South China Sea are nearer.
  EXPECT_GT(away, Km(1'000));
  EXPECT_LT(away, Km(2'000));
}

// A responder in the Ilemi triangle, which the coarse outline leaves out of South Sudan, stands
// nearer than that outline less 25 km: the test must not claim power against the latter.
TEST(OutlineMap, PowerIsClaimedFromACountrysOwnMarginWhereThatIsWider) {
  const OutlineMap outlines;
  const NearestLandmarkTest test;
  const Position nairobi = At(-1.29, 36.82);
  Scene scene;
  scene.declaration.site.position = nairobi;
  scene.declaration.licence = {LicenceTerms::Kind::kExcluded, Codes({"SS"})};
  const std::vector<ExpectedLandmark> landmarks = {
      {.id = LandmarkId("nbo-1"),
       .position = nairobi,
       .rtt_min = Rtt::FromDuration(Milliseconds(1)),
       .samples = 5,
       .covered_by_evidence = true,
       .healthy = true}};
  const auto judge = [&](double power_min) {
    scene.policy.power_min = power_min;
    return test.Judge({.site = scene.declaration.site,
                       .licence = scene.declaration.licence,
                       .policy = scene.policy,
                       .map = outlines,
                       .landmarks = landmarks});
  };
  const PathModel& model = PathModel::Measured2020();
  const Rtt threshold = test.Threshold(scene.policy);
  const Distance to_outline = outlines.DistanceToNearest(nairobi, Codes({"SS"}), Distance());
  const double claimed = *judge(1.0).reasons.front().probability;
  EXPECT_DOUBLE_EQ(claimed, model.PowerBeyond(to_outline, threshold));
  EXPECT_LT(to_outline, CountryZones::Default().DistanceToCountry(nairobi, Code("SS")) - Km(100));
}

}  // namespace
}  // namespace earshot
