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
  EXPECT_EQ(map.DistanceToNearest(At(23.13, 113.26), Codes({"CN", "SG"})), Distance());
  const Distance away = map.DistanceToNearest(kSingapore, Codes({"CN"}));
  // Hainan is 1,980 km off, the islands in the South China Sea are nearer.
  EXPECT_GT(away, Km(1'000));
  EXPECT_LT(away, Km(2'000));
}

}  // namespace
}  // namespace earshot
