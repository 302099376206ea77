#include "core/geo/country_zones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/geo/wgs84.h"
#include "tests/core/geo/random_discs.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

CountryCode Code(const char* letters) { return CountryCode::Unchecked(letters[0], letters[1]); }
const CountryZones& Zones() { return CountryZones::Default(); }

DepthRegion DiscRegion(Position centre, Distance radius) {
  const DomainDisc disc{DiscContaining(centre, radius), 0};
  return DepthRegion(std::span(&disc, 1), 1);
}

TEST(CountriesAt, PlacesBelongToTheirCountries) {
  EXPECT_THAT(Zones().CountriesAt(At(1.35, 103.82)), ElementsAre(Code("SG")));
  EXPECT_THAT(Zones().CountriesAt(At(1.55, 103.75)), ElementsAre(Code("MY")));  // Johor Bahru
  EXPECT_THAT(Zones().CountriesAt(At(22.40, 114.12)), ElementsAre(Code("HK")));
  EXPECT_THAT(Zones().CountriesAt(At(22.65, 114.06)), ElementsAre(Code("CN")));  // Shenzhen
  EXPECT_THAT(Zones().CountriesAt(At(39.90, 116.40)), ElementsAre(Code("CN")));
  EXPECT_THAT(Zones().CountriesAt(At(38.90, -77.04)), ElementsAre(Code("US")));
  EXPECT_THAT(Zones().CountriesAt(At(50.45, 30.52)), ElementsAre(Code("UA")));
  EXPECT_THAT(Zones().CountriesAt(At(25.04, 121.56)), ElementsAre(Code("TW")));
  EXPECT_THAT(Zones().CountriesAt(At(-33.90, 18.60)), ElementsAre(Code("ZA")));
  EXPECT_THAT(Zones().CountriesAt(At(-29.30, 27.50)), ElementsAre(Code("LS")));   // a hole in ZA
  EXPECT_THAT(Zones().CountriesAt(At(66.00, -173.00)), ElementsAre(Code("RU")));  // beyond 180
  EXPECT_THAT(Zones().CountriesAt(At(-17.80, 178.00)), ElementsAre(Code("FJ")));
  EXPECT_THAT(Zones().CountriesAt(At(-90, 0)), ElementsAre(Code("AQ")));
  EXPECT_THAT(Zones().CountriesAt(At(4.9, -52.5)), ElementsAre(Code("FR")));  // French Guiana
}

TEST(CountriesAt, IslandsTooSmallForTheCoarseMapAreThere) {
  EXPECT_THAT(Zones().CountriesAt(At(16.833, 112.338)), ElementsAre(Code("CN")));  // Woody Island
  EXPECT_THAT(Zones().CountriesAt(At(36.13, -5.348)), ElementsAre(Code("GI")));
  const DepthRegion reefs = DiscRegion(At(10.0, 114.3), Distance::Kilometres(60));
  EXPECT_THAT(Zones().CountriesTouchedBy(reefs, kDefaultZoneMargin), Contains(Code("CN")));
  EXPECT_THAT(Zones().CountriesTouchedBy(reefs, kDefaultZoneMargin), Contains(Code("VN")));
}

// An outline turned inside out would hold the whole Earth.
TEST(CountriesAt, NoCountryHoldsMoreOfTheEarthThanItsShare) {
  RandomDiscs random(9);
  constexpr int kPoints = 30'000;
  std::map<CountryCode, int> hits;
  int land = 0;
  for (int i = 0; i < kPoints; ++i) {
    const auto codes = Zones().CountriesAt(random.Point().ToPosition());
    land += codes.empty() ? 0 : 1;
    for (const CountryCode code : codes) ++hits[code];
  }
  EXPECT_NEAR(static_cast<double>(land) / kPoints, 0.29, 0.015);
  for (const auto& [code, count] : hits) {
    EXPECT_LT(static_cast<double>(count) / kPoints, 0.04) << code.text();
  }
  // Russia, the greatest: 17.1 of 510 million square kilometres.
  EXPECT_NEAR(static_cast<double>(hits[Code("RU")]) / kPoints, 0.0335, 0.005);
}

TEST(CountriesAt, SeaBelongsToNobodyAndDisputedLandToSeveral) {
  EXPECT_THAT(Zones().CountriesAt(At(0, -30)), IsEmpty());
  EXPECT_THAT(Zones().CountriesAt(At(90, 0)), IsEmpty());
  EXPECT_THAT(Zones().CountriesAt(At(12, 115)), IsEmpty());
  EXPECT_THAT(Zones().CountriesAt(At(35.4, 77.0)), ElementsAre(Code("IN"), Code("PK")));
  EXPECT_THAT(Zones().CountriesAt(At(42.6, 20.9)), ElementsAre(Code("XK")));
  EXPECT_THAT(Zones().CountriesAt(At(35.3, 33.4)), ElementsAre(Code("CY")));
}

TEST(ParseCountryCode, CodesAreReadAndNamed) {
  EXPECT_EQ(ParseCountryCode("SG").value(), Code("SG"));
  EXPECT_EQ(Zones().NameOf(Code("SG")), "Singapore");
  EXPECT_EQ(Zones().NameOf(Code("CY")), "Cyprus");
  EXPECT_EQ(Zones().NameOf(Code("IN")), "India");
  EXPECT_EQ(Zones().NameOf(Code("ZZ")), "");
}

TEST(ParseCountryCode, OtherWordsAreRefusedWithWhatWasMeant) {
  const auto message = [](std::string_view text) {
    const auto result = ParseCountryCode(text);
    return result.has_value() ? std::string("accepted") : result.error().message();
  };
  EXPECT_THAT(message("cn"), HasSubstr("did you mean \"CN\" (China)?"));
  EXPECT_THAT(message("Singapore"), HasSubstr("\"SG\""));
  EXPECT_THAT(message("UK"), HasSubstr("\"GB\""));
  EXPECT_THAT(message("Singapur"), HasSubstr("Singapore"));
  EXPECT_THAT(message("ZZ"), AllOf(HasSubstr("ZZ"), Not(HasSubstr("did you mean"))));
  EXPECT_THAT(message(""), HasSubstr("not an ISO 3166-1"));
}

TEST(DistanceToCountry, ZeroInsideAndNeverAboveTheTrueDistance) {
  EXPECT_EQ(Zones().DistanceToCountry(At(39.9, 116.4), Code("CN")), Distance());
  // The Strait of Johor is a kilometre wide; Bintan lies 20 km from Singapore's island.
  EXPECT_LT(Zones().DistanceToCountry(At(1.29, 103.85), Code("MY")).kilometres(), 25);
  const double hong_kong = Zones().DistanceToCountry(At(1.29, 103.85), Code("HK")).kilometres();
  EXPECT_NEAR(hong_kong, 2550, 50);
  EXPECT_TRUE(std::isinf(Zones().DistanceToCountry(At(0, 0), Code("ZZ")).metres()));
}

TEST(DistanceToNearest, IsTheLeastOverTheCountriesLessWhatEachGrowsBy) {
  const std::vector<CountryCode> codes = {Code("CN"), Code("ET"), Code("IN"), Code("MA"),
                                          Code("SG"), Code("SS"), Code("US")};
  const auto growth = [](CountryCode code, double margin_km) {
    const std::string text = code.text();
    const double own = text == "SS" ? 121 : text == "MA" ? 44 : text == "IN" ? 26 : 0;
    return Distance::Kilometres(std::max(own, margin_km));
  };
  for (const double margin_km : {0.0, 25.0, 300.0}) {
    for (int i = 0; i < 60; ++i) {
      const Position at = At(-80.0 + 2.7 * i, -175.0 + 97.0 * (i % 4) + i);
      Distance least = Distance::Metres(std::numeric_limits<double>::infinity());
      for (const CountryCode code : codes) {
        const Distance away = Zones().DistanceToCountry(at, code) - growth(code, margin_km);
        least = std::min(least, std::max(away, Distance()));
      }
      EXPECT_EQ(Zones().DistanceToNearest(at, codes, Distance::Kilometres(margin_km)), least) << i;
    }
  }
}

TEST(DistanceToNearest, InfiniteWhereNoneHasAnOutline) {
  EXPECT_TRUE(std::isinf(Zones().DistanceToNearest(At(0, 0), {}, Distance()).metres()));
  const std::vector<CountryCode> unknown = {Code("ZZ")};
  EXPECT_TRUE(std::isinf(
      Zones().DistanceToNearest(At(0, 0), unknown, Distance::Kilometres(25)).metres()));
}

TEST(DistanceToCountry, WalkingThatFarSomewhereReachesTheCountry) {
  const Position sea = At(10.0, 112.0);
  for (const char* letters : {"CN", "VN", "PH", "MY", "HK", "US"}) {
    const Distance distance = Zones().DistanceToCountry(sea, Code(letters));
    bool reached = false;
    bool reached_sooner = false;
    for (int azimuth = 0; azimuth < 3600; ++azimuth) {
      const Angle towards = Angle::Degrees(0.1 * azimuth);
      const auto there = Zones().CountriesAt(Destination(sea, towards, distance * 1.01));
      const auto sooner = Zones().CountriesAt(Destination(sea, towards, distance * 0.99));
      reached |= std::ranges::find(there, Code(letters)) != there.end();
      reached_sooner |= std::ranges::find(sooner, Code(letters)) != sooner.end();
    }
    EXPECT_TRUE(reached) << letters;
    EXPECT_FALSE(reached_sooner) << letters;
  }
}

TEST(CountriesTouchedBy, SmallRegionTouchesItsCountryAndThoseWithinTheMargin) {
  const DepthRegion singapore = DiscRegion(At(1.35, 103.82), Distance::Kilometres(5));
  EXPECT_THAT(Zones().CountriesTouchedBy(singapore, Distance()), Contains(Code("SG")));
  EXPECT_THAT(Zones().CountriesTouchedBy(singapore, Distance()), Not(Contains(Code("ID"))));
  EXPECT_THAT(Zones().CountriesTouchedBy(singapore, kDefaultZoneMargin),
              ElementsAre(Code("ID"), Code("MY"), Code("SG")));
  const DepthRegion inland = DiscRegion(At(46.9, 103.8), Distance::Kilometres(1));
  EXPECT_THAT(Zones().CountriesTouchedBy(inland, kDefaultZoneMargin), ElementsAre(Code("MN")));
}

TEST(CountriesTouchedBy, RegionAtSeaTouchesNobodyUntilTheMarginReachesACoast) {
  const DepthRegion atlantic = DiscRegion(At(0, -25), Distance::Kilometres(100));
  EXPECT_THAT(Zones().CountriesTouchedBy(atlantic, kDefaultZoneMargin), IsEmpty());
  EXPECT_THAT(Zones().CountriesTouchedBy(atlantic, Distance::Kilometres(1000)),
              ElementsAre(Code("BR")));
}

TEST(CountriesTouchedBy, EmptyRegionTouchesNothingAndEverythingTouchesAll) {
  const std::vector<DomainDisc> apart = {
      {DiscContaining(At(1, 104), Distance::Kilometres(10)), 0},
      {DiscContaining(At(1, 104.3), Distance::Kilometres(10)), 1}};
  EXPECT_THAT(Zones().CountriesTouchedBy(DepthRegion(apart, 2), kDefaultZoneMargin), IsEmpty());
  const DepthRegion everything = DiscRegion(At(0, 0), Distance::Kilometres(30000));
  EXPECT_EQ(Zones().CountriesTouchedBy(everything, Distance()).size(), Zones().countries().size());
}

TEST(CountriesTouchedBy, RegionWithAHoleDoesNotTouchWhatLiesInTheHole) {
  // Everything but a disc of 1500 km around central China, seen from the other side of the Earth.
  const Disc hole = DiscContaining(At(34, 108), Distance::Kilometres(1500));
  const DomainDisc rest{Disc(hole.centre().Antipode(), Angle::Degrees(180) - hole.radius()), 0};
  const DepthRegion region(std::span(&rest, 1), 1);
  const auto touched = Zones().CountriesTouchedBy(region, kDefaultZoneMargin);
  EXPECT_THAT(touched, Contains(Code("CN")));  // Xinjiang and Manchuria are outside the hole
  EXPECT_THAT(touched, Contains(Code("US")));
  EXPECT_THAT(touched, Not(Contains(Code("MO"))));
  EXPECT_THAT(touched, Not(Contains(Code("HK"))));
}

// The property that verdicts rest on: wherever in the region a device stands, the country that lies
// within the margin of it is named.
TEST(CountriesTouchedBy, NoCountryWithinTheMarginOfAPointOfTheRegionIsOmitted) {
  RandomDiscs random(5);
  int found = 0;
  for (int i = 0; i < 1500; ++i) {
    const RandomCase c = random.Case(10);
    const DepthRegion region(c.discs, c.k, c.clip);
    if (region.IsEmpty()) continue;
    const Distance margin = Distance::Kilometres(60 * random.Unit());
    const auto touched = Zones().CountriesTouchedBy(region, margin);
    for (int p = 0; p < 60; ++p) {
      const BoundaryArc* arc =
          region.boundary().empty()
              ? nullptr
              : &region.boundary()[static_cast<std::size_t>(p) % region.boundary().size()];
      const UnitVector seed = arc == nullptr ? random.Point() : arc->midpoint;
      const UnitVector inside = random.PointNear(seed, 0.3 * random.Unit());
      if (!region.Contains(inside)) continue;
      const Position there = Destination(inside.ToPosition(), Angle::Degrees(360 * random.Unit()),
                                         margin * random.Unit());
      for (const CountryCode code : Zones().CountriesAt(there)) {
        ++found;
        ASSERT_THAT(touched, Contains(code)) << "case " << i << ", " << there.text();
      }
    }
  }
  EXPECT_GT(found, 1000);
}

// Regions of a few nanometres and regions with such corners, far from any border: nothing but the
// places that the region itself names tells whose land it is on.
TEST(CountriesTouchedBy, CirclesThroughOnePointInlandOmitNoCountry) {
  RandomDiscs random(8);
  const std::vector inland = {UnitVector(At(60, 100)), UnitVector(At(-10, -55)),
                              UnitVector(At(40, -100)), UnitVector(At(48, 68))};
  int found = 0;
  for (std::size_t i = 0; i < 16'000; ++i) {
    const RandomCase c = random.ConcurrentCase(8, inland[i % inland.size()]);
    const DepthRegion region(c.discs, c.k);
    if (region.IsEmpty()) continue;
    const auto touched = Zones().CountriesTouchedBy(region, Distance());
    const bool inside = Zones().RegionInsideCountries(region, touched, Distance());
    for (const BoundaryArc& arc : region.boundary()) {
      const auto there = Zones().CountriesAt(arc.begin.ToPosition());
      for (const CountryCode code : there) {
        ++found;
        ASSERT_THAT(touched, Contains(code)) << "case " << i;
      }
      ASSERT_FALSE(inside && there.empty()) << "case " << i;
    }
  }
  EXPECT_GT(found, 10'000);
}

// Where the finer map draws the border, and the coarser one does not: up to 119.8 km apart.
TEST(CountriesTouchedBy, CountryWhoseOutlineDeviatesGrowsByThatAndItsNeighboursDoNot) {
  const DepthRegion ilemi = DiscRegion(At(4.75, 35.6), Distance::Kilometres(1));
  EXPECT_GT(Zones().DistanceToCountry(At(4.75, 35.6), Code("SS")).kilometres(), 80);
  EXPECT_THAT(Zones().CountriesTouchedBy(ilemi, kDefaultZoneMargin), Contains(Code("SS")));
  EXPECT_THAT(Zones().CountriesTouchedBy(ilemi, Distance()), Contains(Code("SS")));
  EXPECT_THAT(Zones().CountriesTouchedBy(ilemi, kDefaultZoneMargin), Not(Contains(Code("UG"))));
  const DepthRegion turkana = DiscRegion(At(3.0, 36.5), Distance::Kilometres(1));
  EXPECT_THAT(Zones().CountriesTouchedBy(turkana, kDefaultZoneMargin), ElementsAre(Code("KE")));
  // A margin above the deviation is the margin.
  EXPECT_THAT(Zones().CountriesTouchedBy(turkana, Distance::Kilometres(400)), Contains(Code("SS")));
}

TEST(RegionInsideCountries, BorderThatDeviatesIsKeptAsFarAwayAsItDoes) {
  const std::vector western_sahara = {Code("EH")};
  const DepthRegion near_morocco = DiscRegion(At(21.7, -14.25), Distance::Kilometres(1));
  EXPECT_GT(Zones().DistanceToCountry(At(21.7, -14.25), Code("MA")).kilometres(), 31);
  EXPECT_FALSE(Zones().RegionInsideCountries(near_morocco, western_sahara, kDefaultZoneMargin));
  const DepthRegion farther = DiscRegion(At(21.7, -14.0), Distance::Kilometres(1));
  EXPECT_TRUE(Zones().RegionInsideCountries(farther, western_sahara, kDefaultZoneMargin));
  // Morocco's own border is no obstacle to a licence for both.
  EXPECT_TRUE(Zones().RegionInsideCountries(near_morocco, std::vector{Code("EH"), Code("MA")},
                                            kDefaultZoneMargin));
}

TEST(RegionInsideCountries, InlandRegionIsInsideAndItsNeighbourhoodIsNot) {
  const DepthRegion inland = DiscRegion(At(34.3, 108.9), Distance::Kilometres(300));
  EXPECT_TRUE(Zones().RegionInsideCountries(inland, std::vector{Code("CN")}, kDefaultZoneMargin));
  EXPECT_FALSE(Zones().RegionInsideCountries(inland, std::vector{Code("MN")}, kDefaultZoneMargin));
  EXPECT_FALSE(Zones().RegionInsideCountries(inland, {}, kDefaultZoneMargin));
  const DepthRegion wide = DiscRegion(At(34.3, 108.9), Distance::Kilometres(1500));
  EXPECT_FALSE(Zones().RegionInsideCountries(wide, std::vector{Code("CN")}, kDefaultZoneMargin));
}

TEST(RegionInsideCountries, BorderBetweenTwoAllowedCountriesIsNoObstacle) {
  const DepthRegion rhine = DiscRegion(At(48.6, 7.8), Distance::Kilometres(30));
  const std::vector both = {Code("DE"), Code("FR")};
  EXPECT_TRUE(Zones().RegionInsideCountries(rhine, both, kDefaultZoneMargin));
  EXPECT_FALSE(Zones().RegionInsideCountries(rhine, std::vector{Code("DE")}, kDefaultZoneMargin));
}

TEST(RegionInsideCountries, CoastAndEnclaveAreObstacles) {
  const DepthRegion coast = DiscRegion(At(43.5, 4.0), Distance::Kilometres(30));
  EXPECT_FALSE(Zones().RegionInsideCountries(coast, std::vector{Code("FR")}, Distance()));
  const DepthRegion around_lesotho = DiscRegion(At(-29.5, 28.2), Distance::Kilometres(250));
  EXPECT_FALSE(Zones().RegionInsideCountries(around_lesotho, std::vector{Code("ZA")}, Distance()));
  EXPECT_TRUE(Zones().RegionInsideCountries(around_lesotho, std::vector{Code("LS"), Code("ZA")},
                                            Distance()));
}

TEST(RegionInsideCountries, EmptyRegionProvesNothing) {
  const DomainDisc nothing{Disc::Empty(), 0};
  EXPECT_FALSE(Zones().RegionInsideCountries(DepthRegion(std::span(&nothing, 1), 1),
                                             Zones().countries(), Distance()));
}

}  // namespace
}  // namespace earshot
