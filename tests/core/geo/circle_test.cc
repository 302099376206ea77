#include "core/geo/circle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace earshot::internal {
namespace {

constexpr double kPi = std::numbers::pi;

double Turn(DiamondAngle from, DiamondAngle to) { return Circle::Turn(from, to).radians(); }

TEST(CircleTurn, ShortestStepForwardsIsNoTurnAndBackwardsIsAFullOne) {
  for (DiamondAngle at = 0.013; at < 4.0; at += 0.0137) {
    const DiamondAngle next = std::nextafter(at, 5.0);
    EXPECT_GE(Turn(at, next), 0) << at;
    EXPECT_LT(Turn(at, next), 1e-14) << at;
    EXPECT_LE(Turn(next, at), 2 * kPi) << at;
    EXPECT_GT(Turn(next, at), 2 * kPi - 1e-14) << at;
    EXPECT_EQ(Turn(at, at), 0) << at;
  }
}

TEST(CircleTurn, StepOverTheSeamIsShortBothInFactAndInTheAnswer) {
  EXPECT_LT(Turn(std::nextafter(4.0, 0.0), 0.0), 1e-14);
  EXPECT_EQ(Turn(4.0, 0.0), 0);
  EXPECT_GT(Turn(1e-17, std::nextafter(4.0, 0.0)), 2 * kPi - 1e-14);
}

TEST(CircleTurn, RightAnglesAndWhatLiesBetweenAreMeasured) {
  for (int quarters = 1; quarters <= 3; ++quarters) {
    for (DiamondAngle from = 0; from < 4.0; from += 1.0) {
      EXPECT_NEAR(Turn(from, std::fmod(from + quarters, 4.0)), quarters * kPi / 2, 1e-15);
    }
  }
  EXPECT_NEAR(Turn(3.5, 0.5), kPi / 2, 1e-15);
  EXPECT_NEAR(Turn(0.5, 3.5), 3 * kPi / 2, 1e-15);
  EXPECT_NEAR(Turn(0.5, 0.5 + 1e-9), 2e-9, 1e-15);
}

}  // namespace
}  // namespace earshot::internal
