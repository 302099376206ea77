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
  LyingLandmark liar(socket, {.shortens_rtt_by = milliseconds(30)});
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kPing), 1), socket.now);
  EXPECT_EQ(liar.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150))),
            At(milliseconds(120)));
}

TEST(LyingLandmark, ShortenedRoundTripDoesNotBecomeNegative) {
  Socket socket;
  LyingLandmark liar(socket, {.shortens_rtt_by = milliseconds(80)});
  liar.Send(kDevice, PacketOf(MessageType::kPing), 1);
  const ClockReading said =
      liar.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150)));
  EXPECT_GT(said.monotonic, socket.now.monotonic);
  EXPECT_LT(said.monotonic, At(milliseconds(101)).monotonic);
}

TEST(LyingLandmark, IsTrueBeforeItsTimeAndAgainAfterIt) {
  Socket socket;
  LyingLandmark liar(socket, {.lengthens_rtt_by = milliseconds(20),
                              .wall_steps_back_by = milliseconds(5),
                              .from = At(milliseconds(101)).monotonic,
                              .until = At(milliseconds(200)).monotonic});
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kPing), 1), socket.now);
  const Bytes pong = PacketOf(MessageType::kPong);
  EXPECT_NE(liar.ArrivalOf(pong, kDevice, At(milliseconds(199))), At(milliseconds(199)));
  EXPECT_EQ(liar.ArrivalOf(pong, kDevice, At(milliseconds(200))), At(milliseconds(200)));
  socket.now = At(milliseconds(101));
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kPing), 2), At(milliseconds(81)));
}

TEST(LyingLandmark, LengthenedRoundTripBeginsEarlier) {
  Socket socket;
  LyingLandmark liar(socket, {.lengthens_rtt_by = milliseconds(20)});
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kPing), 1), At(milliseconds(80)));
  EXPECT_EQ(liar.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150))),
            At(milliseconds(150)));
}

TEST(LyingLandmark, SlowClockMissesItsShareOfTheRoundTrip) {
  Socket socket;
  LyingLandmark slow(socket, {.runs_slow_by = 0.2});
  slow.Send(kDevice, PacketOf(MessageType::kPing), 1);
  EXPECT_EQ(slow.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150))),
            At(milliseconds(140)));
}

TEST(LyingLandmark, SetBackWallClockLeavesTheOtherClockTrue) {
  Socket socket;
  LyingLandmark stepped(socket, {.wall_steps_back_by = milliseconds(80)});
  EXPECT_EQ(stepped.Send(kDevice, PacketOf(MessageType::kPing), 1), socket.now);
  const ClockReading said =
      stepped.ArrivalOf(PacketOf(MessageType::kPong), kDevice, At(milliseconds(150)));
  EXPECT_EQ(said.monotonic, At(milliseconds(150)).monotonic);
  EXPECT_EQ(said.wall, At(milliseconds(70)).wall);  // before the PING left
}

TEST(LyingLandmark, OtherPacketsKeepTheirTimes) {
  Socket socket;
  LyingLandmark liar(socket, {.shortens_rtt_by = milliseconds(30),
                              .lengthens_rtt_by = milliseconds(30),
                              .runs_slow_by = 0.5,
                              .wall_steps_back_by = milliseconds(30)});
  EXPECT_EQ(liar.Send(kDevice, PacketOf(MessageType::kWelcome), 0), socket.now);
  EXPECT_EQ(liar.ArrivalOf(PacketOf(MessageType::kEvidence), kDevice, At(milliseconds(150))),
            At(milliseconds(150)));
}

}  // namespace
}  // namespace earshot
