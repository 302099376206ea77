// core/crypto/siphash.h: SipHash-2-4 with a 128-bit tag, for marks that only their maker reads.
//
// A keyed hash of short inputs, several times quicker than HMAC-SHA256 and as hard to forge for
// whoever does not know the key (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
// No signature and no statement to others rests on it.
#ifndef EARSHOT_CORE_CRYPTO_SIPHASH_H_
#define EARSHOT_CORE_CRYPTO_SIPHASH_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/crypto/secret.h"

struct evp_mac_ctx_st;  // OpenSSL's EVP_MAC_CTX

namespace earshot {

inline constexpr std::size_t kSipHashTagBytes = 16;
using SipHashTag = std::array<std::uint8_t, kSipHashTagBytes>;

// Move-only; the key is wiped when it dies. Confined to one thread: the state is reused from tag to
// tag, so that a tag allocates nothing.
class SipHashKey {
 public:
  // Uses the first 16 bytes of `key`.
  explicit SipHashKey(Secret32 key);
  static SipHashKey Draw(Random& random) { return SipHashKey(Secret32::Draw(random)); }

  // The tag over the parts, one after the other, as if they were one string.
  SipHashTag Tag(std::initializer_list<ByteSpan> parts) const;

 private:
  struct ContextDeleter {
    void operator()(evp_mac_ctx_st* context) const;
  };

  Secret32 key_;
  std::unique_ptr<evp_mac_ctx_st, ContextDeleter> context_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_SIPHASH_H_
