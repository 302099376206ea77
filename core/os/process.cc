#include "core/os/process.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/os/files.h"

namespace earshot {

Result<std::string> RequestScheduling(unsigned priority) {
  if (priority > 99) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("scheduling priority {} is above 99; use 1 to 99, or 0 for the "
                            "ordinary class", priority));
  }
  std::string refusal;
  if (priority > 0) {
    sched_param wanted{};
    wanted.sched_priority = static_cast<int>(priority);
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) != 0) {
      refusal = fmt::format(" (SCHED_FIFO refused: {})", std::strerror(errno));
    }
  }
  return CurrentScheduling() + refusal;
}

std::string CurrentScheduling() {
  const int granted = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
  if (granted != SCHED_FIFO) return "SCHED_OTHER";
  sched_param actual{};
  sched_getparam(0, &actual);
  return fmt::format("SCHED_FIFO {}", actual.sched_priority);
}

void UsePreciseTimers() { prctl(PR_SET_TIMERSLACK, 1UL); }

Status DieWithParent(int expected_parent_pid) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    return tl::unexpected<Error>(ErrnoError(errno, "ask to die with the parent"));
  }
  // The parent may have died before the request was made.
  if (expected_parent_pid != 0 && getppid() != expected_parent_pid) {
    return Fail(ErrorCode::kUnavailable, "the supervisor is gone");
  }
  return {};
}

}  // namespace earshot
