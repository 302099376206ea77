// core/crypto/cookie.h: the cookie of RETRY, which lets a landmark forget a stranger.
//
// A cookie proves that whoever sends it could receive at the address it was minted for. Minting and
// checking keep no state per sender, so a spoofed HELLO costs its hash, one tag and no memory, a
// HELLO2 with a false cookie costs two tags, and no public-key operation happens before the address
// is known to be real.
//
//   cookie = SipHash-2-4-128( secret of the slot, slot (8) | address (4) | port (2) | offer )
//            | 16 zero bytes
//
// The offer is what a HELLO says (its other bytes are constants), so that HELLO2, which repeats it,
// is checked without a hash over the whole packet. Only the landmark that minted a cookie reads it:
// its form is no part of the protocol.
#ifndef EARSHOT_CORE_CRYPTO_COOKIE_H_
#define EARSHOT_CORE_CRYPTO_COOKIE_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/crypto/siphash.h"

namespace earshot {

inline constexpr std::size_t kCookieBytes = 32;
using Cookie = Bytes32;

// Each secret mints for this long and is accepted for as long again: a cookie lives 120 to 240 s.
inline constexpr Duration kCookieSecretLifetime = std::chrono::seconds(120);

// Mints and checks cookies. The instants passed in must come from one monotonic clock; the secrets
// rotate as they advance. Confined to one thread. No heap allocation but at a rotation.
class CookieMint {
 public:
  // `random` must outlive the mint.
  CookieMint(Random& random, MonotonicInstant now);

  // `offer` has one length for all calls of a mint.
  Cookie Mint(const Endpoint& source, ByteSpan offer, MonotonicInstant now);

  // Whether this mint issued `cookie` to `source` for `offer` within its lifetime.
  bool Accept(ByteSpan cookie, const Endpoint& source, ByteSpan offer, MonotonicInstant now);

 private:
  void RotateTo(MonotonicInstant now);

  Random& random_;
  std::int64_t slot_;  // of current_, in lifetimes since the clock's origin
  SipHashKey current_;
  SipHashKey previous_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_COOKIE_H_
