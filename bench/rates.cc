#include "bench/rates.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <iterator>

namespace earshot {
namespace {

constexpr double kIntervalTail = 0.025;  // on either side

// Below this, a rank computed in floating point is the whole number it was meant to be.
constexpr double kRankSlack = 1e-9;

constexpr int kRateDraws = 2000;
constexpr std::uint64_t kRateSeed = 1;

// With clusters as the cases and `share` of them counted.
void ClopperPearson(double share, RateFinding* found) {
  const double n = found->clusters;
  const double k = share * n;
  if (k > 0) found->low = boost::math::ibeta_inv(k, n - k + 1, kIntervalTail);
  if (k < n) found->high = boost::math::ibeta_inv(k + 1, n - k, 1 - kIntervalTail);
}

}  // namespace

void RateCounter::Add(std::uint32_t cluster, bool yes) {
  if (cluster >= cells_.size()) cells_.resize(cluster + std::size_t{1});
  cells_[cluster].yes += yes ? 1U : 0U;
  ++cells_[cluster].all;
}

RateFinding RateCounter::Pool() const {
  RateFinding found;
  double shares = 0;
  for (const Cell& cell : cells_) {
    if (cell.all == 0) continue;
    found.count += cell.yes;
    found.of += cell.all;
    ++found.clusters;
    shares += static_cast<double>(cell.yes) / cell.all;
  }
  if (found.of == 0) return found;
  found.rate = static_cast<double>(found.count) / found.of;
  // The shares of many clusters can add up to a hair above their number.
  found.cluster_mean = std::min(shares / found.clusters, 1.0);
  return found;
}

RateFinding RateCounter::Finish() const {
  RateFinding found = Pool();
  if (found.of > 0) ClopperPearson(found.cluster_mean, &found);
  return found;
}

RateFinding RateCounter::FinishPooled() const {
  RateFinding found = Pool();
  if (found.of == 0) return found;
  const bool is_unanimous = found.count == 0 || found.count == found.of;
  if (found.clusters < kBootstrapClustersMin || is_unanimous) {
    ClopperPearson(found.rate, &found);
  } else {
    Bootstrap(&found);
  }
  return found;
}

void RateCounter::Bootstrap(RateFinding* found) const {
  std::vector<Cell> cells;
  std::ranges::copy_if(cells_, std::back_inserter(cells), [](const Cell& c) { return c.all > 0; });
  std::ranges::sort(cells);  // numbers of clusters follow the rows of a file
  std::mt19937_64 random(kRateSeed);
  std::vector<double> rates;
  for (int draw = 0; draw < kRateDraws; ++draw) {
    std::uint64_t yes = 0;
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Cell& cell = cells[random() % cells.size()];
      yes += cell.yes;
      all += cell.all;
    }
    rates.push_back(static_cast<double>(yes) / static_cast<double>(all));
  }
  std::ranges::sort(rates);
  constexpr auto kLeftOut = static_cast<std::size_t>(kIntervalTail * kRateDraws);
  found->low = std::min(rates[kLeftOut], found->rate);
  found->high = std::max(rates[rates.size() - 1 - kLeftOut], found->rate);
}

void HonestScores::Add(std::uint32_t cluster, double score) {
  scores_.push_back({score, cluster});
  if (cluster >= in_cluster_.size()) in_cluster_.resize(cluster + std::size_t{1});
  ++in_cluster_[cluster];
}

void HonestScores::Sort() {
  std::ranges::sort(scores_, std::ranges::greater(), &Score::score);
}

std::optional<double> HonestScores::ThresholdFor(std::uint32_t a, std::uint32_t b,
                                                 double alpha) const {
  const auto size_of = [&](std::uint32_t c) {
    return c < in_cluster_.size() ? std::size_t{in_cluster_[c]} : 0;
  };
  const std::size_t left_out = size_of(a) + (a == b ? 0 : size_of(b));
  const std::size_t n = scores_.size() - left_out;
  const double rank =
      std::ceil((static_cast<double>(n) + 1) * (1 - alpha) - kRankSlack);  // from the smallest
  if (rank > static_cast<double>(n) || rank < 1) return std::nullopt;
  auto above = static_cast<std::size_t>(static_cast<double>(n) - rank);
  for (const Score& score : scores_) {
    if (score.cluster == a || score.cluster == b) continue;
    if (above-- == 0) return score.score;
  }
  return std::nullopt;
}

std::optional<double> HonestScores::OperatingPoint(double alpha) const {
  const auto above = static_cast<std::size_t>(
      std::floor(alpha * static_cast<double>(scores_.size()) + kRankSlack));
  if (above >= scores_.size()) return std::nullopt;
  return scores_[above].score;
}

}  // namespace earshot
