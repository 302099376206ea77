// server/engine/check_limiter.h: how many signature checks a sender may cause.
#ifndef EARSHOT_SERVER_ENGINE_CHECK_LIMITER_H_
#define EARSHOT_SERVER_ENGINE_CHECK_LIMITER_H_

#include <cstdint>
#include <map>
#include <optional>

#include "core/base/datagram.h"
#include "core/base/time.h"
#include "core/domain/ids.h"

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
  // What each device has to itself, beside the budget of strangers.
  BucketShape per_device{8, 2};
  // Buckets of each kind, and addresses remembered as refused. At the limit those that are full
  // again are forgotten; when none is, strangers are refused until one is.
  std::size_t buckets_max = 8192;
};

// Why handshakes from an address went unchecked.
enum class Shortage : std::uint8_t {
  kNone,
  kOwnAddress,  // more came from that address than one address may cause
  kEverybody,   // there was no room for another sender, or datagram, whoever sent it
};

// An authentic cookie costs its sender a round trip; what it buys is limited here. Strangers share a
// budget by address, so that many ports buy no more; an endpoint from which a device completed a
// handshake spends from a reserve that no stranger can touch, not even one behind the same address.
// Confined to one thread; the instants of successive calls do not go back.
class CheckLimiter {
 public:
  explicit CheckLimiter(const CheckLimiterOptions& options) : options_(options) {}

  // Whether a stranger at `source` may cause one more check now; takes the tokens if so.
  bool Allow(const Endpoint& source, MonotonicInstant now);
  // The same for the endpoint from which `device` last completed a handshake. The caller names
  // enrolled devices only, which bounds the reserves.
  bool AllowKnown(const DeviceId& device, MonotonicInstant now);

  // What strangers at `address` lacked since `since`, which is at most kRoundLengthMax ago. An
  // endpoint that only outspent its own bucket is not counted.
  Shortage ShortageAt(std::uint32_t address, MonotonicInstant since) const;

  std::size_t buckets() const { return endpoints_.size() + addresses_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    MonotonicInstant at;
  };
  template <typename Key>
  Bucket* Refill(std::map<Key, Bucket>& buckets, const Key& key, const BucketShape& shape,
                 MonotonicInstant now);
  void NoteRefused(std::uint32_t address, MonotonicInstant now);

  CheckLimiterOptions options_;
  std::map<Endpoint, Bucket> endpoints_;
  std::map<std::uint32_t, Bucket> addresses_;
  std::map<DeviceId, Bucket> reserves_;
  std::map<std::uint32_t, MonotonicInstant> refused_at_;  // last, by address
  std::optional<MonotonicInstant> no_room_at_;            // last
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_CHECK_LIMITER_H_
