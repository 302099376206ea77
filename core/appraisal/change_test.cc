#include "core/appraisal/change_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace earshot {
namespace {

bool IsRate(double rate) { return rate > 0.0 && rate < 1.0; }

}  // namespace

Result<ChangeTest> ChangeTest::Create(std::vector<PathBaseline> baselines,
                                      const ChangePolicy& policy, const ChangeRates& rates) {
  if (!IsRate(rates.ever_alarm) || !IsRate(rates.alarms_per_block)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("rates of false alarms must lie between 0 and 1: {} ever, {} a block",
                            rates.ever_alarm, rates.alarms_per_block));
  }
  if (policy.rounds_per_block == 0 || policy.exceedance_bound < kExceedanceBoundLeast ||
      !(policy.exceedance_bound <= kExceedanceBoundMost)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a block needs a round, and the bound on exceedances must lie in "
                            "[{}, {}]: {} rounds, bound {}", kExceedanceBoundLeast,
                            kExceedanceBoundMost, policy.rounds_per_block, policy.exceedance_bound));
  }
  if (baselines.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no path is enrolled: enrol at least one landmark");
  }
  const double spend = rates.ever_alarm / (2.0 * static_cast<double>(baselines.size()));
  const std::uint32_t needed = EnrolmentBlocksFor(policy.exceedance_bound, spend);
  for (const PathBaseline& baseline : baselines) {
    if (baseline.blocks >= needed) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("landmark {}: {} blocks enrolled, {} are needed for a rate of {} over "
                            "{} paths: enrol longer, or ask for a higher rate",
                            baseline.landmark.value(), baseline.blocks, needed, rates.ever_alarm,
                            baselines.size()));
  }
  return ChangeTest(std::move(baselines), policy, rates);
}

ChangeTest::ChangeTest(std::vector<PathBaseline> baselines, const ChangePolicy& policy,
                       const ChangeRates& rates)
    : baselines_(std::move(baselines)), policy_(policy), rates_(rates) {
  paths_.assign(baselines_.size(),
                Path{.block = {},
                     .evidence = ChangeEvidence(policy.exceedance_bound, rates.horizon_blocks),
                     .detector = ChangeDetector(policy.exceedance_bound)});
}

std::optional<ChangeFinding> ChangeTest::Observe(std::span<const ExpectedLandmark> round) {
  const bool heard = std::ranges::any_of(round, [](const auto& l) { return l.samples > 0; });
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const auto at = std::ranges::find(round, baselines_[i].landmark, &ExpectedLandmark::id);
    if (at != round.end()) paths_[i].block.Add(*at, heard);
  }
  if (++rounds_in_block_ < policy_.rounds_per_block) return std::nullopt;
  rounds_in_block_ = 0;
  return CloseBlock();
}

ChangeFinding ChangeTest::CloseBlock() {
  ChangeFinding finding;
  finding.block = ++blocks_;
  finding.paths.reserve(paths_.size());
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    Path& path = paths_[i];
    PathBlock block{.floor = path.block.Close(policy_), .exceeded = false};
    if (block.floor.has_value()) {
      block.exceeded = *block.floor > baselines_[i].threshold;
      path.evidence.Observe(block.exceeded);
      path.detector.Observe(block.exceeded);
    }
    finding.paths.push_back(block);
    finding.evidence += path.evidence.value();
    finding.detector += path.detector.value();
  }
  finding.evidence /= static_cast<double>(paths_.size());
  finding.detector /= static_cast<double>(paths_.size());
  if (finding.evidence >= 2.0 / rates_.ever_alarm) ever_alarmed_ = true;
  finding.ever_alarmed = ever_alarmed_;
  finding.detector_alarms = finding.detector >= 1.0 / rates_.alarms_per_block;
  if (finding.detector_alarms) RestartDetector();
  return finding;
}

void ChangeTest::RestartDetector() {
  for (Path& path : paths_) path.detector.Restart();
}

}  // namespace earshot
