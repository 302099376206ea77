// Every PING and every PONG with one or two bits flipped is refused, changes nothing and draws no
// answer.
#include <gtest/gtest.h>

#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

template <typename Packet64>
void Flip(Packet64& packet, std::size_t bit) {
  packet[bit / 8] = static_cast<std::uint8_t>(packet[bit / 8] ^ (1U << (bit % 8)));
}

// Calls `check` with every copy of `packet` that differs from it in one or two bits.
template <typename Packet64, typename Check>
std::size_t ForEveryFlip(const Packet64& packet, Check check) {
  std::size_t flips = 0;
  const std::size_t bits = packet.size() * 8;
  for (std::size_t first = 0; first < bits; ++first) {
    Packet64 bent = packet;
    Flip(bent, first);
    check(bent);
    ++flips;
    for (std::size_t second = first + 1; second < bits; ++second) {
      Flip(bent, second);
      check(bent);
      Flip(bent, second);
      ++flips;
    }
  }
  return flips;
}

constexpr std::size_t kFlips = 512 + 512 * 511 / 2;

TEST(TimedFlips, NoBentPingIsAnswered) {
  Pair pair;
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  // In the midst of a chain, so that lower and higher indices are both open.
  ASSERT_EQ(pair.Exchange(pings[1], std::chrono::milliseconds(1)), Refusal::kNone);
  const MonotonicInstant wake = pair.agent.NextWake();
  const PongBytes silent{};
  std::size_t answered = 0;
  const std::size_t flips = ForEveryFlip(pings[2].bytes, [&](const PingBytes& bent) {
    PongBytes pong = silent;
    if (pair.agent.OnPing(bent, kLandmarkEndpoint, pair.Now(), pong) == Refusal::kNone) ++answered;
    if (pong != silent) ++answered;
  });
  EXPECT_EQ(flips, kFlips);
  EXPECT_EQ(answered, 0U);
  EXPECT_EQ(pair.agent.NextWake(), wake);
  EXPECT_EQ(pair.agent.pongs(), 1U);
  EXPECT_EQ(pair.agent.counters().refused(), kFlips);
  for (const std::size_t untouched : {2U, 0U, 3U, 4U}) {
    EXPECT_EQ(pair.Exchange(pings[untouched], std::chrono::milliseconds(1)), Refusal::kNone);
  }
}

TEST(TimedFlips, NoBentPongIsCounted) {
  Pair pair;
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  PongBytes pong{};
  ASSERT_EQ(pair.agent.OnPing(pings[2].bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
  const MonotonicInstant wake = pair.landmark->NextWake();
  std::size_t counted = 0;
  const std::size_t flips = ForEveryFlip(pong, [&](const PongBytes& bent) {
    if (pair.landmark->OnPong(bent, kAgentEndpoint, pair.clock.Read(), std::nullopt) ==
        Refusal::kNone) {
      ++counted;
    }
  });
  EXPECT_EQ(flips, kFlips);
  EXPECT_EQ(counted, 0U);
  EXPECT_EQ(pair.landmark->pongs(), 0U);
  EXPECT_EQ(pair.landmark->NextWake(), wake);
  EXPECT_FALSE(pair.landmark->last_valid_answer().has_value());
  EXPECT_EQ(pair.landmark->counters().refused(), kFlips);
  EXPECT_EQ(pair.landmark->OnPong(pong, kAgentEndpoint, pair.clock.Read(), std::nullopt),
            Refusal::kNone);
}

}  // namespace
}  // namespace earshot::protocol_test
