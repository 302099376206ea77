#include "core/crypto/hash_chain.h"

#include "core/crypto/secret.h"
#include "core/crypto/sha256.h"

namespace earshot {
namespace {

// x_to from x_from, to <= from.
Bytes32 HashDown(std::uint64_t session_id, std::uint32_t from, std::uint32_t to, Bytes32 nonce) {
  for (std::uint32_t index = from; index > to; --index) {
    nonce = HashChainStep(session_id, index, nonce);
  }
  return nonce;
}

void WipeAll(std::vector<Bytes32>& nonces) {
  for (Bytes32& nonce : nonces) Cleanse(nonce);
}

}  // namespace

Bytes32 HashChainStep(std::uint64_t session_id, std::uint32_t index, const Bytes32& preimage) {
  std::array<std::uint8_t, 12> place{};
  StoreBigEndian<std::uint64_t>(place, 0, session_id);
  StoreBigEndian<std::uint32_t>(place, 8, index);
  return Sha256({AsBytes(kHashChainLabel), place, preimage});
}

HashChain HashChain::Generate(std::uint64_t session_id, std::uint32_t length, Random& random) {
  Bytes32 last = random.NextBytes32();
  HashChain chain = FromLast(session_id, length, last);
  Cleanse(last);
  return chain;
}

HashChain HashChain::FromLast(std::uint64_t session_id, std::uint32_t length,
                              const Bytes32& last) {
  EARSHOT_CHECK(length >= 1 && length <= kHashChainLengthMax);
  std::vector<Bytes32> nonces(length + std::size_t{1});
  nonces[length] = last;
  for (std::uint32_t index = length; index > 0; --index) {
    nonces[index - 1] = HashChainStep(session_id, index, nonces[index]);
  }
  return HashChain(std::move(nonces));
}

HashChain& HashChain::operator=(HashChain&& other) noexcept {
  if (this != &other) {
    WipeAll(nonces_);
    nonces_ = std::move(other.nonces_);
  }
  return *this;
}

HashChain::~HashChain() { WipeAll(nonces_); }

const Bytes32& HashChain::Nonce(std::uint32_t index) const {
  EARSHOT_CHECK(index >= 1 && index < nonces_.size());
  return nonces_[index];
}

HashChainVerifier::HashChainVerifier(std::uint64_t session_id, const Bytes32& anchor,
                                     std::uint32_t length, std::uint32_t steps_max)
    : session_id_(session_id), length_(length), steps_max_(steps_max), highest_nonce_(anchor) {
  EARSHOT_CHECK(length >= 1 && length <= kHashChainLengthMax);
}

HashChainAnswer HashChainVerifier::Accept(std::uint32_t index, const Bytes32& nonce) {
  if (index == 0 || index > length_) return HashChainAnswer::kOutOfRange;
  if (accepted_[index]) return HashChainAnswer::kDuplicate;
  const bool later = index > highest_;
  const std::uint32_t steps = later ? index - highest_ : highest_ - index;
  if (steps > steps_max_) return HashChainAnswer::kTooFar;
  const bool genuine =
      later ? ConstantTimeEqual(HashDown(session_id_, index, highest_, nonce), highest_nonce_)
            : ConstantTimeEqual(HashDown(session_id_, highest_, index, highest_nonce_), nonce);
  if (!genuine) return HashChainAnswer::kForged;
  accepted_[index] = true;
  if (later) {
    highest_ = index;
    highest_nonce_ = nonce;
  }
  return HashChainAnswer::kAccepted;
}

}  // namespace earshot
