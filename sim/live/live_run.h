// sim/live/live_run.h: a live run: real processes, real sockets, one supervisor.
//
//   keys and records -> server -> relay -> signed landmark list -> agents
//   -> rounds -> server ends -> agents end -> relay ends -> truth joined -> report
//
// Nothing is waited for blindly: a step is over when its file has appeared, its process has ended,
// or its time is up.
#ifndef EARSHOT_SIM_LIVE_LIVE_RUN_H_
#define EARSHOT_SIM_LIVE_LIVE_RUN_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/live/run_files.h"
#include "sim/scenario/resolve.h"

namespace earshot::v1 {
class RunReport;
}

namespace earshot {

struct LiveOptions {
  // Made if missing. A folder that holds something else than an earlier run is refused.
  std::string out;

  // Programs; the path of a configuration is appended to each.
  std::vector<std::string> server_command;     // "/usr/bin/earshot", "serve", "--config"
  std::vector<std::string> relay_command;
  std::vector<std::string> agent_command;
  std::vector<std::string> adversary_command;

  // Called from the run's thread; either may be empty.
  std::function<void(std::string_view line)> on_progress;
  std::function<void(const std::string& device, const std::string& headline)> on_verdict;

  RunFilesOptions files;
  std::string commit;  // of this program, for the report

  Duration start_patience = std::chrono::seconds(20);  // for each process to become ready
  Duration stop_patience = std::chrono::seconds(10);   // for each process to end when told
};

// The commands of one program that offers serve, relay, agent and adversary.
LiveOptions LiveOptionsFor(const std::string& program, std::string out);

// Runs `resolved` and fills `report`. Writes OUT/report.json, events.jsonl, resolved.textproto,
// truth.jsonl and bundles/; keys, configurations and logs go to OUT/work (mode 0700).
//
// An agent or the relay that dies is an incident: it is reported, and the run goes on, with verdicts
// that show what was not heard. A server that does not start or dies ends the run with an error that
// names the cause. kUnavailable also after SIGTERM or SIGINT, which end everything in order.
//
// The children die with the thread that calls this, however it dies.
Status RunLive(const ResolvedScenario& resolved, const LiveOptions& options,
               v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_LIVE_RUN_H_
