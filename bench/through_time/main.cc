// The figures of docs/ACCURACY.md, "Through time".
//   earshot-through-time                     in simulated worlds; some minutes
//   earshot-through-time SERIES.csv          on measured bursts over time
//   earshot-through-time NODES.csv RTT.csv   on measured RTTs between places
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "bench/through_time/fleet_study.h"
#include "bench/through_time/kind_study.h"
#include "bench/through_time/measured.h"
#include "bench/through_time/studies.h"

namespace earshot {
namespace {

constexpr std::uint64_t kSeed = 1;

void PrintKinds(std::string_view cause, const KindCounts& counts) {
  fmt::print("  {:<28}", cause);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    fmt::print(" {} {}", ChangeKindName(static_cast<ChangeKind>(i)), counts[i]);
  }
  fmt::print("\n");
}

ChangeStudyOptions Hourly(std::uint32_t rounds_per_block, double correlation, std::uint32_t days) {
  ChangeStudyOptions options;
  options.seed = kSeed;
  options.devices = 1'000;
  options.rounds = days * 24;
  options.policy.rounds_per_block = rounds_per_block;
  options.policy.asked_min = std::max(rounds_per_block / 2, 1U);
  options.rates.ever_alarm = 0.05;
  options.rates.horizon_blocks = options.rounds / rounds_per_block;
  options.enrolment_blocks =
      EnrolmentBlocksFor(options.policy.exceedance_bound,
                         0.5 * options.rates.ever_alarm / static_cast<double>(options.world.paths));
  options.world.correlation = correlation;
  return options;
}

void PrintChange(const ChangeStudyOptions& options) {
  const ChangeStudy study = RunChangeStudy(options);
  const double days =
      study.ever_alarmed.hits == 0
          ? 0
          : static_cast<double>(study.blocks_to_alarm * options.policy.rounds_per_block) /
                (24.0 * static_cast<double>(study.ever_alarmed.hits));
  fmt::print("  blocks of {:>2} rounds, correlation {:.2f}, {:>3} rounds, slower by {:>4.1f} ms: ever "
             "alarmed {}; refused at enrolment {}; exceeds {:.3f}, after an exceedance {:.3f}; "
             "{:.1f} days to the alarm\n",
             options.policy.rounds_per_block, options.world.correlation, options.rounds,
             static_cast<double>(options.slower.count()) * 1e-6, CountedText(study.ever_alarmed),
             study.enrolment_refused.hits,
             static_cast<double>(study.exceedances) / static_cast<double>(study.path_blocks),
             static_cast<double>(study.exceedances_after_one) /
                 static_cast<double>(std::max<std::uint64_t>(study.path_blocks_after_one, 1)),
             days);
}

void PrintSimulatedChange() {
  fmt::print("Change test, four paths, asked rate 5 % from enrolment on\n");
  for (const std::uint32_t rounds_per_block : {1U, 4U, 8U, 24U}) {
    for (const double correlation : {0.0, 0.9, 0.97}) {
      PrintChange(Hourly(rounds_per_block, correlation, 10));
    }
  }
  for (const double correlation : {0.9, 0.97, 0.99}) PrintChange(Hourly(24, correlation, 60));
  for (const int slower_ms : {1, 2, 3, 5, 10, 20}) {
    ChangeStudyOptions options = Hourly(24, 0.9, 60);
    options.devices = 200;
    options.slower = std::chrono::milliseconds(slower_ms);
    PrintChange(options);
  }
  BoundStudyOptions bound;
  bound.runs = 20'000;
  fmt::print("Every block exceeds with exactly the bound: e-process at 5 % {}",
             CountedText(EverAlarms(bound)));
  bound.runs = 2'000;
  bound.blocks = 100'000;
  bound.rate = 1e-3;
  fmt::print("; detector at 1/1000: mean run length {:.0f} blocks\n", MeanRunLength(bound));
}

void PrintSimulatedKinds() {
  for (const std::size_t paths : {4U, 8U, 16U}) {
    for (const double km : {500.0, 1'500.0, 3'000.0, 8'000.0}) {
      fmt::print("Names of changes, {} paths, moves of {:.0f} km\n", paths, km);
      for (const Cause cause : kCauses) {
        if (cause < Cause::kMove && km != 500.0) continue;
        PrintKinds(CauseName(cause),
                   RunKindStudy(cause, {.seed = kSeed,
                                        .devices = 400,
                                        .paths = paths,
                                        .moved_by = Distance::Kilometres(km)}));
      }
    }
  }
}

Status PrintFleet(Duration bad_link) {
  FleetStudyOptions options;
  options.seed = kSeed;
  options.question.alarms_per_year = 100;
  options.question.fleet = {.devices = 2'000, .sites = 40, .paths_per_device = 4};
  options.question.calibration_units = 168;
  options.bad_link = bad_link;
  EARSHOT_ASSIGN_OR_RETURN(const FleetStudy study, RunFleetStudy(options));
  fmt::print("Fleet of 2,000 devices at 40 sites for a year, 100 alarms asked, bad link of {} ms at "
             "one site\n  enrolment of {} blocks, refused {}\n"
             "  placement at {:.4f}, {} fleets with a calibration of their own: mean {:.2f} % "
             "(standard error {:.2f}), median {:.2f} %, 95 % of fleets between {:.2f} and {:.2f} %, "
             "above what was asked {}\n  e-process at {:.4f}: {}\n"
             "  device detectors: {} alarms in {} blocks, at most {:.1f} expected\n"
             "  site detectors: {} alarms in {} blocks, at most {:.1f} expected\n"
             "  alarms of the e-process: {} as they came, {} as shown, {} of them sites\n",
             bad_link / std::chrono::milliseconds(1), study.budget.enrolment_blocks,
             CountedText(study.enrolment_refused), study.budget.placement_rate,
             study.placement.fleets, 100 * study.placement.mean, 100 * study.placement.standard_error,
             100 * study.placement.median, 100 * study.placement.low, 100 * study.placement.high,
             study.placement.above_asked, study.budget.change.ever_alarm,
             CountedText(study.ever_alarmed), study.detector_alarms, study.device_blocks,
             study.budget.change.alarms_per_block * static_cast<double>(study.device_blocks),
             study.site_detector_alarms, study.site_blocks,
             study.budget.site_alarms_per_block * static_cast<double>(study.site_blocks),
             study.alarms_single, study.alarms_shown, study.site_alarms_shown);
  return {};
}

Status PrintSeries(const std::string& path) {
  std::ifstream in(path);
  EARSHOT_ASSIGN_OR_RETURN(const auto all, ReadSeries(in));
  for (const std::uint32_t rounds_per_block : {1U, 4U}) {
    for (const int slower_ms : {0, 20, 100}) {
      SeriesStudyOptions options;
      options.policy.rounds_per_block = rounds_per_block;
      options.rounds_least = rounds_per_block == 1 ? 26 : 80;
      options.rounds_most = rounds_per_block == 1 ? 40 : 1'000;
      options.slower = std::chrono::milliseconds(slower_ms);
      fmt::print("Measured series, blocks of {} bursts, {} ms added, asked rate 5 %\n",
                 rounds_per_block, slower_ms);
      for (const auto& [access, study] : RunSeriesStudy(all, options)) {
        fmt::print("  {:<9} ever alarmed {}; refused at enrolment {}\n", access,
                   CountedText(study.ever_alarmed), CountedText(study.enrolment_refused));
      }
    }
  }
  return {};
}

Status PrintMeasuredMoves(const std::string& nodes, const std::string& rtts) {
  for (const double km : {500.0, 1'500.0, 3'000.0}) {
    EARSHOT_ASSIGN_OR_RETURN(
        const auto counts,
        RunMeasuredMoves(nodes, rtts, {.seed = kSeed, .moved_least = Distance::Kilometres(km)}));
    fmt::print("Measured RTTs, moves of {:.0f} km or more, 8 paths\n", km);
    for (const auto& [cause, kinds] : counts) PrintKinds(CauseName(cause), kinds);
  }
  return {};
}

Status Run(const std::vector<std::string>& files) {
  if (files.size() == 1) return PrintSeries(files[0]);
  if (files.size() == 2) return PrintMeasuredMoves(files[0], files[1]);
  if (!files.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "usage: earshot-through-time [SERIES.csv | NODES.csv RTT.csv]");
  }
  PrintSimulatedChange();
  PrintSimulatedKinds();
  EARSHOT_RETURN_IF_ERROR(PrintFleet(Duration(0)));
  return PrintFleet(std::chrono::milliseconds(15));
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) {
  const auto status = earshot::Run(std::vector<std::string>(argv + 1, argv + argc));
  if (status.has_value()) return 0;
  fmt::print(stderr, "{}\n", status.error().message());
  return 3;
}
