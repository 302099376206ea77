#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/run_text.h"
#include "cli/scenario_directory.h"
#include "cli/version.h"
#include "core/locate/path_model.h"
#include "core/report/json.h"
#include "core/report/names.h"
#include "earshot/v1/report.pb.h"
#include "sim/live/live_run.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

// Asked for; without permission the ordinary class stays, and the processes say so. The relay comes
// first: what it is late by looks like distance.
constexpr unsigned kRelayPriority = 50;
constexpr unsigned kAgentPriority = 40;

Result<ResolvedScenario> Resolve(const RunCommand& command) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string path,
                           FindScenario(command.scenario, ScenarioDirectory()));
  EARSHOT_ASSIGN_OR_RETURN(const Scenario scenario, LoadScenario(path));
  return ResolveScenario(scenario, PathModel::Measured2020(),
                         {command.seed, command.duration, command.devices});
}

LiveOptions OptionsFor(const RunCommand& command, const Scenario& scenario, const Console& console) {
  const std::string out = command.out.empty() ? "out/" + scenario.name : command.out;
  LiveOptions options = LiveOptionsFor(ProgramDirectory() + "/earshot", out);
  options.commit = kCommit;
  options.files.relay_priority = kRelayPriority;
  options.files.agent_priority = kAgentPriority;
  options.on_progress = [&console](std::string_view line) { console.err << line << std::endl; };
  options.on_verdict = [&console](const std::string& device, const std::string& headline) {
    console.err << fmt::format("  {}  {}", device, headline) << std::endl;
  };
  return options;
}

ExitCode CodeFor(const RunCommand& command, const v1::RunReport& report) {
  if (!command.fail_on_flagged) return ExitCode::kRan;
  if (report.summary().flagged() > 0) return ExitCode::kFlagged;
  const bool told_nothing = std::ranges::all_of(report.devices(), [](const v1::ReportDevice& d) {
    return d.verdict() == VerdictName(Verdict::kIndeterminate);
  });
  return told_nothing ? ExitCode::kInconclusive : ExitCode::kRan;
}

}  // namespace

ExitCode Run(const RunCommand& command, const Console& console) {
  if (!command.live) {
    return Complain(console, Error(ErrorCode::kUnsupported,
                                   "runs in virtual time are not there yet; add --live for a run on "
                                   "real sockets of this machine"));
  }
  const auto resolved = Resolve(command);
  if (!resolved) return Complain(console, resolved.error());
  const LiveOptions options = OptionsFor(command, resolved->scenario, console);
  v1::RunReport report;
  if (const Status ran = RunLive(*resolved, options, &report); !ran) {
    return Complain(console, ran.error());
  }
  if (command.json) {
    const auto json = ToJson(report);
    if (!json) return Complain(console, json.error());
    console.out << *json;
  } else {
    console.out << RunText(report, console)
                << fmt::format("\nReport, events, evidence and true delays: {}\n", options.out);
  }
  return CodeFor(command, report);
}

}  // namespace earshot
