// sim/run/run_report.h: what the verifier reported, completed with what the simulation knows.
#ifndef EARSHOT_SIM_RUN_RUN_REPORT_H_
#define EARSHOT_SIM_RUN_RUN_REPORT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "sim/scenario/resolve.h"

namespace earshot::v1 {
class ReportTruth;
class RunReport;
}  // namespace earshot::v1

namespace earshot {

struct RunFacts {
  std::string_view mode;  // "live" or "virtual"
  std::string commit;
  std::optional<Duration> first_verdict;  // since the start of the run
  std::span<const std::string> incidents;
};

// What the simulation knows of a fleet, without what came of it (as_expected).
v1::ReportTruth TruthOf(const Scenario& scenario, const ScenarioFleet& fleet);

// `report` holds what the server wrote: run, landmarks and devices without truth. Drops reference
// agents, adds orders, models and truth, names the run, and completes summary, assumptions and
// finding. A device of the scenario that the report lacks becomes an incident.
void CompleteRunReport(const ResolvedScenario& resolved, const RunFacts& facts,
                       v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_SIM_RUN_RUN_REPORT_H_
