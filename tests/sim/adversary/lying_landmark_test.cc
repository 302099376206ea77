#include "sim/adversary/lying_landmark.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;

constexpr Endpoint kDevice{0x7f400001, 4000};

ClockReading At(Duration d) {
  return {MonotonicInstant() + d, WallInstant() + std::chrono::hours(1) + d};
}

class Socket final : public DatagramTransport {
 public:
  ClockReading Send(const Endpoint&, ByteSpan, std::uint64_t) override { return now; }
  ClockReading now = At(milliseconds(100));
};

// The first bytes of a packet, which name its type.
Bytes PacketOf(MessageType type) {
  Bytes packet(wire::kPingBytes, 0);
  std::copy(kMagic.begin(), kMagic.end(), packet.begin());
  packet[wire::kTypeAt] = static_cast<std::uint8_t>(type);
  return packet;
}

TEST(LyingLandmark, ShortenedRoundTripEndsEarlierOnBothClocks) {
  Socket socket;
  LyingLandmark liar(socket, milliseconds(30), Duration(0));
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kPing), 1), socket.now);
  EXPECT_EQ(liar.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150))),
            At(milliseconds(120)));
}

TEST(LyingLandmark, ShortenedRoundTripDoesNotBecomeNegative) {
  Socket socket;
  LyingLandmark liar(socket, milliseconds(80), Duration(0));
  liar.Send(kDevice, PacketOf(MessageType::kPing), 1);
  const ClockReading said =
      liar.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150)));
  EXPECT_GT(said.monotonic, socket.now.monotonic);
  EXPECT_LT(said.monotonic, At(milliseconds(101)).monotonic);
}

TEST(LyingLandmark, LengthenedRoundTripBeginsEarlier) {
  Socket socket;
  LyingLandmark liar(socket, Duration(0), milliseconds(20));
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kPing), 1), At(milliseconds(80)));
  EXPECT_EQ(liar.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150))),
            At(milliseconds(150)));
}

TEST(LyingLandmark, OtherPacketsKeepTheirTimes) {
  Socket socket;
  LyingLandmark liar(socket, milliseconds(30), milliseconds(30));
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kWelcome), 0), socket.now);
  EXPECT_EQ(liar.ArrivalOf(PacketOf(MessageType::kEvidence), kDevice, At(milliseconds(150))),
            At(milliseconds(150)));
}

}  // namespace
}  // namespace earshot
