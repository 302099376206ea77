#include "core/appraisal/path_baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/appraisal/change_bet.h"

namespace earshot {
namespace {

constexpr std::size_t kFloorsLeast = 4;

template <typename T>
T Median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Ranks from 1, ties at their mean.
std::vector<double> Ranks(std::span<const Rtt> floors) {
  std::vector<double> ranks;
  ranks.reserve(floors.size());
  for (const Rtt floor : floors) {
    const auto below = std::ranges::count_if(floors, [&](Rtt other) { return other < floor; });
    const auto equal = std::ranges::count(floors, floor);
    ranks.push_back(static_cast<double>(below) + 0.5 * static_cast<double>(equal + 1));
  }
  return ranks;
}

// Lag-one autocorrelation of the ranks; 0 where all floors are equal.
double SerialCorrelation(std::span<const Rtt> floors) {
  const std::vector<double> ranks = Ranks(floors);
  const double mean = 0.5 * static_cast<double>(ranks.size() + 1);
  double variance = 0;
  double covariance = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    variance += (ranks[i] - mean) * (ranks[i] - mean);
    if (i > 0) covariance += (ranks[i] - mean) * (ranks[i - 1] - mean);
  }
  return variance > 0 ? covariance / variance : 0.0;
}

}  // namespace

void BlockFloor::Add(const ExpectedLandmark& round, bool device_heard_by_somebody) {
  const bool all_spoilt = round.samples > 0 && !round.rtt_min.has_value();
  if (!round.healthy || all_spoilt) return;
  ++asked_;
  device_answered_ = device_answered_ || device_heard_by_somebody;
  if (!round.rtt_min.has_value() || !round.covered_by_evidence) return;
  ++heard_;
  least_ = std::min(least_, *round.rtt_min);
}

std::optional<Rtt> BlockFloor::Close(const ChangePolicy& policy) {
  const BlockFloor block = *this;
  *this = BlockFloor();
  if (!block.device_answered_ || block.asked_ < policy.asked_min) return std::nullopt;
  return 2 * block.heard_ >= block.asked_ ? block.least_ : kInfinitelySlow;
}

Result<PathBaseline> EnrolPath(const LandmarkId& landmark, Position position,
                               std::span<const Rtt> floors, const ChangePolicy& policy) {
  if (floors.size() < kFloorsLeast) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("landmark {}: {} blocks enrolled, at least {} are needed: enrol longer",
                            landmark.value(), floors.size(), kFloorsLeast));
  }
  const Rtt slowest = std::ranges::max(floors);
  if (slowest == kInfinitelySlow) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("landmark {}: a block went mostly unheard: enrol again when the path "
                            "is whole", landmark.value()));
  }
  const double correlation = SerialCorrelation(floors);
  if (correlation > policy.serial_correlation_max) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("landmark {}: neighbouring blocks are alike (rank correlation {:.2f}, "
                            "at most {:.2f}): take longer blocks or enrol longer",
                            landmark.value(), correlation, policy.serial_correlation_max));
  }
  const Rtt usual = Median(std::vector<Rtt>(floors.begin(), floors.end()));
  std::vector<Duration> deviations;
  deviations.reserve(floors.size());
  for (const Rtt floor : floors) {
    deviations.push_back(std::chrono::abs(floor.duration() - usual.duration()));
  }
  return PathBaseline{
      .landmark = landmark,
      .position = position,
      .threshold = Rtt::FromDuration(slowest.duration() + std::max(policy.least_change, Duration(0))),
      .usual = usual,
      .spread = Median(std::move(deviations)),
      .blocks = static_cast<std::uint32_t>(floors.size()),
      .serial_correlation = correlation};
}

double EnrolmentFailure(double exceedance_bound, std::uint32_t blocks) {
  return std::pow(1.0 - exceedance_bound, static_cast<double>(blocks));
}

std::uint32_t EnrolmentBlocksFor(double exceedance_bound, double rate) {
  const double bound = std::clamp(exceedance_bound, kExceedanceBoundLeast, kExceedanceBoundMost);
  const double blocks = std::ceil(std::log(rate) / std::log1p(-bound) - 1e-9);
  return blocks > 1 ? static_cast<std::uint32_t>(blocks) : 1U;
}

}  // namespace earshot
