// tests/live/processes.h: the processes of a run, found by the configuration they were given.
#ifndef EARSHOT_TESTS_LIVE_PROCESSES_H_
#define EARSHOT_TESTS_LIVE_PROCESSES_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace earshot {

// Running processes whose command line holds `text`, this one aside.
std::vector<pid_t> ProcessesNaming(const std::string& text);

// Whether all of `processes` end within ten seconds.
bool AllEnd(const std::vector<pid_t>& processes);

// Whether a child of this process may take SCHED_FIFO: asked of the kernel, in a child.
bool RealTimePermitted();

}  // namespace earshot

#endif  // EARSHOT_TESTS_LIVE_PROCESSES_H_
