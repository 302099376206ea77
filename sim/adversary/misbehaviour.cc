#include "sim/adversary/misbehaviour.h"

#include <algorithm>

#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

constexpr std::size_t kTagAt = wire::kHeaderBytes;

// The header that a PONG to `ping` must have, and a tag of zeros.
PongBytes UntaggedPong(const PingBytes& ping) {
  PongBytes pong{};
  std::copy_n(ping.begin(), wire::kHeaderBytes, pong.begin());
  pong[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kPong);
  return pong;
}

}  // namespace

PongBytes ReflectedPing(const PingBytes& ping) {
  static_assert(wire::kPingBytes == wire::kPongBytes, "no reply is longer than its request");
  return ping;
}

PongBytes EchoedNonce(const PingBytes& ping) {
  PongBytes pong = ping;
  pong[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kPong);
  return pong;
}

PongBytes ForgedTag(const PingBytes& ping, Random& random) {
  PongBytes pong = UntaggedPong(ping);
  random.Fill(MutableByteSpan(pong).subspan(kTagAt));
  return pong;
}

PongBytes ReplayedTag(const PingBytes& ping, const PongBytes& earlier) {
  PongBytes pong = UntaggedPong(ping);
  std::copy(earlier.begin() + kTagAt, earlier.end(), pong.begin() + kTagAt);
  return pong;
}

PongBytes EarlyReply(const PingBytes& ping, Random& random) {
  PongBytes pong = ForgedTag(ping, random);
  StoreBigEndian<std::uint32_t>(pong, wire::kIndexAt,
                                LoadBigEndian<std::uint32_t>(ping, wire::kIndexAt) + 1);
  return pong;
}

PingBytes ForgedPing(const PingBytes& ping, Random& random) {
  PingBytes forged = ping;
  random.Fill(MutableByteSpan(forged).subspan(wire::kPingNonceAt));
  return forged;
}

PongBytes WrongSession(const PongBytes& pong) {
  PongBytes moved = pong;
  StoreBigEndian<std::uint64_t>(moved, wire::kSessionAt,
                                LoadBigEndian<std::uint64_t>(pong, wire::kSessionAt) + 1);
  return moved;
}

}  // namespace earshot
