// core/base/binomial_interval.h: how well a counted rate is known.
#ifndef EARSHOT_CORE_BASE_BINOMIAL_INTERVAL_H_
#define EARSHOT_CORE_BASE_BINOMIAL_INTERVAL_H_

#include <cstdint>

namespace earshot {

struct BinomialInterval {
  double low = 0;
  double high = 1;
};

// The exact interval of Clopper and Pearson ("The use of confidence or fiducial limits illustrated
// in the case of the binomial", Biometrika 26 (1934)) for the probability behind `hits` in `trials`
// independent trials: it holds the true value with at least `confidence`, in (0, 1). No trial
// tells nothing: [0, 1]. `hits` beyond `trials` counts as `trials`; a confidence outside (0, 1),
// NaN included, as 0.95.
BinomialInterval ClopperPearson(std::uint64_t hits, std::uint64_t trials, double confidence = 0.95);

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_BINOMIAL_INTERVAL_H_
