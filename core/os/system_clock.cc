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

Duration TimeSuspended() {
  // In this order an interruption makes it less, so that it is never mistaken for a suspension.
  const std::int64_t boot = ReadNanoseconds(CLOCK_BOOTTIME);
  return Duration(boot - ReadNanoseconds(CLOCK_MONOTONIC));
}

Duration SystemClock::CountSuspension() {
  const Duration counted(counted_ns_.load(std::memory_order_relaxed));
  const Duration total = suspended_() - suspended_before_;
  if (total - counted < kSuspensionMin) return Duration(0);
  counted_ns_.store(total.count(), std::memory_order_relaxed);
  return total - counted;
}

ClockReading SystemClock::Read() {
  ClockReading closest;
  Duration closest_gap = Duration::max();
  const std::int64_t counted = counted_ns_.load(std::memory_order_relaxed);
  for (int attempt = 0; attempt < kClockReadingAttemptsMax; ++attempt) {
    const std::int64_t before = ReadNanoseconds(CLOCK_MONOTONIC_RAW);
    const std::int64_t wall = ReadNanoseconds(CLOCK_REALTIME);
    const Duration gap(ReadNanoseconds(CLOCK_MONOTONIC_RAW) - before);
    if (gap < closest_gap) {
      closest_gap = gap;
      closest = {MonotonicInstant::FromNanoseconds(before + counted),
                 WallInstant::FromNanoseconds(wall)};
    }
    if (gap <= kClockReadingGapMax) break;
  }
  return closest;
}

}  // namespace earshot
