// bench/latency/core_limits.h: what a core and a scheduling class allow at best, whoever measures
// there: how late sleepers run, and how often those who never sleep are kept from running.
#ifndef EARSHOT_BENCH_LATENCY_CORE_LIMITS_H_
#define EARSHOT_BENCH_LATENCY_CORE_LIMITS_H_

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

// A gap in a spinning process's time that counts: longer than any system call of the timed path.
inline constexpr Duration kCoreGapMin = std::chrono::microseconds(10);

struct CoreLimits {
  std::string scheduling;    // as granted
  Duration wake_median{0};   // how late a timer let a sleeper run, over 200 sleeps of 2 ms
  Duration wake_p99{0};
  double gaps_per_second = 0;  // longer than kCoreGapMin, while spinning for 0.4 s
  Duration gap_longest{0};
};

// In a process of its own on `core` at `priority` of SCHED_FIFO (0: the ordinary class), for about a
// second. `folder` takes its log.
Result<CoreLimits> MeasureCoreLimits(int core, unsigned priority, const std::string& folder);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_CORE_LIMITS_H_
