// core/appraisal/change_bet.h: betting against "nothing changed", one block of rounds at a time.
//
// A block either exceeds a threshold that was fixed before it or does not. Assumed of an unchanged
// path, and of nothing else: whatever happened before, the next block exceeds with conditional
// probability at most `bound`. Blocks may depend on each other in any way that keeps to this.
//
// For q > bound the payoff q/bound for an exceedance, (1-q)/(1-bound) for none, has a conditional
// expectation of at most 1: it is linear in the true probability p, rises with it, and is 1 at
// p = bound. Payoffs of several q are averaged, so that neither a change that shows in every block
// nor one that shows in two of three needs to be foreseen.
#ifndef EARSHOT_CORE_APPRAISAL_CHANGE_BET_H_
#define EARSHOT_CORE_APPRAISAL_CHANGE_BET_H_

#include <array>
#include <cstdint>

namespace earshot {

// The bound must leave something to win and something to lose; beyond, it is clamped.
inline constexpr double kExceedanceBoundLeast = 0.01;
inline constexpr double kExceedanceBoundMost = 0.5;

// The stakes that ride on one change, one for each alternative q. Capped at kStakesMost, far above
// any 1/alpha, so that nothing overflows and long-won stakes can be lost again; a cap only lowers
// them, so every rate below stays true.
inline constexpr std::size_t kBetAlternatives = 3;
inline constexpr double kStakesMost = 1e15;

// An e-process for "a change at some block of the first `horizon`": the average over all of them of
// the winnings of a bet that starts there. A nonnegative process with value 1 at the start that is
// no submartingale under the assumption, so by Ville's inequality
//
//   P(value() >= 1/alpha at any time) <= alpha,
//
// whenever one looks and whenever one stops. (Ramdas, Grunwald, Vovk, Shafer, "Game-theoretic
// statistics and safe anytime-valid inference", Stat. Sci. 38 (2023), section 3.) A change that
// begins after the horizon wins nothing: enrol again by then. Regular type, 56 bytes.
class ChangeEvidence {
 public:
  // `bound` as above; `horizon` in blocks, at least 1.
  ChangeEvidence(double bound, std::uint32_t horizon);

  void Observe(bool exceeded);
  double value() const;

 private:
  double bound_;
  std::uint32_t horizon_;
  std::uint32_t blocks_ = 0;
  std::array<double, kBetAlternatives> stakes_{};
};

// A change detector without a horizon: the e-detector of Shiryaev and Roberts' form, the sum over
// all starts (Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change
// detection", arXiv 2203.03532). Restarted after each alarm at value() >= 1/alpha, while nothing
// changed,
//
//   expected blocks to the first alarm >= 1/alpha      (the average run length),
//   expected alarms within n blocks    <= alpha * n    for every n,
//
// because value() + alarms/alpha - n is a supermartingale. Regular type, 32 bytes.
class ChangeDetector {
 public:
  explicit ChangeDetector(double bound);

  void Observe(bool exceeded);
  double value() const;
  void Restart() { stakes_ = {}; }

 private:
  double bound_;
  std::array<double, kBetAlternatives> stakes_{};
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CHANGE_BET_H_
