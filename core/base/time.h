// core/base/time.h: durations, instants, round-trip times.
//
// Two clocks, two types. A MonotonicInstant comes from a clock that nobody sets
// (CLOCK_MONOTONIC_RAW); a WallInstant from one that may be stepped or slewed (CLOCK_REALTIME, and
// the kernel's packet stamps). They do not convert into each other, and a difference is only ever
// taken between two readings of one clock.
#ifndef EARSHOT_CORE_BASE_TIME_H_
#define EARSHOT_CORE_BASE_TIME_H_

#include <chrono>
#include <compare>
#include <cstdint>

namespace earshot {

using Duration = std::chrono::nanoseconds;
// Where a model's arithmetic must not be rounded to whole nanoseconds; never what was measured.
using FractionalMilliseconds = std::chrono::duration<double, std::milli>;

namespace internal {

// A point on the clock `Tag`, in nanoseconds since that clock's origin. Regular type.
template <typename Tag>
class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant FromNanoseconds(std::int64_t ns) { return Instant(Duration(ns)); }

  // Nanoseconds since the clock's origin: boot for the monotonic clock, 1970 UTC for the wall.
  constexpr std::int64_t nanoseconds() const { return since_origin_.count(); }

  constexpr Instant& operator+=(Duration d) {
    since_origin_ += d;
    return *this;
  }
  friend constexpr Instant operator+(Instant t, Duration d) { return t += d; }
  friend constexpr Instant operator-(Instant t, Duration d) { return t += -d; }
  friend constexpr Duration operator-(Instant a, Instant b) {
    return a.since_origin_ - b.since_origin_;
  }
  friend constexpr auto operator<=>(Instant, Instant) = default;

 private:
  explicit constexpr Instant(Duration since_origin) : since_origin_(since_origin) {}
  Duration since_origin_{0};
};

}  // namespace internal

using MonotonicInstant = internal::Instant<struct MonotonicTag>;
using WallInstant = internal::Instant<struct WallTag>;

// Both clocks read one directly after the other.
struct ClockReading {
  MonotonicInstant monotonic;
  WallInstant wall;

  friend bool operator==(const ClockReading&, const ClockReading&) = default;
};

// A round-trip time: never negative. An RTT of zero is possible (coarse clock) and sound: it can
// only arise from intervals whose ends were rounded outward.
class Rtt {
 public:
  constexpr Rtt() = default;
  // Negative input is the mark of a clock fault; callers taint such a sample before this point, so
  // it is clamped to zero here rather than allowed to shrink anything below zero.
  static constexpr Rtt FromDuration(Duration d) { return Rtt(d.count() < 0 ? Duration(0) : d); }

  constexpr Duration duration() const { return value_; }
  constexpr double milliseconds() const { return static_cast<double>(value_.count()) * 1e-6; }
  constexpr double microseconds() const { return static_cast<double>(value_.count()) * 1e-3; }

  friend constexpr auto operator<=>(Rtt, Rtt) = default;

 private:
  explicit constexpr Rtt(Duration value) : value_(value) {}
  Duration value_{0};
};

constexpr double ToSeconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_TIME_H_
