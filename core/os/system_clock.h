// core/os/system_clock.h: the two clocks of this machine.
#ifndef EARSHOT_CORE_OS_SYSTEM_CLOCK_H_
#define EARSHOT_CORE_OS_SYSTEM_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "core/base/clock.h"

namespace earshot {

// A pair of readings is retried while the two lie further apart than this: we were interrupted
// between them.
inline constexpr Duration kClockReadingGapMax = std::chrono::microseconds(2);
// And at most this often; the closest pair is then taken.
inline constexpr int kClockReadingAttemptsMax = 4;

// A machine that was suspended for less is taken as not suspended.
inline constexpr Duration kSuspensionMin = std::chrono::milliseconds(1);

// How long this machine has been suspended since it was started (CLOCK_BOOTTIME less
// CLOCK_MONOTONIC): short by the time between two readings, never more than true.
Duration TimeSuspended();

// CLOCK_MONOTONIC_RAW, which nobody sets or slews, and CLOCK_REALTIME, which the kernel stamps
// packets with. The raw clock is read before and after the wall clock; the first of the closest
// such pair is reported, so the wall reading lies within kClockReadingGapMax after it (or further,
// when every attempt was interrupted: then a comparison of the clocks sees a step and taints).
// Costs about 80 ns. Thread-safe.
//
// The raw clock stands still while the machine is suspended. A process that judges ages calls
// CountSuspension whenever it may have slept; readings before the next call fall short.
class SystemClock final : public Clock {
 public:
  using Suspended = Duration (*)();
  explicit SystemClock(Suspended suspended = &TimeSuspended)
      : suspended_(suspended), suspended_before_(suspended()) {}

  ClockReading Read() override;
  // Adds to the monotonic readings from now on what the machine was suspended for since this clock
  // was made, and returns by how much that has grown; 0 below kSuspensionMin. One thread calls it.
  Duration CountSuspension();

 private:
  Suspended suspended_;
  Duration suspended_before_;
  std::atomic<std::int64_t> counted_ns_{0};
};

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_SYSTEM_CLOCK_H_
