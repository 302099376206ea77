#include "core/geo/position.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "core/geo/wgs84.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::HasSubstr;

TEST(Position, LatitudeBeyondThePoleIsRefusedWithTheValue) {
  const auto result = Position::FromDegrees(90.5, 0);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(result.error().message(), HasSubstr("90.5"));
  EXPECT_TRUE(Position::FromDegrees(90, 0).has_value());
}

TEST(Position, NotANumberAndInfinityAreRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(Position::FromDegrees(nan, 0).has_value());
  EXPECT_FALSE(Position::FromDegrees(0, nan).has_value());
  EXPECT_FALSE(Position::FromDegrees(0, infinity).has_value());
  EXPECT_FALSE(Position::FromDegrees(0, 360.1).has_value());
}

TEST(Position, LongitudesThatMeanTheSameMeridianAreEqual) {
  EXPECT_EQ(At(10, 190), At(10, -170));
  EXPECT_EQ(At(10, 180), At(10, -180));
  EXPECT_EQ(At(10, 360), At(10, 0));
  EXPECT_EQ(At(-0.0, -0.0), At(0, 0));
  EXPECT_NE(At(10, 170), At(10, -170));
}

TEST(UnitVector, PositionsComeBackUnchanged) {
  for (const double latitude : {-90.0, -89.999, -45.0, 0.0, 1.29, 60.0, 90.0}) {
    for (const double longitude : {-180.0, -103.8, 0.0, 114.17, 179.9999}) {
      const Position back = UnitVector(At(latitude, longitude)).ToPosition();
      EXPECT_NEAR(GeodesicDistance(back, At(latitude, longitude)).metres(), 0, 1e-7);
    }
  }
}

TEST(UnitVector, AnglesOfTheSphereBracketGeodesicDistances) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  for (int i = 0; i < 20000; ++i) {
    const Position a = At(latitude(random), longitude(random));
    const Position b = At(latitude(random), longitude(random));
    const double angle = UnitVector(a).AngleTo(UnitVector(b)).radians();
    const Distance distance = GeodesicDistance(a, b);
    ASSERT_LE(angle, OutwardAngle(distance).radians() + 1e-15);
    ASSERT_GE(angle, InwardAngle(distance).radians() - 1e-15);
  }
}

TEST(UnitVector, GeodesicsAlongTheEquatorAndAMeridianReachBothEndsOfTheBracket) {
  const double equator = UnitVector(At(0, 0)).AngleTo(UnitVector(At(0, 1))).radians();
  EXPECT_NEAR(equator, InwardAngle(GeodesicDistance(At(0, 0), At(0, 1))).radians(), 1e-14);
  const double meridian = UnitVector(At(-0.01, 0)).AngleTo(UnitVector(At(0.01, 0))).radians();
  EXPECT_NEAR(meridian, OutwardAngle(GeodesicDistance(At(-0.01, 0), At(0.01, 0))).radians(), 1e-9);
}

TEST(UnitVector, AngleToTheAntipodeIsPi) {
  const UnitVector v(At(33, -71));
  EXPECT_DOUBLE_EQ(v.AngleTo(v.Antipode()).radians(), std::numbers::pi);
  EXPECT_EQ(v.AngleTo(v).radians(), 0);
}

TEST(OutwardAngle, InfiniteAndUnknownDistancesReachEverywhere) {
  EXPECT_EQ(OutwardAngle(Distance::Metres(std::numeric_limits<double>::infinity())).radians(),
            std::numbers::pi);
  EXPECT_EQ(OutwardAngle(Distance::Metres(std::nan(""))).radians(), std::numbers::pi);
  EXPECT_EQ(InwardAngle(Distance::Metres(std::nan(""))).radians(), 0);
}

}  // namespace
}  // namespace earshot
