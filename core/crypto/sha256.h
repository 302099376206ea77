// core/crypto/sha256.h: SHA-256 (FIPS 180-4) without a heap allocation.
//
// Hashing stands in the timed path: a pong is due after one chain step and one HMAC. OpenSSL 3.0's
// EVP digests allocate a provider context on every initialisation and take 180 ns for a chain step;
// the block functions underneath, which this header wraps, take about 105 ns and allocate nothing
// (docs/decisions/sha256-block-functions.md).
#ifndef EARSHOT_CORE_CRYPTO_SHA256_H_
#define EARSHOT_CORE_CRYPTO_SHA256_H_

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>

#include "core/base/bytes.h"

namespace earshot {

inline constexpr std::size_t kSha256BlockBytes = 64;

// A hash in progress. A plain value: copying it forks the computation, which is how HMAC keeps its
// key parsed. Whoever feeds it secrets calls Wipe() when done.
class Sha256State {
 public:
  Sha256State();

  void Update(ByteSpan bytes);
  // The digest of everything fed so far. The state is spent: assign a fresh one before reuse.
  Bytes32 Finish();
  // Leaves nothing of what was fed. Finishing a wiped state is our bug (CHECK).
  void Wipe();

 private:
  static constexpr std::size_t kStateBytes = 112;  // sizeof(SHA256_CTX), asserted in sha256.cc
  alignas(8) std::array<std::byte, kStateBytes> storage_;
};

// The digest of the parts, one after the other, as if they were one string. Callers whose parts
// vary in length must make the boundaries unambiguous themselves.
Bytes32 Sha256(std::span<const ByteSpan> parts);
inline Bytes32 Sha256(std::initializer_list<ByteSpan> parts) {
  return Sha256(std::span<const ByteSpan>(parts.begin(), parts.size()));
}
inline Bytes32 Sha256(ByteSpan bytes) { return Sha256(std::span<const ByteSpan>(&bytes, 1)); }

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_SHA256_H_
