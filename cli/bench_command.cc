#include <fmt/format.h>

#include <fstream>

#include "bench/geometry.h"
#include "cli/commands.h"
#include "cli/version.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

double Microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-3; }

// "AMD EPYC 7763, 2 threads"; figures mean nothing without it.
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

v1::BenchReport ToProto(const GeometryBenchReport& found) {
  v1::BenchReport report;
  report.set_bench("geometry");
  report.set_commit(std::string(kCommit));
  report.set_machine(MachineText());
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
  for (const BenchGoal& goal : found.goals) {
    v1::Goal* to = report.add_goals();
    to->set_name(goal.name);
    to->set_value(goal.value);
    to->set_goal(goal.goal);
    to->set_met(goal.met);
  }
  return report;
}

std::string BenchText(const v1::BenchReport& report, const Console& console) {
  std::string text = fmt::format("{}\ncommit {}\n\n{:<44} {:>10} {:>10} {:>8}\n", report.machine(),
                                 report.commit(), "median", "ours", "theirs", "ratio");
  for (const v1::BenchRow& row : report.rows()) {
    text += fmt::format("{:<44} {:>7.1f} {} {:>7.1f} {} {:>7.1f}x\n", row.name(), row.ours(),
                        row.unit(), row.theirs(), row.unit(), row.ratio());
  }
  text += "\n";
  for (const v1::Goal& goal : report.goals()) {
    text += fmt::format("{} {:<52} {:>10.3g}  goal {}\n",
                        goal.met() ? Painted(console, Colour::kGreen, "[met]   ")
                                   : Painted(console, Colour::kVermillion, "[missed]"),
                        goal.name(), goal.value(), goal.goal());
  }
  return text;
}

}  // namespace

ExitCode Bench(const BenchCommand& command, const Console& console) {
  const auto found = RunGeometryBench({});
  if (!found) return Complain(console, found.error());
  const v1::BenchReport report = ToProto(*found);
  if (!command.json) {
    console.out << BenchText(report, console);
    return ExitCode::kRan;
  }
  const auto json = ToJson(report);
  if (!json) return Complain(console, json.error());
  console.out << *json;
  return ExitCode::kRan;
}

}  // namespace earshot
