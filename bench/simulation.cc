#include "bench/simulation.h"

#include <algorithm>
#include <chrono>

#include "bench/optimised.h"
#include "bench/processor_time.h"
#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "sim/scenario/resolve.h"

namespace earshot {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr double kGoalSeconds = 60;
constexpr double kGoalBytes = 200;
constexpr double kGoalMicroseconds = 2;
constexpr std::uint64_t kGoalDeviceRounds = 24'000'000;
// On so many devices the whole appraisal is timed.
constexpr std::uint32_t kAppraisedDevices = 500;

// Every device round appraised as a whole, less the same rounds without.
Result<Duration> TimeAppraisal(const Scenario& scenario, const PlacementTest& test,
                               const CountryMap& map, RoundWorldOptions options) {
  Scenario small = scenario;
  EARSHOT_RETURN_IF_ERROR(AdjustScenario({{}, {}, kAppraisedDevices}, &small));
  options.threads = 1;
  Duration with{0};
  std::int64_t appraised = 1;
  for (const std::uint32_t one_in : {0U, 1U}) {
    options.audit_one_in = one_in;
    EARSHOT_ASSIGN_OR_RETURN(
        const auto world,
        RoundWorld::Create(small, PathModel::Measured2020(), test, map, options));
    const Duration begin = ProcessorTime();
    world->Run();
    with = ProcessorTime() - begin - with;
    appraised = std::max<std::int64_t>(1, static_cast<std::int64_t>(world->counts().audited));
  }
  return with / appraised;
}

std::vector<BenchGoal> GoalsOf(const SimulationBenchReport& report) {
  const double seconds = ToSeconds(report.opening + report.running);
  const bool whole = report.counts.device_rounds >= kGoalDeviceRounds;
  const double round_us = static_cast<double>(report.device_round.count()) * 1e-3;
  const auto extras_differ = std::ranges::count_if(
      report.share.extras, [](const ExtraQuantile& extra) { return !extra.agrees(); });
  return {{"a million devices, a day of hourly rounds, s", seconds, "<= 60",
           whole && seconds <= kGoalSeconds},
          {"bytes a device", report.bytes_per_device, "<= 200",
           report.bytes_per_device <= kGoalBytes},
          {"a device round with its appraisal, us of processor", round_us, "<= 2",
           round_us <= kGoalMicroseconds},
          {"audited verdicts that are not the appraisal's",
           static_cast<double>(report.counts.audit_differences), "0",
           report.counts.audited > 0 && report.counts.audit_differences == 0},
          {"devices with a verdict by packets that no round had",
           static_cast<double>(report.share.differing.size()), "0",
           report.share.devices > 0 && report.share.differing.empty()},
          {"rates of lost handshakes or evidence that are not those of packets",
           (report.share.unheard.agrees() ? 0.0 : 1.0) + (report.share.uncovered.agrees() ? 0.0 : 1.0),
           "0", report.share.unheard.agrees() && report.share.uncovered.agrees()},
          {"quantiles of queueing outside the interval by packets",
           static_cast<double>(extras_differ), "0",
           !report.share.extras.empty() && extras_differ == 0}};
}

}  // namespace

Result<SimulationBenchReport> RunSimulationBench(Scenario scenario,
                                                 const SimulationBenchOptions& options) {
  EARSHOT_RETURN_IF_ERROR(RequireOptimisedBuild());
  constexpr Duration kDay = std::chrono::hours(24);
  EARSHOT_RETURN_IF_ERROR(AdjustScenario({{}, kDay, options.devices}, &scenario));
  const PathModel& model = PathModel::Measured2020();
  const PolicyPlacementTest test;
  const OutlineMap map;
  RoundWorldOptions world_options;
  world_options.threads = options.threads;
  world_options.every = std::chrono::hours(1);
  SimulationBenchReport report;
  report.options = options;
  const Duration processor_begin = ProcessorTime();
  const auto begin = SteadyClock::now();
  EARSHOT_ASSIGN_OR_RETURN(const auto world,
                           RoundWorld::Create(scenario, model, test, map, world_options));
  const auto opened = SteadyClock::now();
  world->Run();
  const auto ran = SteadyClock::now();
  report.processor = ProcessorTime() - processor_begin;
  PacketShareOptions share_options;
  share_options.threads = options.threads;
  EARSHOT_ASSIGN_OR_RETURN(report.share,
                           RunPacketShare(*world, scenario, model, test, map, share_options));
  report.packets = SteadyClock::now() - ran;
  report.opening = opened - begin;
  report.running = ran - opened;
  report.rounds = world->rounds();
  report.counts = world->counts();
  report.device_round =
      report.processor / static_cast<std::int64_t>(report.counts.device_rounds);
  report.bytes_per_device = static_cast<double>(world->device_bytes()) /
                            static_cast<double>(scenario.DeviceCount());
  EARSHOT_ASSIGN_OR_RETURN(report.appraisal, TimeAppraisal(scenario, test, map, world_options));
  report.goals = GoalsOf(report);
  return report;
}

}  // namespace earshot
