#include "core/protocol/answered_pings.h"

#include <algorithm>
#include <vector>

#include "core/crypto/hash_chain.h"
#include "core/crypto/merkle.h"
#include "core/protocol/timed.h"

namespace earshot {
namespace {

constexpr std::size_t BitmapBytes(std::uint32_t chain_length) {
  return (std::size_t{chain_length} + 7) / 8;
}

Bytes32 LeafOf(const PingBytes& ping, const HmacSha256Key& round_key) {
  std::array<std::uint8_t, wire::kPingBytes + wire::kPongBytes> exchange{};
  std::ranges::copy(ping, exchange.begin());
  AnswerPing(round_key, ping, std::span(exchange).last<wire::kPongBytes>());
  return MerkleLeafHash(exchange);
}

}  // namespace

Bytes BitmapOf(const AnsweredSet& answered, std::uint32_t chain_length) {
  Bytes bitmap(BitmapBytes(chain_length), 0);
  for (std::uint32_t index = 1; index <= chain_length; ++index) {
    if (!answered[index]) continue;
    std::uint8_t& byte = bitmap[(index - 1) / 8];
    byte = static_cast<std::uint8_t>(byte | (1U << ((index - 1) % 8)));
  }
  return bitmap;
}

Refusal ParseBitmap(ByteSpan bitmap, std::uint32_t chain_length, AnsweredSet& out) {
  if (chain_length > wire::kChainLengthMax || bitmap.size() != BitmapBytes(chain_length)) {
    return Refusal::kLength;
  }
  out.reset();
  for (std::uint32_t bit = 0; bit < bitmap.size() * 8; ++bit) {
    if (((bitmap[bit / 8] >> (bit % 8)) & 1U) == 0) continue;
    if (bit >= chain_length) return Refusal::kNotZero;
    out.set(bit + std::size_t{1});
  }
  return Refusal::kNone;
}

Bytes32 AnsweredRoot(const ChainPlace& from, const HmacSha256Key& round_key,
                     const AnsweredSet& answered) {
  std::vector<Bytes32> leaves;
  leaves.reserve(answered.count());
  Bytes32 nonce = from.nonce;
  for (std::uint32_t index = from.index; index >= 1; --index) {
    if (answered[index]) {
      leaves.push_back(LeafOf(WritePing(from.session_id, from.round, index, nonce), round_key));
    }
    nonce = HashChainStep(from.session_id, index, nonce);
  }
  EARSHOT_CHECK(leaves.size() == answered.count());
  std::ranges::reverse(leaves);
  return MerkleTree(std::move(leaves)).root();
}

}  // namespace earshot
