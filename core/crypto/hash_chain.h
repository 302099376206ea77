// core/crypto/hash_chain.h: the chain of nonces that makes every ping signed by one signature.
//
// A landmark draws x_N and hashes down:
//
//   x_{i-1} = SHA-256( "EWP1 chain v1\0" (14) | session id (8) | i (4, big-endian) | x_i (32) )
//
// It signs the anchor x_0 once, in WELCOME, and sends x_i as the nonce of ping i. Whoever holds the
// anchor can hash a nonce back to it, and nobody can compute x_i from what was sent before. Session
// and index are hashed in, so a nonce is good at one place of one chain only.
#ifndef EARSHOT_CORE_CRYPTO_HASH_CHAIN_H_
#define EARSHOT_CORE_CRYPTO_HASH_CHAIN_H_

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/random.h"

namespace earshot {

// With its terminating NUL, which is hashed too.
inline constexpr std::string_view kHashChainLabel{"EWP1 chain v1\0", 14};

// The longest chain; a session that needs more pings starts anew.
inline constexpr std::uint32_t kHashChainLengthMax = 256;

// x_{index-1} from x_index. No allocation; about 105 ns.
Bytes32 HashChainStep(std::uint64_t session_id, std::uint32_t index, const Bytes32& preimage);

// The landmark's side: all nonces of one session, 32 bytes each. Move-only; wiped when it dies.
// An index that was not sent yet is a secret.
class HashChain {
 public:
  // `length` is the number of nonces N, 1 to kHashChainLengthMax (CHECK). Takes N hash steps.
  static HashChain Generate(std::uint64_t session_id, std::uint32_t length, Random& random);
  // The same from a given x_N, for test vectors.
  static HashChain FromLast(std::uint64_t session_id, std::uint32_t length, const Bytes32& last);

  HashChain(HashChain&&) noexcept = default;
  HashChain& operator=(HashChain&& other) noexcept;
  HashChain(const HashChain&) = delete;
  HashChain& operator=(const HashChain&) = delete;
  ~HashChain();

  // N.
  std::uint32_t length() const { return static_cast<std::uint32_t>(nonces_.size()) - 1; }
  // x_0, which WELCOME carries and signs.
  const Bytes32& anchor() const { return nonces_.front(); }
  // x_index, for index in [1, length()] (CHECK).
  const Bytes32& Nonce(std::uint32_t index) const;

 private:
  explicit HashChain(std::vector<Bytes32> nonces) : nonces_(std::move(nonces)) {}

  std::vector<Bytes32> nonces_;  // [i] is x_i
};

// What a verifier says of a nonce. Everything but kAccepted leaves it unchanged.
enum class HashChainAnswer : std::uint8_t {
  kAccepted,    // genuine, and the first time for this index
  kDuplicate,   // the index was accepted before; the nonce is not even looked at
  kOutOfRange,  // the chain has no such index
  kTooFar,      // more steps from the highest accepted index than the bound allows
  kForged,      // does not hash to what is known
};

// The agent's side. Remembers the highest accepted nonce and which indices were accepted; a few
// hundred bytes, no heap. Never persisted or restored: after a restart the chain is forgotten.
class HashChainVerifier {
 public:
  // `anchor` and `length` come from a verified WELCOME; `length` is 1 to kHashChainLengthMax
  // (CHECK). `steps_max` bounds the hashing that one packet can cost, forged ones included.
  HashChainVerifier(std::uint64_t session_id, const Bytes32& anchor, std::uint32_t length,
                    std::uint32_t steps_max);

  // Judges `nonce` as x_index. A later index than any before is hashed down to the highest accepted
  // one; a lower index that was not accepted yet is compared with the highest hashed down to it.
  // Accepting such a late one is sound: its ping was sent earlier, so the interval that its pong
  // ends is longer. No allocation; at most steps_max steps.
  HashChainAnswer Accept(std::uint32_t index, const Bytes32& nonce);

  // The highest accepted index; 0 before the first.
  std::uint32_t highest() const { return highest_; }

 private:
  std::uint64_t session_id_;
  std::uint32_t length_;
  std::uint32_t steps_max_;
  std::uint32_t highest_ = 0;
  Bytes32 highest_nonce_;
  std::bitset<kHashChainLengthMax + 1> accepted_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_HASH_CHAIN_H_
