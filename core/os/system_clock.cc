#include "core/os/system_clock.h"

#include <ctime>

#include "core/base/check.h"

namespace earshot {
namespace {

std::int64_t ReadNanoseconds(clockid_t clock) {
  timespec now{};
  EARSHOT_CHECK(clock_gettime(clock, &now) == 0);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

ClockReading SystemClock::Read() {
  ClockReading closest;
  Duration closest_gap = Duration::max();
  for (int attempt = 0; attempt < kClockReadingAttemptsMax; ++attempt) {
    const std::int64_t before = ReadNanoseconds(CLOCK_MONOTONIC_RAW);
    const std::int64_t wall = ReadNanoseconds(CLOCK_REALTIME);
    const Duration gap(ReadNanoseconds(CLOCK_MONOTONIC_RAW) - before);
    if (gap < closest_gap) {
      closest_gap = gap;
      closest = {MonotonicInstant::FromNanoseconds(before), WallInstant::FromNanoseconds(wall)};
    }
    if (gap <= kClockReadingGapMax) break;
  }
  return closest;
}

}  // namespace earshot
