// core/base/clock.h: the seam through which time enters.
#ifndef EARSHOT_CORE_BASE_CLOCK_H_
#define EARSHOT_CORE_BASE_CLOCK_H_

#include "core/base/time.h"

namespace earshot {

// A source of time. The system's lives at the rim (server/io, agent/io); tests and the virtual
// network supply their own. Implementations must be safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Reads both clocks as close together as the implementation can.
  virtual ClockReading Read() = 0;

  MonotonicInstant Now() { return Read().monotonic; }
};

// A clock that moves only when told. Not thread-safe.
class ManualClock final : public Clock {
 public:
  ClockReading Read() override { return reading_; }

  void Advance(Duration d) {
    reading_.monotonic += d;
    reading_.wall += d;
  }
  // Moves the wall clock alone, as an administrator or a bad time server would.
  void StepWall(Duration d) { reading_.wall += d; }
  void Set(ClockReading reading) { reading_ = reading; }

 private:
  ClockReading reading_{};
};

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_CLOCK_H_
