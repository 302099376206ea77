#include "core/appraisal/change_bet.h"

#include <algorithm>
#include <numeric>

namespace earshot {
namespace {

using Stakes = std::array<double, kBetAlternatives>;

// NaN becomes the greatest bound, which accuses least.
double Clamped(double bound) {
  return bound < kExceedanceBoundMost ? std::max(bound, kExceedanceBoundLeast)
                                      : kExceedanceBoundMost;
}

// One step of sum over starts: what rode so far and the stake that starts with this block are paid.
void Play(Stakes& stakes, double bound, double new_stake, bool exceeded) {
  const Stakes alternatives = {0.5 * (1.0 + bound), 0.9, 0.99};
  for (std::size_t i = 0; i < stakes.size(); ++i) {
    const double q = alternatives[i];
    const double payoff = exceeded ? q / bound : (1.0 - q) / (1.0 - bound);
    stakes[i] = std::min(payoff * (stakes[i] + new_stake), kStakesMost);
  }
}

double Mean(const Stakes& stakes) {
  return std::accumulate(stakes.begin(), stakes.end(), 0.0) / static_cast<double>(stakes.size());
}

}  // namespace

ChangeEvidence::ChangeEvidence(double bound, std::uint32_t horizon)
    : bound_(Clamped(bound)), horizon_(std::max(horizon, 1U)) {}

void ChangeEvidence::Observe(bool exceeded) {
  const bool starts = blocks_ < horizon_;
  if (starts) ++blocks_;
  Play(stakes_, bound_, starts ? 1.0 / horizon_ : 0.0, exceeded);
}

double ChangeEvidence::value() const {
  const double not_yet_staked = 1.0 - static_cast<double>(blocks_) / horizon_;
  return Mean(stakes_) + not_yet_staked;
}

ChangeDetector::ChangeDetector(double bound) : bound_(Clamped(bound)) {}

void ChangeDetector::Observe(bool exceeded) { Play(stakes_, bound_, 1.0, exceeded); }

double ChangeDetector::value() const { return Mean(stakes_); }

}  // namespace earshot
