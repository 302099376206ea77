// bench/delay_bands.h: what fitting a delay model and checking one must agree on.
#ifndef EARSHOT_BENCH_DELAY_BANDS_H_
#define EARSHOT_BENCH_DELAY_BANDS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/locate/estimator.h"

namespace earshot {

// The probabilities at which a band's quantiles are known.
inline constexpr std::array<double, 5> kDelayShares = {0.01, 0.05, 0.50, 0.95, 0.99};

// Added to the time in fibre, so that short paths are not all access: a host and a landmark in data
// centres rarely need more than this to leave them.
inline constexpr FractionalMilliseconds kAccess{1};

inline FractionalMilliseconds InFibre(Distance distance) {
  return FractionalMilliseconds(RoundTripOver(distance, kFibreSpeed).milliseconds());
}
// The RTT of a path as a multiple of (that of fibre + the access overhead).
inline double InflationOf(const MeasuredPath& path) {
  return path.rtt.milliseconds() / (InFibre(path.distance) + kAccess).count();
}

// The smallest value that at least the share does not exceed; `values` sorted, not empty.
inline double QuantileOf(const std::vector<double>& values, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

}  // namespace earshot

#endif  // EARSHOT_BENCH_DELAY_BANDS_H_
