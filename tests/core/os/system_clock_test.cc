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

}  // namespace
}  // namespace earshot
