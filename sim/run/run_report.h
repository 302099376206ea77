// sim/run/run_report.h: what the verifier reported, completed with what the simulation knows.
#ifndef EARSHOT_SIM_RUN_RUN_REPORT_H_
#define EARSHOT_SIM_RUN_RUN_REPORT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/domain/lifecycle.h"
#include "sim/scenario/resolve.h"

namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}  // namespace google::protobuf
namespace earshot::v1 {
class LifecycleCount;
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

// By LifecycleState.
using LifecycleCounts = std::array<std::uint64_t, kLifecycleStates>;

// Adds the states that somebody was in: `devices` at the end, and device rounds.
void FillLifecycle(const LifecycleCounts& devices, const LifecycleCounts& rounds,
                   google::protobuf::RepeatedPtrField<v1::LifecycleCount>* counts);

// What the simulation knows of a fleet, without what came of it (as_expected).
v1::ReportTruth TruthOf(const Scenario& scenario, const ScenarioFleet& fleet);

// `report` holds what the server wrote: run, landmarks and devices without truth. Drops reference
// agents, and devices that are retired by the end of the last round; adds orders, models, truth and
// lifecycle, names the run, and completes summary, assumptions and finding. Another device of the
// scenario that the report lacks becomes an incident.
void CompleteRunReport(const ResolvedScenario& resolved, const RunFacts& facts,
                       v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_SIM_RUN_RUN_REPORT_H_
