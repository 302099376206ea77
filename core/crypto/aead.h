// core/crypto/aead.h: ChaCha20-Poly1305 (RFC 8439).
#ifndef EARSHOT_CORE_CRYPTO_AEAD_H_
#define EARSHOT_CORE_CRYPTO_AEAD_H_

#include <array>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace earshot {

inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;
// Far above any datagram. A longer plaintext is our bug (CHECK); a longer ciphertext is refused.
inline constexpr std::size_t kAeadPlaintextBytesMax = std::size_t{1} << 20U;

using AeadNonce = std::array<std::uint8_t, kAeadNonceBytes>;

// Ciphertext followed by the 16-byte tag. A nonce must never be used twice under one key: two
// plaintexts would leak their difference and the tag key with it.
Bytes AeadSeal(const Secret32& key, const AeadNonce& nonce, ByteSpan associated_data,
               ByteSpan plaintext);

// The plaintext, only once the tag over ciphertext and associated data has been verified.
// kUnauthenticated when it does not verify, or when `sealed` is shorter than a tag or too long.
Result<Bytes> AeadOpen(const Secret32& key, const AeadNonce& nonce, ByteSpan associated_data,
                       ByteSpan sealed);

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_AEAD_H_
