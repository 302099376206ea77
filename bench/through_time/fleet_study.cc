#include "bench/through_time/fleet_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace earshot {
namespace {

struct Watched {
  DeviceId id;
  HonestDevice device;
  std::optional<ChangeTest> test;
  bool alarmed = false;
};

DeviceId Nth(std::uint64_t n) {
  Bytes32 id{};
  StoreBigEndian(id, 0, n);
  return DeviceId(id);
}

std::vector<LandmarkId> Slowed(const ChangeFinding& finding, const ChangeTest& test) {
  std::vector<LandmarkId> slowed;
  for (std::size_t i = 0; i < finding.paths.size(); ++i) {
    if (finding.paths[i].exceeded) slowed.push_back(test.baselines()[i].landmark);
  }
  std::ranges::sort(slowed);
  return slowed;
}

// What a shared uplink adds in each round: a busy path without its base.
std::vector<Duration> UplinkRounds(const FleetStudyOptions& options, std::uint64_t rounds,
                                   std::uint64_t seed) {
  if (!options.shared_uplink) return std::vector<Duration>(rounds, Duration(0));
  HonestWorldOptions world = options.world;
  world.paths = 1;
  world.loss = 0;
  HonestDevice path(world, seed);
  std::vector<Duration> added;
  added.reserve(rounds);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    added.push_back(path.NextRound()[0].rtt_min->duration());
  }
  const Duration base = std::ranges::min(added);
  for (Duration& each : added) each -= base;
  return added;
}

class SiteRun {
 public:
  SiteRun(const FleetStudyOptions& options, const AlarmBudget& budget, std::uint64_t site)
      : options_(options),
        budget_(budget),
        name_(fmt::format("site-{}", site)),
        uplink_(UplinkRounds(options, std::uint64_t{budget.change.horizon_blocks} * BlockRounds(),
                             Seed(site, 0xFFFF))) {
    const std::uint64_t devices = options.question.fleet.devices / options.question.fleet.sites;
    ChangeStudyOptions enrolling;
    enrolling.policy = options.question.change;
    enrolling.rates = budget.change;
    enrolling.enrolment_blocks = budget.enrolment_blocks;
    for (std::uint64_t i = 0; i < devices; ++i) {
      devices_.push_back({.id = Nth(site * devices + i),
                          .device = HonestDevice(options.world, Seed(site, i)),
                          .test = std::nullopt});
      devices_.back().test = Enrol(devices_.back().device, enrolling, uplink_);
    }
  }

  void Watch(Duration bad_link, FleetStudy& study, std::vector<DeviceAlarm>& alarms) {
    for (const Watched& watched : devices_) {
      ++study.enrolment_refused.trials;
      ++(watched.test.has_value() ? study.ever_alarmed.trials : study.enrolment_refused.hits);
    }
    for (std::uint32_t b = budget_.enrolment_blocks; b < budget_.change.horizon_blocks; ++b) {
      const std::span<const Duration> added =
          std::span(uplink_).subspan(std::size_t{b} * BlockRounds(), BlockRounds());
      WatchBlock(b, added, bad_link, study, alarms);
    }
  }

  const std::string& name() const { return name_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(devices_.size()); }

 private:
  std::uint32_t BlockRounds() const { return options_.question.change.rounds_per_block; }
  std::uint64_t Seed(std::uint64_t site, std::uint64_t i) const {
    return (options_.seed * 10'007 + site) * 65'537 + i;
  }

  void WatchBlock(std::uint32_t block, std::span<const Duration> added, Duration bad_link,
                  FleetStudy& study, std::vector<DeviceAlarm>& alarms) {
    std::vector<double> detectors;
    for (Watched& watched : devices_) {
      if (!watched.test.has_value()) continue;
      std::optional<ChangeFinding> finding;
      for (const Duration slower : added) {
        finding = watched.test->Observe(watched.device.NextRound(slower + bad_link));
      }
      ++study.device_blocks;
      detectors.push_back(finding->detector);
      if (finding->detector_alarms) ++study.detector_alarms;
      if (!finding->ever_alarmed || watched.alarmed) continue;
      watched.alarmed = true;
      ++study.ever_alarmed.hits;
      const Duration at = options_.question.cadence * (std::int64_t{block} * BlockRounds());
      alarms.push_back(
          {watched.id, name_, MonotonicInstant() + at, Slowed(*finding, *watched.test)});
    }
    ++study.site_blocks;
    if (SiteDetector(detectors) * budget_.site_alarms_per_block < 1.0) return;
    ++study.site_detector_alarms;
    for (Watched& watched : devices_) {
      if (watched.test.has_value()) watched.test->RestartDetector();
    }
  }

  const FleetStudyOptions& options_;
  const AlarmBudget& budget_;
  std::string name_;
  std::vector<Duration> uplink_;
  std::vector<Watched> devices_;
};

}  // namespace

PlacementFleets RunPlacementFleets(const PlacementFleetsOptions& options) {
  Draws draws(options.seed);
  const auto ranks = static_cast<double>(options.units + 1);
  std::vector<double> shares;
  std::vector<double> calibration(options.units);
  PlacementFleets found{.fleets = options.fleets};
  for (std::uint32_t fleet = 0; fleet < options.fleets; ++fleet) {
    for (double& score : calibration) score = draws.Unit();
    std::ranges::sort(calibration);
    std::uint64_t flagged = 0;
    for (std::uint64_t i = 0; i < options.devices; ++i) {
      const double score = draws.Unit() + options.worse;
      const auto at_least = calibration.end() - std::ranges::lower_bound(calibration, score);
      // The p-value is (1 + at_least) / (units + 1).
      flagged += static_cast<double>(1 + at_least) <= options.rate * ranks ? 1U : 0U;
    }
    shares.push_back(static_cast<double>(flagged) / static_cast<double>(options.devices));
    found.above_asked += shares.back() > options.rate ? 1U : 0U;
  }
  const auto fleets = static_cast<double>(options.fleets);
  double squares = 0;
  for (const double share : shares) found.mean += share / fleets;
  for (const double share : shares) squares += (share - found.mean) * (share - found.mean);
  found.standard_error = std::sqrt(squares) / fleets;
  std::ranges::sort(shares);
  const auto quantile = [&](double q) { return shares[static_cast<std::size_t>(q * (fleets - 1))]; };
  found.low = quantile(0.025);
  found.median = quantile(0.5);
  found.high = quantile(0.975);
  return found;
}

Result<FleetStudy> RunFleetStudy(const FleetStudyOptions& options) {
  FleetStudy study;
  EARSHOT_ASSIGN_OR_RETURN(study.budget, PlanAlarms(options.question));
  std::vector<DeviceAlarm> alarms;
  std::map<std::string, std::uint32_t> enrolled;
  for (std::uint64_t site = 0; site < options.question.fleet.sites; ++site) {
    SiteRun run(options, study.budget, site);
    run.Watch(site == 0 ? options.bad_link : Duration(0), study, alarms);
    enrolled[run.name()] = run.size();
  }
  study.placement = RunPlacementFleets({.seed = options.seed,
                                        .devices = options.question.fleet.devices,
                                        .units = options.question.calibration_units,
                                        .rate = study.budget.placement_rate});
  const GroupedAlarms grouped = GroupBySite(alarms, enrolled, options.rule);
  study.alarms_single = alarms.size();
  study.site_alarms_shown = grouped.sites.size();
  study.alarms_shown = grouped.sites.size() + grouped.devices.size();
  return study;
}

}  // namespace earshot
