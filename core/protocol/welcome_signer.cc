#include "core/protocol/welcome_signer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "core/crypto/merkle.h"
#include "core/protocol/zeros.h"

namespace earshot {
namespace {

constexpr std::string_view kWelcomeContext{"EWP1 welcome v1\0", 16};

using SignedText = std::array<std::uint8_t, kWelcomeContext.size() + wire::kHashBytes>;

SignedText TextToSign(const Bytes32& root) {
  SignedText text{};
  std::ranges::copy(root, std::ranges::copy(kWelcomeContext, text.begin()).out);
  return text;
}

Bytes32 LeafOf(ByteSpan welcome) { return MerkleLeafHash(welcome.first(wire::kWelcomeLeafEnd)); }

// A whole binary tree in place: node 1 is the root, 2k and 2k + 1 the children of k, and the leaves
// are the nodes from `width` on.
using TreeNodes = std::array<Bytes32, 2 * kWelcomeBatchMax>;

}  // namespace

void SignWelcomes(const Ed25519PrivateKey& landmark_key, std::span<WelcomeBytes* const> batch) {
  EARSHOT_CHECK(!batch.empty() && batch.size() <= kWelcomeBatchMax);
  const std::size_t width = std::bit_ceil(batch.size());
  TreeNodes nodes{};
  for (std::size_t i = 0; i < batch.size(); ++i) nodes[width + i] = LeafOf(*batch[i]);
  for (std::size_t k = width - 1; k > 0; --k) {
    nodes[k] = MerkleNodeHash(nodes[2 * k], nodes[2 * k + 1]);
  }
  const Ed25519Signature signature = landmark_key.Sign(TextToSign(nodes[1]));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    WelcomeBytes& welcome = *batch[i];
    std::fill(welcome.begin() + wire::kWelcomeLeafEnd, welcome.end(), std::uint8_t{0});
    welcome[wire::kWelcomePathLengthAt] = static_cast<std::uint8_t>(std::countr_zero(width));
    welcome[wire::kWelcomeLeafIndexAt] = static_cast<std::uint8_t>(i);
    auto end = welcome.begin() + wire::kWelcomePathAt;
    for (std::size_t k = width + i; k > 1; k /= 2) end = std::ranges::copy(nodes[k ^ 1U], end).out;
    std::ranges::copy(signature, welcome.begin() + wire::kWelcomeSignatureAt);
  }
}

Refusal VerifyWelcomeSignature(ByteSpan welcome, const Ed25519PublicKey& landmark_key) {
  if (welcome.size() != wire::kWelcomeBytes) return Refusal::kLength;
  const std::size_t path_length = welcome[wire::kWelcomePathLengthAt];
  const std::uint32_t leaf_index = welcome[wire::kWelcomeLeafIndexAt];
  if (path_length > wire::kPathLengthMax || leaf_index >> path_length != 0) return Refusal::kField;
  const std::size_t path_end = wire::kWelcomePathAt + path_length * wire::kHashBytes;
  if (!AllZero(welcome.subspan(wire::kWelcomePaddingAt,
                               wire::kWelcomePathAt - wire::kWelcomePaddingAt)) ||
      !AllZero(welcome.subspan(path_end, wire::kWelcomeSignatureAt - path_end))) {
    return Refusal::kNotZero;
  }
  Bytes32 root = LeafOf(welcome);
  for (std::size_t level = 0; level < path_length; ++level) {
    Bytes32 sibling{};
    std::ranges::copy(
        welcome.subspan(wire::kWelcomePathAt + level * wire::kHashBytes, wire::kHashBytes),
        sibling.begin());
    const bool right = ((leaf_index >> level) & 1U) != 0;
    root = right ? MerkleNodeHash(sibling, root) : MerkleNodeHash(root, sibling);
  }
  return landmark_key.Verify(TextToSign(root), welcome.subspan(wire::kWelcomeSignatureAt))
             ? Refusal::kNone
             : Refusal::kSignature;
}

}  // namespace earshot
