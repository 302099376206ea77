// What stands between a ping and its pong, and what a landmark does with the answer.
#include <benchmark/benchmark.h>

#include "core/crypto/cookie.h"
#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/pooled_random.h"
#include "core/protocol/timed.h"
#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

constexpr std::uint64_t kSession = 7;

HmacSha256Key RoundKey() {
  SystemRandom random;
  return HmacSha256Key(random.NextBytes32());
}

void PingWrite(benchmark::State& state) {
  SystemRandom random;
  const Bytes32 nonce = random.NextBytes32();
  std::uint32_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(WritePing(kSession, 1, ++index, nonce));
  }
}
BENCHMARK(PingWrite);

void HeaderParse(benchmark::State& state) {
  const PingBytes ping = WritePing(kSession, 1, 1, Bytes32{1});
  Header header;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseHeader(ping, header));
    benchmark::DoNotOptimize(header);
  }
}
BENCHMARK(HeaderParse);

void HeaderParseOfJunk(benchmark::State& state) {
  const std::array<std::uint8_t, wire::kPingBytes> junk{};
  Header header;
  for (auto _ : state) benchmark::DoNotOptimize(ParseHeader(junk, header));
}
BENCHMARK(HeaderParseOfJunk);

void PongAnswer(benchmark::State& state) {
  const HmacSha256Key key = RoundKey();
  const PingBytes ping = WritePing(kSession, 1, 1, Bytes32{1});
  PongBytes pong;
  for (auto _ : state) {
    AnswerPing(key, ping, pong);
    benchmark::DoNotOptimize(pong);
  }
}
BENCHMARK(PongAnswer);

void PongCheck(benchmark::State& state) {
  const HmacSha256Key key = RoundKey();
  const PingBytes ping = WritePing(kSession, 1, 1, Bytes32{1});
  PongBytes pong;
  AnswerPing(key, ping, pong);
  for (auto _ : state) benchmark::DoNotOptimize(IsAnswer(key, ping, pong));
}
BENCHMARK(PongCheck);

void ChainStep(benchmark::State& state) {
  Bytes32 value{1};
  for (auto _ : state) {
    value = HashChainStep(kSession, 1, value);
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK(ChainStep);

void ChainOf60(benchmark::State& state) {
  SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(HashChain::Generate(kSession, 60, random));
}
BENCHMARK(ChainOf60);

void CookieMintAndAccept(benchmark::State& state) {
  SystemRandom random;
  const MonotonicInstant now = MonotonicInstant::FromNanoseconds(1'000'000'000);
  CookieMint mint(random, now);
  const std::array<std::uint8_t, wire::kHelloOfferEnd> offer{};
  const Endpoint source{0x7f000001, 4000};
  for (auto _ : state) {
    const Cookie cookie = mint.Mint(source, offer, now);
    benchmark::DoNotOptimize(mint.Accept(cookie, source, offer, now));
  }
}
BENCHMARK(CookieMintAndAccept);

}  // namespace
}  // namespace earshot
