#include "core/appraisal/change_watch.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace earshot {

ChangeWatch::ChangeWatch(const Policy& policy, Position declared) : declared_(declared) {
  EARSHOT_CHECK(policy.change_alarm_rate > 0 && policy.change_block_rounds > 0);
  change_.rounds_per_block = policy.change_block_rounds;
  change_.asked_min = (policy.change_block_rounds + 1) / 2;
  rates_.ever_alarm = policy.change_alarm_rate;
}

void ChangeWatch::Restart() {
  enrolling_.clear();
  rounds_in_block_ = 0;
  blocks_ = 0;
  test_.reset();
  alarm_.reset();
}

void ChangeWatch::Forget(const std::set<LandmarkId>& landmarks) {
  std::erase_if(enrolling_, [&](const auto& path) { return landmarks.contains(path.first); });
  if (!test_.has_value()) return;
  const bool rests = std::ranges::any_of(test_->baselines(), [&](const PathBaseline& baseline) {
    return landmarks.contains(baseline.landmark);
  });
  if (rests) Restart();
}

void ChangeWatch::Observe(std::span<const ExpectedLandmark> round) {
  if (!test_.has_value()) {
    Enrol(round);
    return;
  }
  const std::optional<ChangeFinding> finding = test_->Observe(round);
  if (!finding.has_value() || alarm_.has_value()) return;
  if (finding->ever_alarmed) {
    alarm_ = AlarmOf(*finding);
  } else if (finding->block >= rates_.horizon_blocks) {
    Restart();
  }
}

void ChangeWatch::Enrol(std::span<const ExpectedLandmark> round) {
  const bool heard = std::ranges::any_of(round, [](const auto& l) { return l.samples > 0; });
  for (const ExpectedLandmark& landmark : round) {
    EnrollingPath& path = enrolling_[landmark.id];
    path.position = landmark.position;
    path.block.Add(landmark, heard);
  }
  if (++rounds_in_block_ < change_.rounds_per_block) return;
  rounds_in_block_ = 0;
  CloseEnrolmentBlock();
}

// The rate is divided among all paths that were asked, those that come to nothing included.
void ChangeWatch::CloseEnrolmentBlock() {
  ++blocks_;
  for (auto& [id, path] : enrolling_) {
    const std::optional<Rtt> floor = path.block.Close(change_);
    if (floor.has_value()) path.floors.push_back(*floor);
  }
  if (enrolling_.empty()) return;
  const std::uint32_t needed =
      EnrolmentBlocksFor(change_.exceedance_bound,
                         rates_.ever_alarm / (2.0 * static_cast<double>(enrolling_.size())));
  bool any = false;
  std::vector<PathBaseline> baselines;
  for (const auto& [id, path] : enrolling_) {
    if (path.floors.size() < needed) continue;
    any = true;
    Result<PathBaseline> baseline = EnrolPath(id, path.position, path.floors, change_);
    if (baseline.has_value()) baselines.push_back(*std::move(baseline));
  }
  if (!any && blocks_ < 2 * needed) return;
  // Paths that were drifting, mostly unheard or hardly ever asked are not watched; without any other
  // the enrolment begins again.
  Result<ChangeTest> test = ChangeTest::Create(std::move(baselines), change_, rates_);
  Restart();
  if (test.has_value()) test_ = *std::move(test);
}

ChangeAlarm ChangeWatch::AlarmOf(const ChangeFinding& finding) const {
  ChangeAlarm alarm;
  alarm.block = finding.block;
  std::vector<PathChange> changes;
  for (std::size_t i = 0; i < finding.paths.size(); ++i) {
    const PathBaseline& baseline = test_->baselines()[i];
    const PathBlock& path = finding.paths[i];
    if (path.exceeded) alarm.slowed.push_back(baseline.landmark);
    if (!path.floor.has_value() || *path.floor == kInfinitelySlow) continue;
    changes.push_back({baseline.landmark, baseline.position, baseline.usual, baseline.spread,
                       *path.floor});
  }
  std::ranges::sort(alarm.slowed);
  alarm.kind = TellChange(declared_, changes).kind;
  return alarm;
}

}  // namespace earshot
