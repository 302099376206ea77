#include "core/geo/disc.h"

#include <gtest/gtest.h>

#include <limits>
#include <numbers>
#include <random>

#include "core/geo/wgs84.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

TEST(Disc, DefaultAndNegativeRadiusContainNothing) {
  EXPECT_FALSE(Disc().Contains(UnitVector()));
  EXPECT_TRUE(Disc(UnitVector(), Angle::Degrees(-1)).IsEmpty());
  EXPECT_TRUE(Disc().GrownBy(Angle::Degrees(170)).IsEmpty());
}

TEST(Disc, RadiusOfPiOrMoreOrUnknownContainsEverything) {
  for (const double radius : {std::numbers::pi, 7.0, std::numeric_limits<double>::quiet_NaN()}) {
    const Disc disc(UnitVector(At(12, 77)), Angle::Radians(radius));
    EXPECT_TRUE(disc.IsEverything());
    EXPECT_TRUE(disc.Contains(disc.centre().Antipode()));
  }
  EXPECT_FALSE(Disc(UnitVector(At(12, 77)), Angle::Degrees(179)).IsEverything());
}

TEST(Disc, ZeroRadiusContainsItsCentreAlone) {
  const Disc disc(UnitVector(At(12, 77)), Angle());
  EXPECT_TRUE(disc.Contains(UnitVector(At(12, 77))));
  EXPECT_FALSE(disc.Contains(UnitVector(At(12, 77.000001))));
}

TEST(Disc, AboveNinetyDegreesOnlyTheFarSideIsLeftOut) {
  const Disc disc(UnitVector(At(90, 0)), Angle::Degrees(150));
  EXPECT_TRUE(disc.Contains(UnitVector(At(-59, 20))));
  EXPECT_FALSE(disc.Contains(UnitVector(At(-61, 20))));
}

TEST(Disc, ContainingAndContainedDiscsBracketTheEllipsoidsOwn) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_real_distribution<double> share(0.98, 1.02);
  int between = 0;
  for (int i = 0; i < 20000; ++i) {
    const Position centre = At(latitude(random), longitude(random));
    const Position point = At(latitude(random), longitude(random));
    const Distance truth = GeodesicDistance(centre, point);
    const Distance radius = truth * share(random);
    const Disc outer = DiscContaining(centre, radius).GrownBy(Angle::Radians(1e-9));
    const bool contained = DiscContainedIn(centre, radius).Contains(UnitVector(point));
    if (truth <= radius) {
      ASSERT_TRUE(outer.Contains(UnitVector(point)));
    } else {
      ASSERT_FALSE(contained);
    }
    if (truth > radius * 1.0034) {
      ASSERT_FALSE(outer.Contains(UnitVector(point)));
    }
    if (truth < radius * 0.9966) {
      ASSERT_TRUE(contained);
    }
    between += outer.Contains(UnitVector(point)) && !contained ? 1 : 0;
  }
  EXPECT_GT(between, 0);
}

TEST(Disc, BoundThatSaysNothingGivesEverything) {
  EXPECT_TRUE(FromBound(At(1, 2), DistanceBound()).IsEverything());
  EXPECT_TRUE(DiscContainedIn(At(1, 2), Distance::Metres(0.001)).IsEmpty());
}

}  // namespace
}  // namespace earshot
