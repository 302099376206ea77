#include "core/base/time.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "core/base/clock.h"
#include "core/base/quantity.h"

namespace earshot {
namespace {

TEST(Instant, ClocksDoNotConvertIntoEachOther) {
  static_assert(!std::is_convertible_v<MonotonicInstant, WallInstant>);
  static_assert(!std::is_constructible_v<MonotonicInstant, WallInstant>);
  const auto start = MonotonicInstant::FromNanoseconds(5);
  EXPECT_EQ((start + Duration(7)) - start, Duration(7));
}

TEST(Rtt, NegativeIntervalBecomesZeroNotLess) {
  EXPECT_EQ(Rtt::FromDuration(Duration(-5)).duration(), Duration(0));
  EXPECT_EQ(Rtt::FromDuration(Duration(5)).duration(), Duration(5));
}

TEST(ManualClock, WallStepLeavesTheMonotonicClockAlone) {
  ManualClock clock;
  clock.Advance(Duration(10));
  clock.StepWall(Duration(-100));
  EXPECT_EQ(clock.Read().monotonic.nanoseconds(), 10);
  EXPECT_EQ(clock.Read().wall.nanoseconds(), -90);
}

TEST(Quantity, LightCoversThreeHundredKilometresInAMillisecond) {
  const Rtt rtt = RoundTripOver(Distance::Kilometres(149.896229), kSpeedOfLight);
  EXPECT_NEAR(rtt.milliseconds(), 1.0, 1e-9);
  EXPECT_GT(RoundTripOver(Distance::Kilometres(1), kFibreSpeed),
            RoundTripOver(Distance::Kilometres(1), kSpeedOfLight));
}

}  // namespace
}  // namespace earshot
