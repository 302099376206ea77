#include "server/engine/check_limiter.h"

#include <algorithm>

#include "core/domain/policy.h"

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

// The address first: its flood must not fill the table of endpoints.
bool CheckLimiter::Allow(const Endpoint& source, MonotonicInstant now) {
  Bucket* address = Refill(addresses_, source.address, options_.per_address, now);
  if (address != nullptr && address->tokens < 1) {
    NoteRefused(source.address, now);
    return false;
  }
  Bucket* endpoint =
      address == nullptr ? nullptr : Refill(endpoints_, source, options_.per_endpoint, now);
  if (endpoint == nullptr) {
    no_room_at_ = now;
    return false;
  }
  if (endpoint->tokens < 1) return false;
  endpoint->tokens -= 1;
  address->tokens -= 1;
  return true;
}

bool CheckLimiter::AllowKnown(const DeviceId& device, MonotonicInstant now) {
  const BucketShape& shape = options_.per_device;
  Bucket& reserve =
      reserves_.try_emplace(device, Bucket{static_cast<double>(shape.burst), now}).first->second;
  reserve.tokens = TokensAt(reserve.tokens, now - reserve.at, shape);
  reserve.at = now;
  if (reserve.tokens < 1) return false;
  reserve.tokens -= 1;
  return true;
}

void CheckLimiter::NoteRefused(std::uint32_t address, MonotonicInstant now) {
  if (refused_at_.size() >= options_.buckets_max && !refused_at_.contains(address)) {
    std::erase_if(refused_at_,
                  [&](const auto& entry) { return now - entry.second > kRoundLengthMax; });
  }
  if (refused_at_.size() >= options_.buckets_max && !refused_at_.contains(address)) {
    no_room_at_ = now;
    return;
  }
  refused_at_.insert_or_assign(address, now);
}

Shortage CheckLimiter::ShortageAt(std::uint32_t address, MonotonicInstant since) const {
  const auto own = refused_at_.find(address);
  if (own != refused_at_.end() && own->second >= since) return Shortage::kOwnAddress;
  return no_room_at_.has_value() && *no_room_at_ >= since ? Shortage::kEverybody : Shortage::kNone;
}

}  // namespace earshot
