#include "bench/throughput/memory_costs.h"

#include <algorithm>
#include <vector>

#include "bench/throughput/engine_pair.h"
#include "core/base/clock.h"
#include "core/crypto/operation_counts.h"
#include "core/crypto/pooled_random.h"
#include "core/latency/resolve.h"
#include "core/protocol/hello.h"
#include "core/protocol/receipt_check.h"
#include "core/protocol/welcome_signer.h"
#include "server/engine/landmark_engine.h"

namespace earshot {
namespace {

constexpr int kBatches = 64;
constexpr int kPingsARound = 60;

// Runs `action`, which does `work` units, and returns units per second of CPU time.
template <typename Action>
double RateOf(double work, Action action) {
  const Duration begin = ThreadCpu();
  action();
  return work / std::max(ToSeconds(ThreadCpu() - begin), 1e-9);
}

void MeasureSigning(MemoryRates& rates) {
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  std::vector<WelcomeBytes> welcomes(kWelcomeBatchMax);
  std::vector<WelcomeBytes*> batch;
  for (WelcomeBytes& welcome : welcomes) {
    random.Fill(welcome);
    batch.push_back(&welcome);
  }
  const double all = static_cast<double>(kBatches * kWelcomeBatchMax);
  rates.welcomes_merkle_64 = RateOf(all, [&] {
    for (int i = 0; i < kBatches; ++i) SignWelcomes(key, batch);
  });
  const double some = static_cast<double>(batch.size()) * 8;
  rates.welcomes_one_by_one = RateOf(some, [&] {
    for (int i = 0; i < 8; ++i) {
      for (WelcomeBytes*& welcome : batch) SignWelcomes(key, {&welcome, 1});
    }
  });
}

Status MeasureRounds(const EnginePairCosts& costs, const ListedLandmark& listed,
                     MemoryRates& rates) {
  std::size_t valid = 0;
  rates.rounds_checked = RateOf(static_cast<double>(costs.rounds.size()), [&] {
    for (const ClosedRound& round : costs.rounds) {
      const Result<CheckedReceipt> checked = CheckReceipt(round.receipt, round.evidence, listed);
      if (!checked.has_value()) continue;
      const bool whole = checked->observation.evidence == EvidenceState::kValid &&
                         checked->observation.samples.size() == kPingsARound;
      valid += whole ? 1U : 0U;
    }
  });
  if (valid != costs.rounds.size() || valid != costs.sessions) {
    return Fail(ErrorCode::kUnavailable, "a round of the bench lacks answers or EVIDENCE");
  }
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  const Bytes text(64, 1);
  const Ed25519Signature signature = key.Sign(text);
  constexpr int kRounds = 10;
  bool stands = true;
  rates.rounds_by_signatures = RateOf(kRounds, [&] {
    for (int i = 0; i < kRounds * kPingsARound; ++i) {
      stands &= key.public_key().Verify(text, signature);
    }
  });
  EARSHOT_CHECK(stands);
  return {};
}

class Nowhere final : public DatagramTransport {
 public:
  ClockReading Send(const Endpoint&, ByteSpan, std::uint64_t) override {
    ++sent;
    return {};
  }
  std::uint64_t sent = 0;
};

class Deaf final : public LandmarkObserver {
  void OnSessionOpened(const LandmarkId&, const DeviceId&, SessionId, std::uint64_t) override {}
  void OnRoundClosed(const LandmarkId&, const DeviceId&, ClosedRound) override {}
  void OnCounter(const LandmarkId&, const DeviceId&, CounterJudgement) override {}
};

}  // namespace

Result<MemoryRates> MeasureMemoryRates() {
  MemoryRates rates;
  MeasureSigning(rates);
  EnginePairOptions options;
  EnginePair one_by_one({.agents = 128, .trains = 2, .welcome_batch = 1});
  EARSHOT_ASSIGN_OR_RETURN(const EnginePairCosts single, one_by_one.Run());
  EnginePair batched(options);
  EARSHOT_ASSIGN_OR_RETURN(const EnginePairCosts costs, batched.Run());
  const auto rate = [](std::uint64_t work, Duration cpu) {
    return static_cast<double>(work) / std::max(ToSeconds(cpu), 1e-9);
  };
  rates.sessions_one_by_one = rate(single.sessions, single.opening);
  rates.sessions_merkle_64 = rate(costs.sessions, costs.opening);
  EnginePair ending({.agents = options.agents, .trains = options.trains, .resume = false});
  EARSHOT_ASSIGN_OR_RETURN(const EnginePairCosts ended, ending.Run());
  if (costs.rounds_resumed != costs.sessions || ended.rounds_resumed != 0) {
    return Fail(ErrorCode::kUnavailable, "not every session of the bench went on or ended");
  }
  rates.rounds_resumed = rate(costs.sessions, costs.closing);
  rates.rounds_anew = rate(ended.sessions, ended.closing + ended.opening);
  rates.pings = costs.pings;
  rates.pings_at_landmark = rate(costs.pings, costs.landmark.cpu);
  rates.pings_at_agent = rate(costs.pings, costs.agent.cpu);
  rates.allocations_at_landmark = costs.landmark.allocations;
  rates.allocations_at_agent = costs.agent.allocations;
  EARSHOT_RETURN_IF_ERROR(MeasureRounds(costs, batched.listed(), rates));
  return rates;
}

SpoofedHellos FloodWithHellos(std::uint32_t hellos) {
  SystemRandom random;
  ManualClock clock;
  const LandmarkKeys keys{LandmarkId("bench"), Ed25519PrivateKey::Generate(random),
                          X25519KeyPair::Generate(random)};
  LandmarkEngineOptions options;
  options.session.resolve = &ResolveSample;
  Nowhere transport;
  Deaf observer;
  LandmarkEngine engine(keys, options, random, transport, observer,
                        [](const DeviceId&) { return true; }, clock.Now());
  Packet hello;
  WriteHello({.landmark_key_id = keys.signing.id().value(),
              .share = random.NextBytes32(),
              .nonce = random.NextBytes32()},
             hello);
  Packet hello2 = hello;
  hello2.bytes[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kHello2);

  const OperationCounts before = CurrentOperationCounts();
  const double packets = 2.0 * hellos;
  SpoofedHellos found;
  found.per_second = RateOf(packets, [&] {
    for (std::uint32_t i = 0; i < hellos; ++i) {
      const Endpoint forged{0x0a000000 + i, static_cast<std::uint16_t>(i)};
      StoreBigEndian(hello.bytes, wire::kHelloNonceAt, i);
      StoreBigEndian(hello2.bytes, wire::kHelloNonceAt, i);
      engine.OnDatagram(forged, hello.view(), clock.Read(), std::nullopt);
      engine.OnDatagram(forged, hello2.view(), clock.Read(), std::nullopt);
    }
    engine.Flush();
  });
  const OperationCounts after = CurrentOperationCounts();
  found.hellos = hellos;
  found.answered = transport.sent;
  found.sessions = engine.sessions();
  found.public_key_operations = after.sign - before.sign + after.verify - before.verify +
                                after.key_agreement - before.key_agreement;
  return found;
}

}  // namespace earshot
