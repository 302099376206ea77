// The agent's timed path: no heap allocation, OpenSSL's included, and no public-key operation.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "core/crypto/operation_counts.h"
#include "tests/core/protocol/session_fixture.h"

// Declared here, because only core/crypto includes OpenSSL's headers.
extern "C" int CRYPTO_set_mem_functions(void* (*)(std::size_t, const char*, int),
                                        void* (*)(void*, std::size_t, const char*, int),
                                        void (*)(void*, const char*, int));

namespace {

std::atomic<int> allocations{0};

void* CountedMalloc(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}
void* OpensslMalloc(std::size_t size, const char*, int) { return CountedMalloc(size); }
void* OpensslRealloc(void* block, std::size_t size, const char*, int) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::realloc(block, size);
}
void OpensslFree(void* block, const char*, int) { std::free(block); }

// OpenSSL takes this only before its first allocation, hence before main.
const bool openssl_is_counted =
    CRYPTO_set_mem_functions(&OpensslMalloc, &OpensslRealloc, &OpensslFree) == 1;

}  // namespace

void* operator new(std::size_t size) {
  void* const block = CountedMalloc(size);
  if (block == nullptr) std::abort();
  return block;
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace earshot::protocol_test {
namespace {

TEST(TimedPath, CountersSeeASignature) {
  ASSERT_TRUE(openssl_is_counted);
  const Ed25519PrivateKey key = SigningKeyNamed("device");
  const int allocations_before = allocations.load();
  const OperationCounts before = CurrentOperationCounts();
  EXPECT_EQ(key.Sign(AsBytes("text")).size(), 64U);
  EXPECT_GT(allocations.load(), allocations_before);
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

  const int allocations_before = allocations.load();
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
  const int allocated = allocations.load() - allocations_before;
  const OperationCounts operations = CurrentOperationCounts();

  EXPECT_EQ(answered, 3);
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(allocated, 0);
  EXPECT_EQ(operations, operations_before);
}

TEST(TimedPath, JudgingAPongAllocatesNothingEither) {
  Pair pair;
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  PongBytes pong{};
  ASSERT_EQ(pair.agent.OnPing(pings[0].bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
  const ClockReading now = pair.clock.Read();
  const int before = allocations.load();
  const Refusal refusal = pair.landmark->OnPong(pong, kAgentEndpoint, now, std::nullopt);
  EXPECT_EQ(allocations.load(), before);
  EXPECT_EQ(refusal, Refusal::kNone);
}

}  // namespace
}  // namespace earshot::protocol_test
