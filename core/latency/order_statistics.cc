#include "core/latency/order_statistics.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "core/base/check.h"

namespace earshot {

std::vector<Rtt> LowestRtts(std::span<const Sample> samples, std::size_t k) {
  std::vector<Rtt> rtts;
  rtts.reserve(samples.size());
  for (const Sample& sample : samples) rtts.push_back(sample.rtt);
  k = std::min(k, rtts.size());
  std::ranges::partial_sort(rtts, rtts.begin() + static_cast<std::ptrdiff_t>(k));
  rtts.resize(k);
  return rtts;
}

std::size_t LowestUsed(std::size_t n) { return std::clamp<std::size_t>(n / 10, 2, 10); }

double FloorGapFactor(std::size_t k, double tail_exponent, double confidence) {
  EARSHOT_CHECK(k >= 2);
  const double w = 1.0 - std::pow(1.0 - confidence, 1.0 / static_cast<double>(k - 1));
  const double r = std::pow(w, 1.0 / tail_exponent);
  return r / (1.0 - r);
}

std::optional<std::size_t> SureRankBelowQuantile(std::size_t n, double quantile,
                                                 double confidence) {
  // P(Binomial(n, p) >= l) is the regularised incomplete beta function I_p(l, n - l + 1).
  const auto sure = [&](std::size_t l) {
    return boost::math::ibeta(static_cast<double>(l), static_cast<double>(n - l + 1), quantile) >=
           confidence;
  };
  if (n == 0 || !sure(1)) return std::nullopt;
  std::size_t low = 1;  // sure
  std::size_t high = n + 1;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (sure(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace earshot
