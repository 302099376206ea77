#include "bench/latency/core_limits.h"

#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <vector>

#include "bench/latency/figures.h"
#include "core/os/process.h"
#include "core/os/system_clock.h"
#include "sim/live/child.h"

namespace earshot {
namespace {

constexpr int kSleeps = 200;
constexpr Duration kSleep = std::chrono::milliseconds(2);
constexpr Duration kSpin = std::chrono::milliseconds(400);
constexpr int kEndsWithinMs = 60'000;  // a loaded core gives the ordinary class little

// Plain numbers in memory that the fork shares.
struct Found {
  std::array<char, 64> scheduling;  // in words, ended by a zero
  std::int64_t wake_median_ns;
  std::int64_t wake_p99_ns;
  std::int64_t spun_ns;
  std::int64_t gaps;
  std::int64_t gap_longest_ns;
};

void MeasureWaking(Found& found) {
  SystemClock clock;
  std::vector<Duration> late;
  for (int i = 0; i < kSleeps; ++i) {
    const MonotonicInstant due = clock.Now() + kSleep;
    const timespec length{0, kSleep.count()};
    nanosleep(&length, nullptr);
    late.push_back(clock.Now() - due);
  }
  found.wake_median_ns = QuantileOf(late, 0.5).count();
  found.wake_p99_ns = QuantileOf(std::move(late), 0.99).count();
}

void MeasureGaps(Found& found) {
  SystemClock clock;
  const MonotonicInstant begin = clock.Now();
  MonotonicInstant last = begin;
  while (last - begin < kSpin) {
    const MonotonicInstant now = clock.Now();
    if (now - last > kCoreGapMin) {
      ++found.gaps;
      found.gap_longest_ns = std::max<std::int64_t>(found.gap_longest_ns, (now - last).count());
    }
    last = now;
  }
  found.spun_ns = (last - begin).count();
}

}  // namespace

Result<CoreLimits> MeasureCoreLimits(int core, unsigned priority, const std::string& folder) {
  void* const memory =
      mmap(nullptr, sizeof(Found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return tl::unexpected(ErrnoError(errno, "take memory to share"));
  auto* const shared = static_cast<Found*>(memory);
  const auto measure = [&]() -> Result<CoreLimits> {
    const auto body = [shared] {
      const std::string scheduling = CurrentScheduling();
      scheduling.copy(shared->scheduling.data(), shared->scheduling.size() - 1);
      UsePreciseTimers();
      MeasureWaking(*shared);
      MeasureGaps(*shared);
      return 0;
    };
    EARSHOT_ASSIGN_OR_RETURN(Child child, Child::Fork("core limits", body, folder + "/core.log",
                                                      {.core = core, .priority = priority}));
    CoreLimits limits;
    pollfd ended{child.pid_fd(), POLLIN, 0};
    if (poll(&ended, 1, kEndsWithinMs) != 1) {
      return Fail(ErrorCode::kUnavailable, "the agent's core ran nothing for a minute");
    }
    if (const auto exit = child.Poll(); !exit.has_value() || !exit->clean()) {
      return Fail(ErrorCode::kUnavailable,
                  "no process could be put on the agent's core: " + LogTail(child.log_file()));
    }
    limits.scheduling = shared->scheduling.data();
    limits.wake_median = Duration(shared->wake_median_ns);
    limits.wake_p99 = Duration(shared->wake_p99_ns);
    limits.gap_longest = Duration(shared->gap_longest_ns);
    limits.gaps_per_second = static_cast<double>(shared->gaps) /
                             std::max(1e-9, ToSeconds(Duration(shared->spun_ns)));
    return limits;
  };
  Result<CoreLimits> found = measure();
  munmap(memory, sizeof(Found));
  return found;
}

}  // namespace earshot
