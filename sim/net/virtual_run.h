// sim/net/virtual_run.h: a scenario in virtual time, with the files of a live run.
#ifndef EARSHOT_SIM_NET_VIRTUAL_RUN_H_
#define EARSHOT_SIM_NET_VIRTUAL_RUN_H_

#include <functional>
#include <string>

#include "core/base/result.h"
#include "sim/scenario/resolve.h"

namespace earshot::v1 {
class RunReport;
}

namespace earshot {

// Threads of one run; more are refused.
inline constexpr unsigned kVirtualThreadsMax = 256;

struct VirtualRunOptions {
  std::string out;       // as LiveOptions::out
  unsigned threads = 1;  // any number writes the same files
  std::string commit;    // of this program, for the report
  // Called once a round with the time that has passed in the run; may be empty.
  std::function<void(Duration passed)> on_round;
};

// Runs `resolved`, every packet of it, and fills `report`. Writes OUT/report.json, events.jsonl,
// resolved.textproto and bundles/, all a function of `resolved` and the program. Errors as
// VirtualWorld::Create and PrepareOutFolder; kUnavailable when a file cannot be written.
Status RunVirtual(const ResolvedScenario& resolved, const VirtualRunOptions& options,
                  v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_SIM_NET_VIRTUAL_RUN_H_
