// server/engine/check_limiter.h: how many signature checks a sender may cause.
#ifndef EARSHOT_SERVER_ENGINE_CHECK_LIMITER_H_
#define EARSHOT_SERVER_ENGINE_CHECK_LIMITER_H_

#include <cstdint>
#include <map>

#include "core/base/datagram.h"
#include "core/base/time.h"

namespace earshot {

// A token bucket: `burst` at once, `per_second` in the long run.
struct BucketShape {
  std::uint32_t burst = 1;
  std::uint32_t per_second = 1;
};

struct CheckLimiterOptions {
  // One endpoint is one agent: it opens a session now and then.
  BucketShape per_endpoint{8, 2};
  // One address may hide many agents behind a translator, or one attacker with many ports.
  BucketShape per_address{512, 128};
  // Buckets of each kind. At the limit those that are full again are forgotten; when none is,
  // strangers are refused until one is.
  std::size_t buckets_max = 8192;
};

// An authentic cookie costs its sender a round trip; what it buys is limited here. Confined to one
// thread; the instants of successive calls do not go back.
class CheckLimiter {
 public:
  explicit CheckLimiter(const CheckLimiterOptions& options) : options_(options) {}

  // Whether `source` may cause one more check now; takes the tokens if so.
  bool Allow(const Endpoint& source, MonotonicInstant now);

  std::size_t buckets() const { return endpoints_.size() + addresses_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    MonotonicInstant at;
  };
  template <typename Key>
  Bucket* Refill(std::map<Key, Bucket>& buckets, const Key& key, const BucketShape& shape,
                 MonotonicInstant now);

  CheckLimiterOptions options_;
  std::map<Endpoint, Bucket> endpoints_;
  std::map<std::uint32_t, Bucket> addresses_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_CHECK_LIMITER_H_
