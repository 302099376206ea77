#include "sim/fleet/least_extra.h"

#include <algorithm>
#include <numeric>

#include "sim/path/packet_fate.h"

namespace earshot {
namespace {

constexpr unsigned kFractionBits = 20;
constexpr unsigned kStepBits = 10;
constexpr std::int64_t kTallySteps = 64;  // of a mean
constexpr std::uint32_t kMeansMax = 2 * kJitterMeansMax + 2 * kReorderJitters;  // there and back

// e^-x for 0 <= x <= 50, by squaring e^(-x / 1024) ten times; wrong by less than 1e-10 of itself.
double ExpMinus(double x) {
  const double small = x / 1024;
  double power = 1;
  for (int term = 7; term >= 1; --term) power = 1 - small / term * power;
  for (int i = 0; i < 10; ++i) power *= power;
  return power;
}

// How a packet or its copy is late: by an exponential time, by the lesser of two, or by one after
// kReorderJitters.
enum Way { kAlone, kWithCopy, kHeld, kWays };

// That two ways, neither of them held, take at most `x` means together.
double BothWithin(Way there, Way back, double x) {
  if (x <= 0) return 0;
  const double one = ExpMinus(x);
  if (there != back) return std::max(0.0, 1 - 2 * one + one * one);
  if (there == kAlone) return std::max(0.0, 1 - (1 + x) * one);
  return std::max(0.0, 1 - (1 + 2 * x) * one * one);
}

class Distribution {
 public:
  Distribution(const ScenarioNetwork& network, const CalmRound& calm) : calm_(calm) {
    const double copy = network.duplicate;
    const double held = network.reorder;
    share_ = {(1 - held) * (1 - copy) + held * copy, (1 - held) * copy, held * (1 - copy)};
  }
  // The least of all pings is within `x` means.
  double Within(double x) const {
    double within = 0;
    for (const Way there : {kAlone, kWithCopy, kHeld}) {
      for (const Way back : {kAlone, kWithCopy, kHeld}) {
        if (share_[there] * share_[back] <= 0) continue;
        const int held = (there == kHeld ? 1 : 0) + (back == kHeld ? 1 : 0);
        within += share_[there] * share_[back] *
                  BothWithin(there == kHeld ? kAlone : there, back == kHeld ? kAlone : back,
                             x - held * kReorderJitters);
      }
    }
    return 1 - calm_.AllBeyond(within);
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
  const CalmRound& calm_;
  std::array<double, kWays> share_{};
};

}  // namespace

LeastExtra::LeastExtra(const ScenarioNetwork& network, const CalmRound& calm)
    : mean_(std::clamp(network.jitter, Duration(0), kJitterMeanMax)) {
  static_assert(kSteps == std::size_t{1} << kStepBits);
  const Distribution distribution(network, calm);
  // Every answer comes within some time: no quantile lies beyond.
  constexpr double kHeard = 1 - 1e-9;
  for (std::size_t i = 0; i <= kSteps; ++i) {
    const double share = static_cast<double>(i) / kSteps;
    body_[i] = distribution.Quantile(std::min(share, kHeard));
    tail_[i] = distribution.Quantile(std::min((kSteps - 1 + share) / kSteps, kHeard));
  }
}

Duration LeastExtra::At(std::uint32_t word) const {
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

double LeastExtra::ShareWithin(Duration extra) const {
  std::uint64_t low = 0;
  std::uint64_t high = std::uint64_t{1} << 32U;  // the first word that is beyond
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (At(static_cast<std::uint32_t>(middle)) <= extra) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<double>(low) * 0x1p-32;
}

void ExtraTally::Count(Duration extra) {
  if (mean_ <= Duration(0)) return;
  const std::int64_t most = std::int64_t{kMeansMax} * kTallySteps;
  const auto step = static_cast<std::size_t>(
      std::clamp<std::int64_t>(extra.count() * kTallySteps / mean_.count(), 0, most));
  if (counts_.size() <= step) counts_.resize(step + 1);
  ++counts_[step];
}

void ExtraTally::Add(const ExtraTally& other) {
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
}

Duration ExtraTally::QuantileWith(const LeastExtra& least, std::uint64_t calm,
                                  double probability) const {
  const auto of_calm = static_cast<double>(calm);
  const auto counted = static_cast<double>(
      std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}));
  const double wanted = probability * (of_calm + counted);
  const double step = static_cast<double>(mean_.count()) / kTallySteps;
  double before = 0;
  double tallied = 0;
  for (std::size_t i = 0; i < std::size_t{kMeansMax} * kTallySteps; ++i) {
    if (i < counts_.size()) tallied += static_cast<double>(counts_[i]);
    const double end = static_cast<double>(i + 1) * step;
    const double reached =
        tallied + of_calm * least.ShareWithin(Duration(static_cast<std::int64_t>(end)));
    if (reached >= wanted) {
      const double part = reached > before ? (wanted - before) / (reached - before) : 1;
      return Duration(static_cast<std::int64_t>(end - (1 - part) * step));
    }
    before = reached;
  }
  return Duration(0);
}

}  // namespace earshot
