// What a session costs either side: strangers at the door, then a ping's whole way through each
// engine, without sockets.
#include <benchmark/benchmark.h>

#include "bench/throughput/engine_pair.h"
#include "core/crypto/pooled_random.h"
#include "core/protocol/handshake_acceptor.h"
#include "core/protocol/hello.h"
#include "core/protocol/receipt_check.h"
#include "core/protocol/retry.h"

namespace earshot {
namespace {

constexpr Endpoint kAgent{0x7f000101, 5000};
constexpr MonotonicInstant kNow = MonotonicInstant::FromNanoseconds(1'000'000'000);

// A landmark's door, and an agent that has come as far as HELLO2.
struct Door {
  Door()
      : keys{LandmarkId("bench"), Ed25519PrivateKey::Generate(random),
             X25519KeyPair::Generate(random)},
        device(Ed25519PrivateKey::Generate(random)),
        acceptor(keys, random, kNow) {
    const X25519KeyPair share = X25519KeyPair::Generate(random);
    WriteHello({keys.signing.id().value(), share.public_key(), random.NextBytes32()}, hello);
    Packet answer;
    EARSHOT_CHECK(acceptor.OnHello(hello.view(), kAgent, kNow, answer) == Refusal::kNone);
    Retry retry;
    EARSHOT_CHECK(ParseRetry(answer.view(), retry) == Refusal::kNone);
    WriteHello2(hello.view(), retry.cookie, device, 1, *share.Agree(keys.sealing.public_key()),
                hello2);
  }

  SystemRandom random;
  LandmarkKeys keys;
  Ed25519PrivateKey device;
  HandshakeAcceptor acceptor;
  Packet hello;
  Packet hello2;
};

void HelloAnswer(benchmark::State& state) {
  Door door;
  Packet retry;
  for (auto _ : state) {
    benchmark::DoNotOptimize(door.acceptor.OnHello(door.hello.view(), kAgent, kNow, retry));
  }
}
BENCHMARK(HelloAnswer);

void Hello2WithItsCookie(benchmark::State& state) {
  Door door;
  Bytes32 transcript;
  EARSHOT_CHECK(door.acceptor.CheckHello2(door.hello2.view(), kAgent, kNow, transcript) ==
                Refusal::kNone);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        door.acceptor.CheckHello2(door.hello2.view(), kAgent, kNow, transcript));
  }
}
BENCHMARK(Hello2WithItsCookie);

void Hello2WithAFalseCookie(benchmark::State& state) {
  Door door;
  const Endpoint elsewhere{0x7f000102, 5000};
  Bytes32 transcript;
  EARSHOT_CHECK(door.acceptor.CheckHello2(door.hello2.view(), elsewhere, kNow, transcript) !=
                Refusal::kNone);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        door.acceptor.CheckHello2(door.hello2.view(), elsewhere, kNow, transcript));
  }
}
BENCHMARK(Hello2WithAFalseCookie);

// One key agreement and one signature check: what the cookie stands before.
void Hello2Opened(benchmark::State& state) {
  const Door door;
  EARSHOT_CHECK(door.acceptor.OpenHello2(door.hello2.view(), kAgent).has_value());
  for (auto _ : state) {
    benchmark::DoNotOptimize(door.acceptor.OpenHello2(door.hello2.view(), kAgent));
  }
}
BENCHMARK(Hello2Opened);

// The time of one ping, averaged over a run of 64 sessions with 55 pings each after the first train;
// what it takes to open the sessions is not in it.
void OfARun(benchmark::State& state, SideCost EnginePairCosts::*side) {
  for (auto _ : state) {
    EnginePair pair({.agents = 64, .trains = 12});
    const Result<EnginePairCosts> costs = pair.Run();
    if (!costs.has_value()) {
      state.SkipWithError(costs.error().message().c_str());
      return;
    }
    state.SetIterationTime(ToSeconds((*costs.*side).cpu) / static_cast<double>(costs->pings));
  }
}
BENCHMARK_CAPTURE(OfARun, ping_answered_by_the_agent, &EnginePairCosts::agent)
    ->UseManualTime()->Iterations(3);
BENCHMARK_CAPTURE(OfARun, ping_sent_and_pong_judged, &EnginePairCosts::landmark)
    ->UseManualTime()->Iterations(3);

// All that an outsider recomputes of a round of 60 pings: signatures, nonces, tags, roots.
void RoundChecked(benchmark::State& state) {
  EnginePair pair({.agents = 1, .trains = 12});
  const Result<EnginePairCosts> costs = pair.Run();
  if (!costs.has_value() || costs->rounds.size() != 1) {
    state.SkipWithError("the round did not close");
    return;
  }
  const ClosedRound& round = costs->rounds.front();
  for (auto _ : state) {
    benchmark::DoNotOptimize(CheckReceipt(round.receipt, round.evidence, pair.listed()));
  }
}
BENCHMARK(RoundChecked);

}  // namespace
}  // namespace earshot
