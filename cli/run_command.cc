#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <thread>

#include "cli/commands.h"
#include "cli/run_text.h"
#include "cli/scenario_directory.h"
#include "cli/version.h"
#include "core/base/quantity_text.h"
#include "core/locate/path_model.h"
#include "core/report/json.h"
#include "core/report/names.h"
#include "earshot/v1/report.pb.h"
#include "sim/live/live_run.h"
#include "sim/net/virtual_run.h"
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

std::string OutFor(const RunCommand& command, const Scenario& scenario) {
  return command.out.empty() ? "out/" + scenario.name : command.out;
}

LiveOptions OptionsFor(const RunCommand& command, const Scenario& scenario, const Console& console) {
  LiveOptions options = LiveOptionsFor(ProgramDirectory() + "/earshot", OutFor(command, scenario));
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

// As asked, as EARSHOT_THREADS says, or as many as the machine has.
Result<unsigned> ThreadsFor(const RunCommand& command) {
  if (command.threads.has_value()) return *command.threads;
  const char* const given = std::getenv("EARSHOT_THREADS");
  if (given == nullptr || *given == '\0') {
    return std::clamp(std::thread::hardware_concurrency(), 1U, kVirtualThreadsMax);
  }
  unsigned threads = 0;
  const std::string_view text = given;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error != std::errc() || end != text.data() + text.size() || threads < 1 ||
      threads > kVirtualThreadsMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("EARSHOT_THREADS is \"{}\"; write 1 to {}", text, kVirtualThreadsMax));
  }
  return threads;
}

Status RunInVirtualTime(const RunCommand& command, const ResolvedScenario& resolved,
                        const Console& console, v1::RunReport* report) {
  VirtualRunOptions options;
  options.out = OutFor(command, resolved.scenario);
  EARSHOT_ASSIGN_OR_RETURN(options.threads, ThreadsFor(command));
  options.commit = kCommit;
  const Duration whole = resolved.scenario.duration;
  options.on_round = [&console, whole](Duration passed) {
    console.err << fmt::format("{} of {} have passed", DurationText(passed), DurationText(whole))
                << std::endl;
  };
  return RunVirtual(resolved, options, report);
}

}  // namespace

ExitCode Run(const RunCommand& command, const Console& console) {
  const auto resolved = Resolve(command);
  if (!resolved) return Complain(console, resolved.error());
  v1::RunReport report;
  const Status ran = command.live ? RunLive(*resolved, OptionsFor(command, resolved->scenario, console),
                                            &report)
                                  : RunInVirtualTime(command, *resolved, console, &report);
  if (!ran) return Complain(console, ran.error());
  if (command.json) {
    const auto json = ToJson(report);
    if (!json) return Complain(console, json.error());
    console.out << *json;
  } else {
    console.out << RunText(report, console)
                << fmt::format("\n{}: {}\n",
                               command.live ? "Report, events, evidence and true delays"
                                            : "Report, events and evidence",
                               OutFor(command, resolved->scenario));
  }
  return CodeFor(command, report);
}

}  // namespace earshot
