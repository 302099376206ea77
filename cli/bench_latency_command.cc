#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "bench/latency/latency.h"
#include "bench/latency/plot.h"
#include "cli/bench_text.h"
#include "cli/scenario_directory.h"
#include "core/os/files.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {


// Where the peers are: as asked, else build/peers here or above the program's own build folder.
std::string PeersFolder(const BenchCommand& command) {
  if (!command.peers.empty()) return command.peers;
  for (const std::string& candidate : {std::string("build/peers"), ProgramDirectory() + "/../peers"}) {
    std::error_code error;
    if (std::filesystem::is_directory(candidate, error)) {
      return std::filesystem::absolute(candidate, error).lexically_normal().string();
    }
  }
  return "build/peers";
}

void AddRow(v1::LatencyBench& report, const LatencyRow& row) {
  const LatencyFigures figures = FiguresOf(row);
  v1::LatencyBenchRow* to = report.add_rows();
  to->set_tool(row.key.tool);
  to->set_form(row.key.form);
  to->set_stamps(row.key.stamps);
  to->set_agent_core_loaded(row.key.loaded);
  to->set_scheduling_asked(row.key.real_time ? "real-time" : "ordinary");
  to->set_scheduling(row.scheduling);
  to->set_server_scheduling(row.server_scheduling);
  to->set_median_us(Microseconds(figures.median));
  to->set_median_min_us(Microseconds(figures.median_min));
  to->set_median_max_us(Microseconds(figures.median_max));
  to->set_p99_us(Microseconds(figures.p99));
  to->set_least_us(Microseconds(figures.least));
  to->set_median_km(KilometresOf(figures.median));
  to->set_errors(figures.errors);
  to->set_sent(row.sent);
  to->set_answered(row.answered);
  to->set_matched(row.matched);
  to->set_left_out(row.left_out);
  to->set_resolution_us(Microseconds(row.resolution));
  if (row.beyond_wire.empty()) return;
  to->set_beyond_wire_median_us(Microseconds(QuantileOf(row.beyond_wire, 0.5)));
  to->set_beyond_wire_least_us(Microseconds(QuantileOf(row.beyond_wire, 0)));
}

void AddLimits(v1::LatencyBench& report, const CoreLimitsRow& row) {
  std::vector<Duration> medians;
  std::vector<Duration> p99s;
  std::vector<Duration> longest;
  std::vector<double> gaps;
  for (const CoreLimits& round : row.rounds) {
    medians.push_back(round.wake_median);
    p99s.push_back(round.wake_p99);
    longest.push_back(round.gap_longest);
    gaps.push_back(round.gaps_per_second);
  }
  if (gaps.empty()) return;
  std::ranges::sort(gaps);
  v1::LatencyCoreLimits* to = report.add_core_limits();
  to->set_agent_core_loaded(row.loaded);
  to->set_scheduling_asked(row.real_time ? "real-time" : "ordinary");
  to->set_scheduling(row.rounds.back().scheduling);
  to->set_wake_median_us(Microseconds(QuantileOf(medians, 0.5)));
  to->set_wake_p99_us(Microseconds(QuantileOf(p99s, 0.5)));
  to->set_gaps_per_second(gaps[(gaps.size() - 1) / 2]);
  to->set_gap_longest_us(Microseconds(QuantileOf(longest, 1)));
}

v1::BenchReport ToProto(const LatencyBenchReport& found) {
  v1::BenchReport report = BeginBenchReport("latency", found.goals);
  v1::LatencyBench& latency = *report.mutable_latency();
  latency.set_network(found.network);
  latency.set_through_relay(found.through_relay);
  latency.set_relay_scheduling(found.relay);
  latency.set_relay_error_median_us(Microseconds(found.relay_error_median));
  latency.set_relay_error_p99_us(Microseconds(found.relay_error_p99));
  latency.set_relay_frames(static_cast<std::uint32_t>(found.frames));
  latency.set_real_time(found.real_time);
  latency.set_cores(found.cores);
  latency.set_load_average_before(found.load_average_before);
  latency.set_load_average_after(found.load_average_after);
  latency.set_rounds(found.rounds);
  latency.mutable_versions()->Add(found.versions.begin(), found.versions.end());
  latency.mutable_skipped()->Add(found.skipped.begin(), found.skipped.end());
  for (const LatencyRow& row : found.rows) AddRow(latency, row);
  for (const CoreLimitsRow& row : found.core_limits) AddLimits(latency, row);
  for (const EstimatorFigures& figures : found.estimators) {
    v1::LatencyEstimatorRow* to = latency.add_estimators();
    to->set_name(figures.name);
    to->set_model(figures.model);
    to->set_samples(figures.n);
    to->set_blocks(figures.blocks);
    to->set_error_median_us(Microseconds(figures.error_median));
    if (figures.stated_median.has_value()) {
      to->set_stated_median_us(Microseconds(*figures.stated_median));
    }
    to->set_held(figures.held);
  }
  return report;
}

// "SCHED_FIFO 40"; "SCHED_FIFO 40, server SCHED_OTHER" where who answers has another.
std::string ClassesText(const v1::LatencyBenchRow& row) {
  if (row.server_scheduling().empty() || row.server_scheduling() == row.scheduling()) {
    return row.scheduling();
  }
  return row.scheduling() + ", server " + row.server_scheduling();
}

std::string ConditionText(const v1::LatencyBench& latency, bool loaded, const char* asked,
                          const Console& console) {
  std::string text;
  for (const v1::LatencyBenchRow& row : latency.rows()) {
    if (row.agent_core_loaded() != loaded || row.scheduling_asked() != asked) continue;
    text += fmt::format("{:<9} {:<10} {:<8} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>9.1f} {:>8.1f}  {}\n",
                        row.tool(), row.form(), row.stamps(), row.median_us(), row.median_min_us(),
                        row.median_max_us(), row.p99_us(), row.least_us(), row.median_km(),
                        ClassesText(row));
  }
  if (text.empty()) return text;
  return Painted(console, Colour::kBold,
                 fmt::format("{}, {} class asked for\n", loaded ? "Agent's core loaded" : "Idle",
                             asked)) +
         fmt::format("{:<9} {:<10} {:<8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}  {}\n", "tool", "form",
                     "stamps", "median us", "min", "max", "p99", "least", "km", "granted") +
         text + "\n";
}

// What the table does not show of a row; empty when nothing is missing.
std::string Shortfall(const v1::LatencyBenchRow& row, bool through_relay) {
  std::string text;
  if (row.answered() < row.sent()) {
    text += fmt::format(", {} of {} answered", row.answered(), row.sent());
  }
  if (row.left_out() > 0) text += fmt::format(", {} trains left out: no truth", row.left_out());
  if (through_relay && row.matched() < row.errors()) {
    text += fmt::format(", {} of {} held against the path's nominal length",
                        row.errors() - row.matched(), row.errors());
  }
  if (row.resolution_us() >= 1) text += fmt::format(", prints to {:g} us at the coarsest", row.resolution_us());
  return text;
}

std::string ShortfallsText(const v1::LatencyBench& latency) {
  std::string text;
  for (const v1::LatencyBenchRow& row : latency.rows()) {
    const std::string why = Shortfall(row, latency.through_relay());
    if (why.empty()) continue;
    text += fmt::format("{} {}, {} stamps, {}, {}{}\n", row.tool(), row.form(), row.stamps(),
                        row.agent_core_loaded() ? "loaded" : "idle", row.scheduling_asked(), why);
  }
  return text.empty() ? text : "To be held against these rows\n" + text + "\n";
}

std::string LimitsText(const v1::LatencyBench& latency) {
  if (latency.core_limits().empty()) return {};
  std::string text =
      "What the agent's core allows, whoever measures there: how late a sleeper wakes, and how often\n"
      "a process that never sleeps is kept from running for more than 10 us\n" +
      fmt::format("{:<10} {:<10} {:>9} {:>9} {:>10} {:>12}  {}\n", "core", "asked for", "median us",
                  "p99", "gaps a s", "longest us", "granted");
  for (const v1::LatencyCoreLimits& row : latency.core_limits()) {
    text += fmt::format("{:<10} {:<10} {:>9.1f} {:>9.1f} {:>10.1f} {:>12.1f}  {}\n",
                        row.agent_core_loaded() ? "loaded" : "idle", row.scheduling_asked(),
                        row.wake_median_us(), row.wake_p99_us(), row.gaps_per_second(),
                        row.gap_longest_us(), row.scheduling());
  }
  return text + "\n";
}

std::string EstimatorsText(const v1::LatencyBench& latency) {
  if (latency.estimators().empty()) return {};
  std::string text = "Estimators of the floor, over our single pings, idle\n" +
                     fmt::format("{:<16} {:>8} {:>7} {:>12} {:>14} {:>6}\n", "estimator", "samples",
                                 "blocks", "above it us", "stated at most", "held");
  for (const v1::LatencyEstimatorRow& row : latency.estimators()) {
    text += fmt::format("{:<16} {:>8} {:>7} {:>12.1f} {:>14} {:>6}\n", row.name(), row.samples(),
                        row.blocks(), row.error_median_us(),
                        row.has_stated_median_us() ? fmt::format("{:.1f}", row.stated_median_us())
                                                   : "-",
                        row.has_stated_median_us() ? fmt::format("{:.0f} %", row.held() * 100)
                                                   : "-");
  }
  return text + "\n";
}

std::string LatencyText(const v1::BenchReport& report, const Console& console) {
  const v1::LatencyBench& latency = report.latency();
  std::string text = fmt::format(
      "{}\ncommit {}\n{}\n{}; real-time class: {}; load average {:.1f} before, {:.1f} after\n",
      report.machine(), report.commit(), latency.network(), latency.cores(), latency.real_time(),
      latency.load_average_before(), latency.load_average_after());
  text += fmt::format("{} rounds; the order of the tools is turned round in every second one (ABBA)\n",
                      latency.rounds());
  if (latency.rounds() < kLatencyRoundsMin) {
    text += Painted(console, Colour::kVermillion,
                    fmt::format("fewer than {} rounds: no result\n", kLatencyRoundsMin));
  }
  if (latency.through_relay()) {
    text += fmt::format("relay: {}, {} frames, late by {:.2f} us at the median, {:.1f} us at 99 %\n",
                        latency.relay_scheduling(), latency.relay_frames(),
                        latency.relay_error_median_us(), latency.relay_error_p99_us());
  }
  for (const std::string& version : latency.versions()) text += version + "\n";
  for (const std::string& why : latency.skipped()) {
    text += Painted(console, Colour::kVermillion, "skipped: ") + why + "\n";
  }
  text += "\nError: what was reported beyond the true length of the path; it widens a bound by km.\n"
          "Median of the rounds' medians with the least and greatest of them; p99 and least of all.\n\n";
  for (const bool loaded : {false, true}) {
    for (const char* asked : {"real-time", "ordinary"}) {
      text += ConditionText(latency, loaded, asked, console);
    }
  }
  return text + ShortfallsText(latency) + LimitsText(latency) + EstimatorsText(latency) + GoalsText(report, console);
}

// One line an error, for people with tools of their own.
std::string SamplesText(const LatencyBenchReport& found) {
  std::string text = "tool,form,stamps,agent_core_loaded,real_time_asked,round,error_us\n";
  for (const LatencyRow& row : found.rows) {
    for (std::size_t round = 0; round < row.rounds.size(); ++round) {
      for (const Duration error : row.rounds[round]) {
        text += fmt::format("{},{},{},{},{},{},{:.3f}\n", row.key.tool, row.key.form, row.key.stamps,
                            row.key.loaded, row.key.real_time, round + 1, Microseconds(error));
      }
    }
  }
  return text;
}

Status WriteFiles(const BenchCommand& command, const LatencyBenchReport& found,
                  const std::string& json) {
  const std::string below[] = {
      fmt::format("{}; {} rounds", found.network, found.rounds),
      fmt::format("{}; load average {:.1f} before, {:.1f} after; relay {}", MachineText(),
                  found.load_average_before, found.load_average_after,
                  found.through_relay ? found.relay : "none")};
  const std::string plot =
      LatencyPlot(found.rows, "What round-trip times report beyond the path's true length", below);
  if (!command.plot.empty()) {
    EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(command.plot, plot, Durability::kAtomicOnly));
  }
  if (command.out.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(command.out, error);
  EARSHOT_RETURN_IF_ERROR(
      WriteFileAtomically(command.out + "/report.json", json, Durability::kAtomicOnly));
  EARSHOT_RETURN_IF_ERROR(
      WriteFileAtomically(command.out + "/samples.csv", SamplesText(found), Durability::kAtomicOnly));
  return WriteFileAtomically(command.out + "/plot.svg", plot, Durability::kAtomicOnly);
}

}  // namespace

ExitCode BenchLatency(const BenchCommand& command, const Console& console) {
  LatencyBenchOptions options;
  options.rounds = command.rounds;
  options.peers = PeersFolder(command);
  options.progress = [&console](const std::string& next) {
    console.err << "earshot: " << next << "\n" << std::flush;
  };
  const auto found = RunLatencyBench(options);
  if (!found) return Complain(console, found.error());
  const v1::BenchReport report = ToProto(*found);
  const auto json = ToJson(report);
  if (!json) return Complain(console, json.error());
  if (const Status written = WriteFiles(command, *found, *json); !written) {
    return Complain(console, written.error());
  }
  console.out << (command.json ? *json : LatencyText(report, console));
  return ExitCode::kRan;
}

}  // namespace earshot
