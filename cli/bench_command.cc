#include <fmt/format.h>

#include <fstream>

#include "bench/geometry.h"
#include "bench/simulation.h"
#include "bench/throughput/throughput.h"
#include "cli/bench_text.h"
#include "cli/commands.h"
#include "cli/scenario_directory.h"
#include "cli/threads.h"
#include "cli/version.h"
#include "earshot/v1/report.pb.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {

std::string MachineText() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  std::string model = "unknown processor";
  int threads = 0;
  while (std::getline(cpuinfo, line)) {
    if (!line.starts_with("model name")) continue;
    ++threads;
    if (const std::size_t colon = line.find(": "); colon != std::string::npos) {
      model = line.substr(colon + 2);
    }
  }
  return fmt::format("{}, {} threads", model, threads);
}

v1::BenchReport BeginBenchReport(const std::string& bench, std::span<const BenchGoal> goals) {
  v1::BenchReport report;
  report.set_bench(bench);
  report.set_commit(std::string(kCommit));
  report.set_machine(MachineText());
  for (const BenchGoal& goal : goals) {
    v1::Goal* to = report.add_goals();
    to->set_name(goal.name);
    to->set_value(goal.value);
    to->set_goal(goal.goal);
    to->set_met(goal.met);
    if (!goal.rounds.has_value()) continue;
    to->mutable_rounds()->set_least(goal.rounds->least);
    to->mutable_rounds()->set_most(goal.rounds->most);
    to->mutable_rounds()->set_met(goal.rounds->met);
    to->mutable_rounds()->set_of(goal.rounds->of);
  }
  return report;
}

std::string GoalsText(const v1::BenchReport& report, const Console& console) {
  std::string text;
  for (const v1::Goal& goal : report.goals()) {
    text += fmt::format("{} {:<60} {:>10.3g}  goal {}\n",
                        goal.met() ? Painted(console, Colour::kGreen, "[met]   ")
                                   : Painted(console, Colour::kVermillion, "[missed]"),
                        goal.name(), goal.value(), goal.goal());
    if (const v1::GoalRounds& rounds = goal.rounds(); goal.has_rounds()) {
      const bool some = rounds.met() > 0 && rounds.met() < rounds.of();
      text += fmt::format("           round by round {:.3g} to {:.3g}: met in {} of {}{}\n",
                          rounds.least(), rounds.most(), rounds.met(), rounds.of(),
                          some ? "; another run may conclude otherwise" : "");
    }
  }
  return text;
}

namespace {


v1::BenchReport ToProto(const ThroughputReport& found) {
  v1::BenchReport report = BeginBenchReport("throughput", found.goals);
  for (const ThroughputRow& row : found.rows) {
    v1::BenchRow* to = report.add_rows();
    to->set_name(row.name);
    to->set_unit(row.unit);
    to->set_ours(row.ours.median);
    to->set_ours_min(row.ours.least);
    to->set_ours_max(row.ours.most);
    to->set_theirs(row.theirs.median);
    to->set_theirs_min(row.theirs.least);
    to->set_theirs_max(row.theirs.most);
    to->set_ratio(row.ratio());
  }
  report.set_load_average_before(found.load_average_before);
  report.set_load_average_after(found.load_average_after);
  report.set_scheduling(found.scheduling);
  report.mutable_notes()->Add(found.notes.begin(), found.notes.end());
  return report;
}

v1::BenchReport ToProto(const GeometryBenchReport& found) {
  v1::BenchReport report = BeginBenchReport("geometry", found.goals);
  for (const GeometryBenchRow& row : found.rows) {
    v1::BenchRow* to = report.add_rows();
    to->set_name(fmt::format("region of {} discs; theirs: S2 coverings", row.discs));
    to->set_n(row.discs);
    to->set_unit("us");
    to->set_ours(Microseconds(row.ours.median));
    to->set_ours_min(Microseconds(row.ours.least));
    to->set_ours_max(Microseconds(row.ours.most));
    to->set_theirs(Microseconds(row.s2.median));
    to->set_theirs_min(Microseconds(row.s2.least));
    to->set_theirs_max(Microseconds(row.s2.most));
    to->set_ratio(row.ratio);
  }
  return report;
}

v1::BenchReport ToProto(const SimulationBenchReport& found) {
  v1::BenchReport report = BeginBenchReport("simulation", found.goals);
  const auto row = [&](const std::string& name, const std::string& unit, double value) {
    v1::BenchRow* to = report.add_rows();
    to->set_name(name);
    to->set_n(static_cast<double>(found.counts.device_rounds));
    to->set_unit(unit);
    to->set_ours(value);
    to->set_ours_min(value);
    to->set_ours_max(value);
  };
  row(fmt::format("paths of {} devices", found.options.devices), "s", ToSeconds(found.opening));
  row(fmt::format("{} rounds of each, {}", found.rounds, Counted(found.options.threads, "thread")),
      "s", ToSeconds(found.running));
  row("both, of processor time", "s", ToSeconds(found.processor));
  row("a device round, of processor time, paths included", "us",
      Microseconds(found.device_round));
  row("a whole appraisal, of processor time", "us", Microseconds(found.appraisal));
  row("whole appraisals in a million device rounds", "",
      1e6 * static_cast<double>(found.counts.appraisals) /
          static_cast<double>(found.counts.device_rounds));
  row("landmarks' rounds played packet by packet, a million", "",
      1e6 * static_cast<double>(found.counts.links.played) /
          static_cast<double>(found.counts.links.links));
  row("of a million landmarks' rounds, in which nothing was heard", "",
      1e6 * static_cast<double>(found.counts.links.unheard) /
          static_cast<double>(found.counts.links.links));
  row("device rounds judged both ways", "", static_cast<double>(found.counts.audited));
  row("share with every packet, a million devices", "",
      1e6 * found.share.devices / found.options.devices);
  row(fmt::format("{} devices with every packet, {} rounds", found.share.devices,
                  found.share.rounds),
      "s", ToSeconds(found.packets));
  row("of them with the verdict of the last round", "", found.share.same_verdict);
  return report;
}

Result<SimulationBenchReport> RunSimulation(const BenchCommand& command) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string path,
                           FindScenario("honest-fleet", ScenarioDirectory()));
  EARSHOT_ASSIGN_OR_RETURN(Scenario scenario, LoadScenario(path));
  SimulationBenchOptions options;
  options.devices = command.devices;
  EARSHOT_ASSIGN_OR_RETURN(options.threads, ThreadsFor(command.threads));
  return RunSimulationBench(std::move(scenario), options);
}

// "24.3 us"; "-" for what was not measured.
std::string Figure(double value, const std::string& unit) {
  if (value == 0) return "-";
  return value >= 10'000 ? fmt::format("{:.0f} {}", value, unit)
                         : fmt::format("{:.4g} {}", value, unit);
}

// The machine, and how it was measured where the bench says so.
std::string AboveRows(const v1::BenchReport& report) {
  std::string text = report.machine();
  if (!report.scheduling().empty()) {
    text += fmt::format("\nscheduling {}; load average {:.1f} before, {:.1f} after",
                        report.scheduling(), report.load_average_before(),
                        report.load_average_after());
  }
  for (const std::string& note : report.notes()) text += "\n" + Wrapped(note, 98, 0);
  return text;
}

std::string BenchText(const v1::BenchReport& report, const Console& console) {
  std::string text = fmt::format("{}\ncommit {}\n\n{:<54} {:>13} {:>13} {:>8}\n",
                                 AboveRows(report), report.commit(), "median", "ours", "theirs",
                                 "ratio");
  for (const v1::BenchRow& row : report.rows()) {
    text += fmt::format("{:<54} {:>13} {:>13} {:>8}\n", row.name(), Figure(row.ours(), row.unit()),
                        Figure(row.theirs(), row.unit()), Figure(row.ratio(), "x"));
    if (row.ours_min() == row.ours_max()) continue;
    text += fmt::format("{:<54} {:>13} {:>13}\n", "  least", Figure(row.ours_min(), row.unit()),
                        Figure(row.theirs_min(), row.unit()));
    text += fmt::format("{:<54} {:>13} {:>13}\n", "  most", Figure(row.ours_max(), row.unit()),
                        Figure(row.theirs_max(), row.unit()));
  }
  return text + "\n" + GoalsText(report, console);
}

}  // namespace

ExitCode Bench(const BenchCommand& command, const Console& console) {
  if (command.bench == "latency") return BenchLatency(command, console);
  const auto run = [&]() -> Result<v1::BenchReport> {
    if (command.bench == "throughput") {
      ThroughputOptions options;
      options.rounds = static_cast<int>(command.rounds);
      if (!command.peers.empty()) options.peers = command.peers;
      EARSHOT_ASSIGN_OR_RETURN(const ThroughputReport found, RunThroughputBench(options));
      return ToProto(found);
    }
    if (command.bench == "simulation") {
      EARSHOT_ASSIGN_OR_RETURN(const SimulationBenchReport found, RunSimulation(command));
      return ToProto(found);
    }
    EARSHOT_ASSIGN_OR_RETURN(const GeometryBenchReport found, RunGeometryBench({}));
    return ToProto(found);
  };
  const Result<v1::BenchReport> report = run();
  if (!report) return Complain(console, report.error());
  return Show(console, command.json, *report, [&] { return BenchText(*report, console); });
}

}  // namespace earshot
