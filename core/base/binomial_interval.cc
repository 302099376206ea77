#include "core/base/binomial_interval.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>

namespace earshot {

BinomialInterval ClopperPearson(std::uint64_t hits, std::uint64_t trials, double confidence) {
  if (trials == 0) return {};
  const double level = confidence > 0.0 && confidence < 1.0 ? confidence : 0.95;
  const double tail = (1.0 - level) / 2.0;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(std::min(hits, trials));
  using Binomial = boost::math::binomial_distribution<double>;
  return {.low = Binomial::find_lower_bound_on_p(n, k, tail),
          .high = Binomial::find_upper_bound_on_p(n, k, tail)};
}

}  // namespace earshot
