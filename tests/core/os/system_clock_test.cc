#include "core/os/system_clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace earshot {
namespace {

TEST(SystemClockTest, MonotonicReadingsNeverGoBack) {
  SystemClock clock;
  MonotonicInstant last = clock.Now();
  for (int i = 0; i < 10'000; ++i) {
    const MonotonicInstant now = clock.Now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClockTest, WallReadingLiesBetweenReadingsOfTheRealTimeClock) {
  SystemClock clock;
  timespec before{};
  timespec after{};
  clock_gettime(CLOCK_REALTIME, &before);
  const std::int64_t wall = clock.Read().wall.nanoseconds();
  clock_gettime(CLOCK_REALTIME, &after);
  EXPECT_GE(wall, std::int64_t{before.tv_sec} * 1'000'000'000 + before.tv_nsec);
  EXPECT_LE(wall, std::int64_t{after.tv_sec} * 1'000'000'000 + after.tv_nsec);
}

Duration suspended_so_far;
Duration SuspendedSoFar() { return suspended_so_far; }

TEST(SystemClockTest, SuspensionIsCountedOnceAndMakesLaterReadingsOlder) {
  suspended_so_far = std::chrono::hours(2);  // before this clock was made
  SystemClock clock(&SuspendedSoFar);
  SystemClock unaware;
  EXPECT_EQ(clock.CountSuspension(), Duration(0));
  suspended_so_far += std::chrono::hours(8);
  EXPECT_EQ(clock.CountSuspension(), std::chrono::hours(8));
  EXPECT_EQ(clock.CountSuspension(), Duration(0));
  const MonotonicInstant before = unaware.Now();
  const Duration apart = clock.Now() - before;
  EXPECT_GE(apart, std::chrono::hours(8));
  EXPECT_LT(apart, std::chrono::hours(8) + std::chrono::minutes(1));
}

TEST(SystemClockTest, WithoutSuspensionReadingsAreThoseOfTheRawClock) {
  suspended_so_far = Duration(0);
  SystemClock clock(&SuspendedSoFar);
  suspended_so_far = kSuspensionMin / 2;  // as far as readings are apart
  EXPECT_EQ(clock.CountSuspension(), Duration(0));
  SystemClock unaware;
  const MonotonicInstant before = unaware.Now();
  const MonotonicInstant reading = clock.Now();
  EXPECT_LE(before, reading);
  EXPECT_LE(reading, unaware.Now());
}

}  // namespace
}  // namespace earshot
