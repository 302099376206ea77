#include "core/appraisal/licence_zones.h"

#include <gtest/gtest.h>

#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

using Kind = LicenceTerms::Kind;

TEST(LicenceZones, ChinaBringsHongKongAndMacaoWhenThePolicySaysSo) {
  Policy policy;
  const LicenceTerms licence{Kind::kExcluded, Codes({"IR", "CN"})};
  EXPECT_EQ(Text(CountriesNamedBy(licence, policy)), "CN HK IR MO");
  policy.china_includes_hong_kong_and_macao = false;
  EXPECT_EQ(Text(CountriesNamedBy(licence, policy)), "CN IR");
}

TEST(LicenceZones, HongKongAloneDoesNotBringChina) {
  EXPECT_EQ(Text(CountriesNamedBy({Kind::kExcluded, Codes({"HK"})}, Policy())), "HK");
}

TEST(LicenceZones, ListsAreSortedAndUniqueWhateverTheInput) {
  EXPECT_EQ(
      Text(CountriesNamedBy({Kind::kExcluded, {Code("US"), Code("CN"), Code("US")}}, Policy())),
      "CN HK MO US");
}

TEST(LicenceZones, AllowedLicenceForbidsEverythingElseAsOneZone) {
  const Scene scene;
  const LicenceTerms licence{Kind::kAllowed, Codes({"SG", "MY"})};
  EXPECT_EQ(Text(ForbiddenCountries(licence, scene.policy, scene.map)), "CN HK JP MO");
  EXPECT_EQ(ZonesToTell(licence, scene.policy, scene.map).size(), 1U);
}

TEST(LicenceZones, AllowedChinaAllowsWhatItsNameCovers) {
  Scene scene;
  const LicenceTerms licence{Kind::kAllowed, Codes({"CN"})};
  EXPECT_EQ(Text(ForbiddenCountries(licence, scene.policy, scene.map)), "JP MY SG");
  scene.policy.china_includes_hong_kong_and_macao = false;
  EXPECT_EQ(Text(ForbiddenCountries(licence, scene.policy, scene.map)), "HK JP MO MY SG");
}

TEST(LicenceZones, ExcludedLicenceMakesEachCountryItsOwnZone) {
  const Scene scene;
  const LicenceTerms licence{Kind::kExcluded, Codes({"CN"})};
  EXPECT_EQ(ZonesToTell(licence, scene.policy, scene.map).size(), 3U);
  EXPECT_TRUE(ZonesToTell({Kind::kExcluded, {}}, scene.policy, scene.map).empty());
}

}  // namespace
}  // namespace earshot
