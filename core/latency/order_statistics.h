// core/latency/order_statistics.h: what the lowest of n samples say about where they come from.
#ifndef EARSHOT_CORE_LATENCY_ORDER_STATISTICS_H_
#define EARSHOT_CORE_LATENCY_ORDER_STATISTICS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "core/domain/sample.h"

namespace earshot {

// The `k` least RTTs of `samples`, in rising order; all of them when there are fewer.
std::vector<Rtt> LowestRtts(std::span<const Sample> samples, std::size_t k);

// How many of the lowest of `n` samples the statements about a floor look at: a tenth, at least 2
// (fewer say nothing), at most 10 (beyond it little is gained and the power law holds less well).
std::size_t LowestUsed(std::size_t n);

// The factor C for which X(1) - floor <= C * (X(k) - X(1)) with probability `confidence`, when each
// excess X - floor is independent and is below x with a probability proportional to
// x^tail_exponent, up to X(k). Exact for any n >= k >= 2.
//
// Derivation: given X(k), the k - 1 lower excesses are independent draws from the law cut off there,
// so W = ((X(1) - floor) / (X(k) - floor))^a is the least of k - 1 uniforms, and
// P(W <= w) = 1 - (1 - w)^(k-1). With r = w^(1/a), X(1) - floor <= r / (1 - r) * (X(k) - X(1)).
// For k = 2 and a = 1 this is Robson and Whitlock, "Estimation of a truncation point", Biometrika 51
// (1964); for general k and a see Weissman, "Confidence intervals for the threshold parameter",
// Communications in Statistics A 10 (1981), and de Haan, "Estimation of the minimum of a function
// using order statistics", JASA 76 (1981).
double FloorGapFactor(std::size_t k, double tail_exponent, double confidence);

// The largest rank l (from 1) with P(X(l) <= the quantile) >= `confidence` for `n` independent
// samples of any one distribution; none when even the least sample is not sure enough, which takes
// n >= log(1 - confidence) / log(1 - quantile): 59 at 5 % and 95 %.
// Source: David and Nagaraja, Order Statistics (2003), section 7.1: P(X(l) <= quantile) is
// P(Binomial(n, quantile) >= l).
std::optional<std::size_t> SureRankBelowQuantile(std::size_t n, double quantile, double confidence);

}  // namespace earshot

#endif  // EARSHOT_CORE_LATENCY_ORDER_STATISTICS_H_
