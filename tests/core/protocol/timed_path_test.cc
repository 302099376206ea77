// The agent's timed path: no heap allocation, OpenSSL's included, and no public-key operation.
#include <gtest/gtest.h>

#include "core/crypto/operation_counts.h"
#include "tests/core/protocol/session_fixture.h"
#include "tests/support/allocation_counter.h"

namespace earshot::protocol_test {
namespace {

TEST(TimedPath, CountersSeeASignature) {
  ASSERT_TRUE(OpensslIsCounted());
  const Ed25519PrivateKey key = SigningKeyNamed("device");
  const std::uint64_t allocations_before = CountedAllocations();
  const OperationCounts before = CurrentOperationCounts();
  EXPECT_EQ(key.Sign(AsBytes("text")).size(), 64U);
  EXPECT_GT(CountedAllocations(), allocations_before);
  EXPECT_EQ(CurrentOperationCounts().sign, before.sign + 1);
}

TEST(TimedPath, NeitherAnswersNorRefusalsAllocateOrSign) {
  LandmarkSessionOptions options = Pair::DefaultOptions();
  options.terms.chain_length = 256;
  Pair pair(options);
  pair.Handshake();
  std::vector<PingBytes> pings;
  PingBytes forged{};
  for (const DuePing& ping : pair.SendTrain()) pings.push_back(ping.bytes);
  forged = pings[0];
  forged[wire::kIndexAt + 2] = 1;  // index 257 - 1 = 256: the longest way down
  forged[wire::kIndexAt + 3] = 0;
  const MonotonicInstant now = pair.Now();
  PongBytes pong{};

  const std::uint64_t allocations_before = CountedAllocations();
  const OperationCounts operations_before = CurrentOperationCounts();
  int answered = 0;
  int refused = 0;
  const auto ping = [&](ByteSpan bytes, const Endpoint& from) {
    ++(pair.agent.OnPing(bytes, from, now, pong) == Refusal::kNone ? answered : refused);
  };
  ping(pings[2], kLandmarkEndpoint);
  ping(pings[0], kLandmarkEndpoint);  // late and lower
  ping(pings[4], kLandmarkEndpoint);  // one skipped
  ping(pings[4], kLandmarkEndpoint);
  ping(pings[1], kStranger);
  ping(forged, kLandmarkEndpoint);
  ping(ByteSpan(pings[1]).first(10), kLandmarkEndpoint);
  const std::uint64_t allocated = CountedAllocations() - allocations_before;
  const OperationCounts operations = CurrentOperationCounts();

  EXPECT_EQ(answered, 3);
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(allocated, 0U);
  EXPECT_EQ(operations, operations_before);
}

TEST(TimedPath, JudgingAPongAllocatesNothingEither) {
  Pair pair;
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  PongBytes pong{};
  ASSERT_EQ(pair.agent.OnPing(pings[0].bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
  const ClockReading now = pair.clock.Read();
  const std::uint64_t before = CountedAllocations();
  const Refusal refusal = pair.landmark->OnPong(pong, kAgentEndpoint, now, std::nullopt);
  EXPECT_EQ(CountedAllocations(), before);
  EXPECT_EQ(refusal, Refusal::kNone);
}

}  // namespace
}  // namespace earshot::protocol_test
