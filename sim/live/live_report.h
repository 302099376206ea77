// sim/live/live_report.h: the server's report, completed with what the simulation knows.
#ifndef EARSHOT_SIM_LIVE_LIVE_REPORT_H_
#define EARSHOT_SIM_LIVE_LIVE_REPORT_H_

#include <optional>
#include <span>
#include <string>

#include "core/base/time.h"
#include "sim/live/truth_join.h"
#include "sim/scenario/resolve.h"

namespace earshot::v1 {
class RunReport;
}

namespace earshot {

struct LiveFacts {
  std::string commit;
  TruthJoin join;
  std::optional<Duration> first_verdict;  // since the start of the run
  std::span<const std::string> incidents;
};

// `report` holds what the server wrote: run, landmarks and devices without truth. Drops reference
// agents, adds orders, models and truth, names the run, and completes summary, assumptions, finding
// and network. A device of the scenario that the report lacks becomes an incident.
void CompleteLiveReport(const ResolvedScenario& resolved, const LiveFacts& facts,
                        v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_LIVE_REPORT_H_
