// sim/fleet/least_extra.h: the queueing that remains in the quickest of several pings.
#ifndef EARSHOT_SIM_FLEET_LEAST_EXTRA_H_
#define EARSHOT_SIM_FLEET_LEAST_EXTRA_H_

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/time.h"
#include "sim/fleet/calm_round.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// What the least of a calm round's round trips has above its undisturbed path, by the packet model of
// sim/path: each way an exponential addition, and kReorderJitters means more for a packet that is
// reordered; of a packet and its copy the first counts. A copy of a reordered packet is taken for the
// first always, which it is but for one case in fifteen; and answers that EVIDENCE overtakes count.
//
// Tables of quantiles are made once, with additions, multiplications and divisions alone, which
// round the same on every machine; a draw is one look and integer arithmetic. Against the exact
// quantile a draw errs by less than 0.01 means. Immutable; any thread.
class LeastExtra {
 public:
  LeastExtra(const ScenarioNetwork& network, const CalmRound& calm);

  // The quantile at word / 2^32.
  Duration At(std::uint32_t word) const;
  // The share of calm rounds whose least is at most `extra`.
  double ShareWithin(Duration extra) const;
  Duration mean() const { return mean_; }  // of the queueing each way

 private:
  static constexpr std::size_t kSteps = 1024;

  Duration mean_;
  // In units of 2^-20 means: quantiles at i / kSteps, and within the last step likewise.
  std::array<std::uint32_t, kSteps + 1> body_{};
  std::array<std::uint32_t, kSteps + 1> tail_{};
};

// The same of rounds that were played packet by packet, counted: in steps of 1/64 of a mean.
class ExtraTally {
 public:
  explicit ExtraTally(Duration mean) : mean_(mean) {}

  void Count(Duration extra);
  void Add(const ExtraTally& other);
  // The quantile of these and of `calm` rounds; linear within a step.
  Duration QuantileWith(const LeastExtra& least, std::uint64_t calm, double probability) const;

 private:
  Duration mean_;
  std::vector<std::uint64_t> counts_;  // by step; as many as are needed
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_LEAST_EXTRA_H_
