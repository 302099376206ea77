// core/crypto/cookie.h: the cookie of RETRY, which lets a landmark forget a stranger.
//
// A cookie proves that whoever sends it could receive at the address it was minted for. Minting and
// checking keep no state per sender, so a spoofed HELLO costs its hash, one tag (190 ns) and no
// memory, and no public-key operation happens before the address is known to be real.
//
//   cookie = HMAC-SHA256( secret of the slot, "EWP1 cookie v1\0" (15) | slot (8) |
//                         address (4) | port (2) | hello hash (32) )
//
// Only the landmark that minted a cookie reads it, so its form is no part of the protocol.
#ifndef EARSHOT_CORE_CRYPTO_COOKIE_H_
#define EARSHOT_CORE_CRYPTO_COOKIE_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/crypto/hmac.h"

namespace earshot {

inline constexpr std::size_t kCookieBytes = 32;
using Cookie = Bytes32;

// Each secret mints for this long and is accepted for as long again: a cookie lives 120 to 240 s.
inline constexpr Duration kCookieSecretLifetime = std::chrono::seconds(120);

// Mints and checks cookies. The instants passed in must come from one monotonic clock; the secrets
// rotate as they advance. Confined to one thread. No heap allocation after construction.
class CookieMint {
 public:
  // `random` must outlive the mint.
  CookieMint(Random& random, MonotonicInstant now);

  Cookie Mint(const Endpoint& source, const Bytes32& hello_hash, MonotonicInstant now);

  // Whether this mint issued `cookie` to `source` for `hello_hash` within its lifetime.
  bool Accept(ByteSpan cookie, const Endpoint& source, const Bytes32& hello_hash,
              MonotonicInstant now);

 private:
  void RotateTo(MonotonicInstant now);

  Random& random_;
  std::int64_t slot_;  // of current_, in lifetimes since the clock's origin
  HmacSha256Key current_;
  HmacSha256Key previous_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_COOKIE_H_
