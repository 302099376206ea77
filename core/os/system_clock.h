// core/os/system_clock.h: the two clocks of this machine.
#ifndef EARSHOT_CORE_OS_SYSTEM_CLOCK_H_
#define EARSHOT_CORE_OS_SYSTEM_CLOCK_H_

#include "core/base/clock.h"

namespace earshot {

// A pair of readings is retried while the two lie further apart than this: we were interrupted
// between them.
inline constexpr Duration kClockReadingGapMax = std::chrono::microseconds(2);
// And at most this often; the closest pair is then taken.
inline constexpr int kClockReadingAttemptsMax = 4;

// CLOCK_MONOTONIC_RAW, which nobody sets or slews, and CLOCK_REALTIME, which the kernel stamps
// packets with. The raw clock is read before and after the wall clock; the first of the closest
// such pair is reported, so the wall reading lies within kClockReadingGapMax after it (or further,
// when every attempt was interrupted: then a comparison of the clocks sees a step and taints).
// Costs about 80 ns. Thread-safe, no state.
class SystemClock final : public Clock {
 public:
  ClockReading Read() override;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_SYSTEM_CLOCK_H_
