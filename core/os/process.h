// core/os/process.h: how this process is scheduled, and when it must die.
#ifndef EARSHOT_CORE_OS_PROCESS_H_
#define EARSHOT_CORE_OS_PROCESS_H_

#include <string>

#include "core/base/result.h"

namespace earshot {

// Asks for SCHED_FIFO at `priority` (1..99) for the calling thread; 0 changes nothing. Returns what
// the scheduler then says it is, in words for a person: "SCHED_FIFO 40" or "SCHED_OTHER". Without
// permission the ordinary class stays and the words say so; that is no error, because an agent of
// the ordinary class is only slower. kInvalidArgument for a priority above 99.
Result<std::string> RequestScheduling(unsigned priority);

// What the scheduler says now, in the same words.
std::string CurrentScheduling();

// Lets timers of this thread fire when due rather than within the usual 50 us of slack.
void UsePreciseTimers();

// The kernel kills this process when the thread that started it dies, so that nobody outlives a
// supervisor. kUnavailable when the parent `expected_parent_pid` is gone already (0: not checked).
Status DieWithParent(int expected_parent_pid);

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_PROCESS_H_
