#include "server/engine/check_limiter.h"

#include <algorithm>

namespace earshot {
namespace {

double TokensAt(double tokens, Duration elapsed, const BucketShape& shape) {
  return std::min<double>(shape.burst, tokens + ToSeconds(elapsed) * shape.per_second);
}

}  // namespace

// The bucket of `key` as it stands at `now`; null when there is no room for it.
template <typename Key>
CheckLimiter::Bucket* CheckLimiter::Refill(std::map<Key, Bucket>& buckets, const Key& key,
                                           const BucketShape& shape, MonotonicInstant now) {
  const auto known = buckets.find(key);
  if (known != buckets.end()) {
    Bucket& bucket = known->second;
    bucket.tokens = TokensAt(bucket.tokens, now - bucket.at, shape);
    bucket.at = now;
    return &bucket;
  }
  if (buckets.size() >= options_.buckets_max) {
    std::erase_if(buckets, [&](const auto& entry) {
      return TokensAt(entry.second.tokens, now - entry.second.at, shape) >= shape.burst;
    });
    if (buckets.size() >= options_.buckets_max) return nullptr;
  }
  return &buckets.emplace(key, Bucket{static_cast<double>(shape.burst), now}).first->second;
}

bool CheckLimiter::Allow(const Endpoint& source, MonotonicInstant now) {
  Bucket* endpoint = Refill(endpoints_, source, options_.per_endpoint, now);
  Bucket* address = Refill(addresses_, source.address, options_.per_address, now);
  if (endpoint == nullptr || address == nullptr) return false;
  if (endpoint->tokens < 1 || address->tokens < 1) return false;
  endpoint->tokens -= 1;
  address->tokens -= 1;
  return true;
}

}  // namespace earshot
