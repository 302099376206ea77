#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/fleet_text.h"
#include "cli/run_text.h"
#include "cli/scenario_directory.h"
#include "cli/threads.h"
#include "cli/version.h"
#include "core/base/quantity_text.h"
#include "core/dataset/measurements.h"
#include "core/locate/path_model.h"
#include "core/os/files.h"
#include "core/report/names.h"
#include "earshot/v1/report.pb.h"
#include "sim/fleet/round_run.h"
#include "sim/live/live_run.h"
#include "sim/net/virtual_run.h"
#include "sim/replay/measured_paths.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

// Asked for; without permission the ordinary class stays, and the processes say so. The relay comes
// first: what it is late by looks like distance.
constexpr unsigned kRelayPriority = 50;
constexpr unsigned kAgentPriority = 40;

struct Asked {
  Scenario scenario;
  std::optional<ResolvedScenario> resolved;  // an earlier run, with the paths that it drew
};

Result<Asked> Load(const RunCommand& command) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string path,
                           FindScenario(command.scenario, ScenarioDirectory()));
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  Asked asked;
  if (!LooksResolved(text)) {
    EARSHOT_ASSIGN_OR_RETURN(asked.scenario, ParseScenario(text, path));
    return asked;
  }
  EARSHOT_ASSIGN_OR_RETURN(asked.resolved, ParseResolved(text, path));
  if (command.seed.has_value() || command.duration.has_value() || command.devices.has_value() ||
      !command.rtts.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                path + ": an earlier run, whose paths are drawn already; give the scenario itself "
                       "to change --seed, --duration, --devices or --rtt");
  }
  asked.scenario = asked.resolved->scenario;
  return asked;
}

ResolveOptions OptionsOf(const RunCommand& command) {
  return {command.seed, command.duration, command.devices};
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
  std::uint32_t told = 0;
  for (const v1::VerdictCount& count : report.summary().verdicts()) {
    if (count.verdict() != VerdictName(Verdict::kIndeterminate)) told += count.count();
  }
  return told == 0 ? ExitCode::kInconclusive : ExitCode::kRan;
}

Status RunInVirtualTime(const RunCommand& command, const ResolvedScenario& resolved,
                        const Console& console, v1::RunReport* report) {
  VirtualRunOptions options;
  options.out = OutFor(command, resolved.scenario);
  EARSHOT_ASSIGN_OR_RETURN(options.threads, ThreadsFor(command.threads));
  options.commit = kCommit;
  const Duration whole = resolved.scenario.duration;
  options.on_round = [&console, whole](Duration passed) {
    console.err << fmt::format("{} of {} have passed", DurationText(passed), DurationText(whole))
                << std::endl;
  };
  return RunVirtual(resolved, options, report);
}

Status Replay(const RunCommand& command, const Console& console, ResolvedScenario* resolved) {
  EARSHOT_ASSIGN_OR_RETURN(const Measurements measured,
                           ReadMeasurements(command.nodes, command.rtts));
  EARSHOT_ASSIGN_OR_RETURN(
      const Replayed replayed,
      ReplayMeasured(measured, fmt::format("{}", fmt::join(command.rtts, ", ")), resolved));
  console.err << fmt::format("{} of {} paths have measured delays, {} of them raised to light's; the "
                             "others are the model's",
                             replayed.measured, replayed.paths, replayed.at_light)
              << std::endl;
  return {};
}

Status RunPackets(const RunCommand& command, const Asked& asked, const Console& console,
                  v1::RunReport* report) {
  ResolvedScenario resolved;
  if (asked.resolved.has_value()) {
    resolved = *asked.resolved;
  } else {
    EARSHOT_ASSIGN_OR_RETURN(
        resolved, ResolveScenario(asked.scenario, PathModel::Measured2020(), OptionsOf(command)));
    if (!command.rtts.empty()) EARSHOT_RETURN_IF_ERROR(Replay(command, console, &resolved));
  }
  return command.live ? RunLive(resolved, OptionsFor(command, resolved.scenario, console), report)
                      : RunInVirtualTime(command, resolved, console, report);
}

Status RunFleets(const RunCommand& command, Scenario scenario, const Console& console,
                 v1::RunReport* report) {
  if (!command.rtts.empty()) {
    return Fail(ErrorCode::kUnsupported,
                "--rtt replays measured paths, which runs of rounds do not offer: they draw a path for "
                "every device; run every packet");
  }
  EARSHOT_RETURN_IF_ERROR(AdjustScenario(OptionsOf(command), &scenario));
  RoundRunOptions options;
  options.out = OutFor(command, scenario);
  EARSHOT_ASSIGN_OR_RETURN(options.threads, ThreadsFor(command.threads));
  options.every = command.every;
  options.packet_devices = command.packet_devices.value_or(kPacketShareDevices);
  options.commit = kCommit;
  int tenths = 0;
  options.on_share = [&console, &tenths](double share) {
    if (share * 10 < tenths + 1) return;
    tenths = static_cast<int>(share * 10);
    console.err << fmt::format("{} % of the rounds have passed", tenths * 10) << std::endl;
  };
  return RunRounds(scenario, options, report);
}

}  // namespace

ExitCode Run(const RunCommand& command, const Console& console) {
  const auto asked = Load(command);
  if (!asked) return Complain(console, asked.error());
  v1::RunReport report;
  const Status ran = command.by_rounds ? RunFleets(command, asked->scenario, console, &report)
                                       : RunPackets(command, *asked, console, &report);
  if (!ran) return Complain(console, ran.error());
  const ExitCode shown = Show(console, command.json, report, [&] {
    return (command.by_rounds ? FleetRunText(report, console) : RunText(report, console)) +
           fmt::format("\n{}: {}\n",
                       command.by_rounds ? "Report"
                       : command.live    ? "Report, events, evidence and true delays"
                                         : "Report, events and evidence",
                       OutFor(command, asked->scenario));
  });
  if (shown != ExitCode::kRan) return shown;
  if (command.by_rounds && report.run().incidents_size() > 0) return ExitCode::kFailed;
  return CodeFor(command, report);
}

}  // namespace earshot
