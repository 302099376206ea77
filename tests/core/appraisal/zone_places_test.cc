#include "core/appraisal/zone_places.h"

#include <gmock/gmock.h>

namespace earshot {
namespace {

using testing::Contains;
using testing::DoubleNear;
using testing::IsEmpty;

TEST(PlacesIn, PlacesAreOnTheCountrysLandAndShareItOut) {
  const CountryZones& zones = CountryZones::Default();
  // A city, an archipelago beyond the antimeridian, and a continent's width.
  for (const char* text : {"SG", "FJ", "US"}) {
    const CountryCode country = CountryCode::Unchecked(text[0], text[1]);
    const std::vector<PlanPlace> places = PlacesIn(zones, country);
    EXPECT_GE(places.size(), 50U) << text;
    EXPECT_LE(places.size(), 3000U) << text;
    double shares = 0;
    for (const PlanPlace& place : places) {
      shares += place.share;
      EXPECT_THAT(zones.CountriesAt(place.position), Contains(country)) << text;
    }
    EXPECT_THAT(shares, DoubleNear(1, 1e-9)) << text;
  }
}

TEST(PlacesIn, CodeWithoutAnOutlineHasNoPlaces) {
  EXPECT_THAT(PlacesIn(CountryZones::Default(), CountryCode::Unchecked('X', 'X')), IsEmpty());
}

}  // namespace
}  // namespace earshot
