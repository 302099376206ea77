#include "core/protocol/timed.h"

#include <algorithm>

namespace earshot {

PingBytes WritePing(std::uint64_t session_id, std::uint32_t round, std::uint32_t index,
                    const Bytes32& nonce) {
  PingBytes ping{};
  WriteHeader({.type = MessageType::kPing,
               .suite = kSuite1,
               .session_id = session_id,
               .index = index,
               .round = round},
              ping);
  std::ranges::copy(nonce, ping.begin() + wire::kPingNonceAt);
  return ping;
}

Bytes32 PingNonce(ByteSpan ping) {
  EARSHOT_CHECK(ping.size() == wire::kPingBytes);
  Bytes32 nonce{};
  std::ranges::copy(ping.subspan(wire::kPingNonceAt), nonce.begin());
  return nonce;
}

void AnswerPing(const HmacSha256Key& round_key, ByteSpan ping,
                std::span<std::uint8_t, wire::kPongBytes> pong) {
  EARSHOT_CHECK(ping.size() == wire::kPingBytes);
  std::ranges::copy(ping.first(wire::kHeaderBytes), pong.begin());
  pong[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kPong);
  const Bytes32 tag = round_key.Tag({ping, pong.first(wire::kHeaderBytes)});
  std::ranges::copy(tag, pong.begin() + wire::kPongTagAt);
}

bool IsAnswer(const HmacSha256Key& round_key, ByteSpan ping, ByteSpan pong) {
  EARSHOT_CHECK(ping.size() == wire::kPingBytes && pong.size() == wire::kPongBytes);
  std::array<std::uint8_t, wire::kHeaderBytes> expected{};
  std::ranges::copy(ping.first(wire::kHeaderBytes), expected.begin());
  expected[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kPong);
  if (!std::ranges::equal(expected, pong.first(wire::kHeaderBytes))) return false;
  return round_key.Verify({ping, expected}, pong.subspan(wire::kPongTagAt));
}

}  // namespace earshot
