#include "sim/fleet/least_extra.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "sim/path/packet_fate.h"

namespace earshot {
namespace {

constexpr unsigned kFractionBits = 20;
constexpr unsigned kStepBits = 10;
constexpr std::uint32_t kMeansMax = 2 * kJitterMeansMax + 2 * kReorderJitters;  // there and back

// e^-x for 0 <= x <= 50, by squaring e^(-x / 1024) ten times; wrong by less than 1e-10 of itself.
double ExpMinus(double x) {
  const double small = x / 1024;
  double power = 1;
  for (int term = 7; term >= 1; --term) power = 1 - small / term * power;
  for (int i = 0; i < 10; ++i) power *= power;
  return power;
}

// Both ways queue for at most `x` means, neither packet being reordered.
double BothWithin(double x) { return x <= 0 ? 0 : std::max(0.0, 1 - (1 + x) * ExpMinus(x)); }

double Power(double base, std::uint32_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

class Distribution {
 public:
  Distribution(const ScenarioNetwork& network, std::uint32_t pings)
      : reorder_(network.reorder), pings_(pings) {
    const double whole = (1 - network.loss) * (1 - network.corrupt);
    answered_ = whole * whole;
  }
  double Unheard() const { return Power(1 - answered_, pings_); }
  // The least of all pings is within `x` means.
  double Within(double x) const {
    const double calm = (1 - reorder_) * (1 - reorder_) * BothWithin(x);
    const double once = 2 * reorder_ * (1 - reorder_) * BothWithin(x - kReorderJitters);
    const double twice = reorder_ * reorder_ * BothWithin(x - 2 * kReorderJitters);
    return 1 - Power(1 - answered_ * (calm + once + twice), pings_);
  }
  // The least multiple of 2^-20 means within which the share `probability` is; kMeansMax when there
  // is none.
  std::uint32_t Quantile(double probability) const {
    std::uint32_t low = 0;
    std::uint32_t high = kMeansMax << kFractionBits;
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      const double means = static_cast<double>(middle) / (1U << kFractionBits);
      if (Within(means) >= probability) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

 private:
  double reorder_;
  double answered_ = 0;
  std::uint32_t pings_;
};

}  // namespace

LeastExtra::LeastExtra(const ScenarioNetwork& network, std::uint32_t pings)
    : mean_(std::clamp(network.jitter, Duration(0), kJitterMeanMax)) {
  EARSHOT_CHECK(pings > 0);
  static_assert(kSteps == std::size_t{1} << kStepBits);
  const Distribution distribution(network, pings);
  unheard_ = distribution.Unheard();
  unheard_from_ = static_cast<std::uint64_t>(std::ceil((1 - unheard_) * 0x1p32));
  // What is heard at all is heard within some time: no quantile lies beyond.
  const double heard = (1 - unheard_) * (1 - 1e-9);
  for (std::size_t i = 0; i <= kSteps; ++i) {
    const double share = static_cast<double>(i) / kSteps;
    body_[i] = distribution.Quantile(std::min(share, heard));
    tail_[i] = distribution.Quantile(std::min((kSteps - 1 + share) / kSteps, heard));
  }
}

std::optional<Duration> LeastExtra::At(std::uint32_t word) const {
  if (word >= unheard_from_) return std::nullopt;
  constexpr unsigned kRestBits = 32 - kStepBits;
  const bool last = (word >> kRestBits) == kSteps - 1;
  const auto& table = last ? tail_ : body_;
  const std::uint32_t at = last ? word << kStepBits : word;
  const std::uint64_t step = at >> kRestBits;
  const std::uint64_t within = at & ((1U << kRestBits) - 1);
  const std::uint64_t low = table[step];
  const std::uint64_t means = low + (((table[step + 1] - low) * within) >> kRestBits);
  const auto ns = static_cast<std::uint64_t>(mean_.count());
  const std::uint64_t part = (ns & ((1U << kFractionBits) - 1)) * means;
  const std::uint64_t whole = (ns >> kFractionBits) * means + (part >> kFractionBits);
  return Duration(static_cast<std::int64_t>(whole));
}

}  // namespace earshot
