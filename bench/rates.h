// bench/rates.h: thresholds and rates from scores, with intervals that know of clusters.
#ifndef EARSHOT_BENCH_RATES_H_
#define EARSHOT_BENCH_RATES_H_

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace earshot {

// Uniform on [0, 1), the same on every machine.
inline double UnitOf(std::mt19937_64* random) {
  return static_cast<double>((*random)() >> 11U) * 0x1.0p-53;
}

// A share of cases, and how sure it is. Cases of one cluster of hosts are not independent: each
// cluster counts once, with the share of its cases, in the interval (95 %, Clopper and Pearson,
// Biometrika 26 (1934) 404; with the sum of shares as the count).
struct RateFinding {
  std::uint32_t count = 0;
  std::uint32_t of = 0;
  std::uint32_t clusters = 0;
  double rate = 0;
  double low = 0;
  double high = 1;
};

// Counts cases.
class RateCounter {
 public:
  void Add(std::uint32_t cluster, bool yes);
  // Nothing was counted: rate 0 in [0, 1] of 0.
  RateFinding Finish() const;

 private:
  struct Cell {
    std::uint32_t yes = 0;
    std::uint32_t all = 0;
  };
  std::vector<Cell> cells_;  // by cluster
};

// The scores of honest places, from which thresholds are taken.
class HonestScores {
 public:
  void Add(std::uint32_t cluster, double score);
  std::size_t size() const { return scores_.size(); }
  void Sort();  // before thresholds are asked for

  // The conformal threshold for a case of clusters `a` and `b`, whose own scores are left out: with n
  // others, the ceil((n + 1)(1 - alpha))-th smallest, so that an honest case drawn like the others
  // exceeds it with probability at most alpha (Vovk et al., "Algorithmic Learning in a Random
  // World", 2005, prop. 2.3). None when n < 1/alpha - 1: too few to say.
  std::optional<double> ThresholdFor(std::uint32_t a, std::uint32_t b, double alpha) const;

  // The score that at most a share alpha of these places exceeds: an operating point of these very
  // places, as in a ROC curve, not a promise for others.
  std::optional<double> OperatingPoint(double alpha) const;

 private:
  struct Score {
    double score = 0;
    std::uint32_t cluster = 0;
  };
  std::vector<Score> scores_;  // greatest first
  std::vector<std::uint32_t> in_cluster_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_RATES_H_
