#include "bench/through_time/studies.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace earshot {
namespace {

void Count(const ChangeFinding& finding, std::vector<bool>& exceeded_before, ChangeStudy& study) {
  ++study.blocks;
  if (finding.detector_alarms) ++study.detector_alarms;
  for (std::size_t i = 0; i < finding.paths.size(); ++i) {
    const PathBlock& path = finding.paths[i];
    if (!path.floor.has_value()) continue;
    ++study.path_blocks;
    study.exceedances += path.exceeded ? 1U : 0U;
    if (exceeded_before[i]) {
      ++study.path_blocks_after_one;
      study.exceedances_after_one += path.exceeded ? 1U : 0U;
    }
    exceeded_before[i] = path.exceeded;
  }
}

void Watch(HonestDevice& device, ChangeTest test, const ChangeStudyOptions& options,
           ChangeStudy& study) {
  std::vector<bool> exceeded_before(test.baselines().size(), false);
  std::uint32_t alarmed_at = 0;
  for (std::uint32_t round = 0; round < options.rounds; ++round) {
    const auto finding = test.Observe(device.NextRound(options.slower));
    if (!finding.has_value()) continue;
    Count(*finding, exceeded_before, study);
    if (finding->ever_alarmed && alarmed_at == 0) alarmed_at = finding->block;
  }
  ++study.ever_alarmed.trials;
  if (alarmed_at > 0) ++study.ever_alarmed.hits;
  study.blocks_to_alarm += alarmed_at;
}

}  // namespace

std::string CountedText(const CountedRate& counted) {
  const BinomialInterval interval = counted.interval();
  return fmt::format("{} of {}, {:.2f} % ({:.2f} to {:.2f} %)", counted.hits, counted.trials,
                     100 * counted.rate(), 100 * interval.low, 100 * interval.high);
}

std::optional<ChangeTest> Enrol(HonestDevice& device, const ChangeStudyOptions& options,
                                std::span<const Duration> added) {
  std::vector<BlockFloor> gathering(device.round().size());
  std::vector<std::vector<Rtt>> floors(device.round().size());
  const std::uint32_t rounds = options.enrolment_blocks * options.policy.rounds_per_block;
  for (std::uint32_t round = 1; round <= rounds; ++round) {
    const auto& seen = device.NextRound(round <= added.size() ? added[round - 1] : Duration(0));
    for (std::size_t i = 0; i < seen.size(); ++i) {
      gathering[i].Add(seen[i], true);
      if (round % options.policy.rounds_per_block != 0) continue;
      if (const auto floor = gathering[i].Close(options.policy)) floors[i].push_back(*floor);
    }
  }
  std::vector<PathBaseline> baselines;
  for (std::size_t i = 0; i < floors.size(); ++i) {
    auto baseline = EnrolPath(device.round()[i].id, Position(), floors[i], options.policy);
    if (!baseline.has_value()) return std::nullopt;
    baselines.push_back(*std::move(baseline));
  }
  auto test = ChangeTest::Create(std::move(baselines), options.policy, options.rates);
  if (!test.has_value()) return std::nullopt;
  return *std::move(test);
}

ChangeStudy RunChangeStudy(const ChangeStudyOptions& options) {
  ChangeStudy study;
  for (std::uint32_t i = 0; i < options.devices; ++i) {
    HonestDevice device(options.world, options.seed * 1'000'003U + i);
    auto test = Enrol(device, options);
    ++study.enrolment_refused.trials;
    if (!test.has_value()) {
      ++study.enrolment_refused.hits;
      continue;
    }
    Watch(device, *std::move(test), options, study);
  }
  return study;
}

CountedRate EverAlarms(const BoundStudyOptions& options) {
  Draws draws(options.seed);
  CountedRate alarms{.hits = 0, .trials = options.runs};
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    ChangeEvidence evidence(options.bound, options.blocks);
    for (std::uint32_t block = 0; block < options.blocks; ++block) {
      evidence.Observe(draws.Chance(options.exceedance));
      if (evidence.value() < 1.0 / options.rate) continue;
      ++alarms.hits;
      break;
    }
  }
  return alarms;
}

double MeanRunLength(const BoundStudyOptions& options) {
  Draws draws(options.seed);
  std::uint64_t total = 0;
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    ChangeDetector detector(options.bound);
    for (std::uint32_t block = 0; block < options.blocks; ++block) {
      detector.Observe(draws.Chance(options.exceedance));
      ++total;
      if (detector.value() >= 1.0 / options.rate) break;
    }
  }
  return static_cast<double>(total) / static_cast<double>(options.runs);
}

}  // namespace earshot
