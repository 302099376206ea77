// core/crypto/hkdf.h: HKDF-SHA256 (RFC 5869), from one agreed secret to the keys of a session.
#ifndef EARSHOT_CORE_CRYPTO_HKDF_H_
#define EARSHOT_CORE_CRYPTO_HKDF_H_

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace earshot {

// RFC 5869, 2.3: no more than 255 blocks may be expanded from one key.
inline constexpr std::size_t kHkdfOutputBytesMax = std::size_t{255} * 32;

// Concentrates `input_key_material` (an X25519 result, say) into a uniform key. `salt` is public
// and may be empty.
Secret32 HkdfExtract(ByteSpan salt, ByteSpan input_key_material);

// Fills `out` with key material bound to `info`; `out` holds 1 to kHkdfOutputBytesMax bytes (CHECK)
// and is the caller's to wipe. Different `info`, independent keys.
void HkdfExpand(const Secret32& pseudorandom_key, ByteSpan info, MutableByteSpan out);

// The first 32 bytes of the expansion: one key.
Secret32 HkdfExpand32(const Secret32& pseudorandom_key, ByteSpan info);

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_HKDF_H_
