#include "core/geo/wgs84.h"

#include <gtest/gtest.h>

#include "tests/support/quantities.h"

namespace earshot {
namespace {

TEST(GeodesicDistance, PublishedGeodesicsAreMatchedToAMicrometre) {
  // Wellington to Salamanca: the worked example of GeographicLib's GeodSolve(1).
  EXPECT_NEAR(GeodesicDistance(At(-41.32, 174.81), At(40.96, -5.50)).metres(), 19959679.267354,
              1e-6);
  // Half a meridian ellipse.
  EXPECT_NEAR(GeodesicDistance(At(90, 0), At(-90, 0)).metres(), 20003931.4586254, 1e-6);
}

TEST(GeodesicDistance, PointsAcrossTheAntimeridianAreNear) {
  EXPECT_LT(GeodesicDistance(At(0, 179.999), At(0, -179.999)).metres(), 223);
  EXPECT_GT(GeodesicDistance(At(0, 179.999), At(0, -179.999)).metres(), 222);
}

TEST(Destination, ArrivesAtTheDistanceItWasAskedFor) {
  const Position start = At(1.29, 103.85);
  for (const double azimuth : {0.0, 37.0, 90.0, 200.0, 359.0}) {
    for (const double km : {0.001, 25.0, 2600.0, 15000.0}) {
      const Position end = Destination(start, Angle::Degrees(azimuth), Distance::Kilometres(km));
      EXPECT_NEAR(GeodesicDistance(start, end).kilometres(), km, 1e-9) << azimuth << " " << km;
    }
  }
}

}  // namespace
}  // namespace earshot
