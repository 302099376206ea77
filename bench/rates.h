// bench/rates.h: thresholds and rates from scores, with intervals that know of clusters.
#ifndef EARSHOT_BENCH_RATES_H_
#define EARSHOT_BENCH_RATES_H_

#include <compare>
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

// A share of cases, and how sure it is. Cases of one cluster of hosts are not independent, so the
// interval (95 %) counts clusters.
struct RateFinding {
  std::uint32_t count = 0;
  std::uint32_t of = 0;
  std::uint32_t clusters = 0;
  double rate = 0;
  double cluster_mean = 0;  // of the shares of clusters: each counts once, however many its cases
  double low = 0;
  double high = 1;
};

// Below so many clusters a bootstrap hardly varies what it draws, and its interval is too short.
inline constexpr std::uint32_t kBootstrapClustersMin = 10;

// Counts cases. Nothing was counted: rate 0 in [0, 1] of 0.
class RateCounter {
 public:
  void Add(std::uint32_t cluster, bool yes);

  // For clusters of about as many cases each: the interval of Clopper and Pearson (Biometrika 26
  // (1934) 404) with clusters as the cases and the sum of their shares as the count.
  RateFinding Finish() const;

  // For clusters that differ in their cases, whose pooled rate is not the mean of their shares: the
  // interval of the rate itself, which it always holds. 2.5 and 97.5 % quantiles of the rate in 2,000
  // draws of as many clusters with replacement (Efron and Tibshirani, "An Introduction to the
  // Bootstrap", 1993, ch. 13), by a seed of its own: the same counts give the same interval. Below
  // kBootstrapClustersMin clusters, and where all cases agree, that of Clopper and Pearson with
  // clusters as the cases and rate times clusters as the count.
  RateFinding FinishPooled() const;

 private:
  struct Cell {
    std::uint32_t yes = 0;
    std::uint32_t all = 0;
    auto operator<=>(const Cell&) const = default;
  };
  RateFinding Pool() const;  // without an interval
  void Bootstrap(RateFinding* found) const;

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
