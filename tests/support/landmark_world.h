// tests/support/landmark_world.h: one landmark engine and one agent engine on a fake network.
#ifndef EARSHOT_TESTS_SUPPORT_LANDMARK_WORLD_H_
#define EARSHOT_TESTS_SUPPORT_LANDMARK_WORLD_H_

#include <memory>
#include <optional>
#include <vector>

#include "agent/engine/agent_engine.h"
#include "core/latency/resolve.h"
#include "core/protocol/agent_session.h"
#include "core/protocol/authority.h"
#include "core/protocol/receipt_check.h"
#include "server/engine/landmark_engine.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/fake_network.h"

namespace earshot {

// Counts up; remembers nothing across objects, as a device whose counter file was lost.
class MemoryCounter final : public SessionCounter {
 public:
  explicit MemoryCounter(std::uint64_t used = 0) : used_(used) {}
  Result<std::uint64_t> Next() override { return ++used_; }
  std::uint64_t used() const { return used_; }

 private:
  std::uint64_t used_;
};

// Keeps what a landmark reports.
class RecordingObserver final : public LandmarkObserver {
 public:
  void OnSessionOpened(const LandmarkId&, const DeviceId& device, SessionId,
                       std::uint64_t) override {
    opened.push_back(device);
  }
  void OnRoundClosed(const LandmarkId&, const DeviceId&, ClosedRound round) override {
    // As an outsider would: from the signed bytes alone.
    const Result<CheckedReceipt> checked = CheckReceipt(round.receipt, round.evidence, *listed);
    EARSHOT_CHECK(checked.has_value());
    closed.push_back(*checked);
  }
  void OnCounter(const LandmarkId&, const DeviceId&, CounterJudgement judgement) override {
    counters.push_back(judgement);
  }

  std::optional<ListedLandmark> listed;
  std::vector<DeviceId> opened;
  std::vector<CheckedReceipt> closed;
  std::vector<CounterJudgement> counters;
};

// Of a device, drawn from `seed`.
inline Ed25519PrivateKey Key(std::uint64_t seed) {
  SeededRandom random(seed, 9);
  return Ed25519PrivateKey::Generate(random);
}

// Chains of three trains.
inline LandmarkEngineOptions FifteenPings() {
  LandmarkEngineOptions options;
  options.session.terms.chain_length = 15;
  return options;
}

inline constexpr Endpoint kLandmarkEndpoint{0x7f000001, 4000};
inline constexpr Endpoint kAgentEndpoint{0x7f000101, 5000};

// A landmark at kLandmarkEndpoint; agents as a test adds them.
class LandmarkWorld {
 public:
  explicit LandmarkWorld(std::uint64_t seed = 1, LandmarkEngineOptions options = {})
      : network(seed), authority(seed), random_(seed, 5) {
    network.clock().Set({MonotonicInstant::FromNanoseconds(1'000'000'000), FixtureWall()});
    FixtureLandmark& landmark =
        authority.AddLandmark({"sin-1", "domain-a", 1.35, 103.8}, kLandmarkEndpoint);
    ListTrust trust(authority.root().public_key());
    observer.listed = trust.AcceptLandmarkList(authority.LandmarkList())->landmarks.at(0);
    options.session.resolve = &ResolveSample;
    DatagramTransport& transport = network.Attach(
        kLandmarkEndpoint, [this](const Endpoint& from, ByteSpan bytes, const ClockReading& now) {
          engine->OnDatagram(from, bytes, now, now.wall);
          if (flush_each) engine->Flush();
        });
    engine = std::make_unique<LandmarkEngine>(
        landmark.keys, options, random_, transport, observer,
        [this](const DeviceId& device) { return !strangers || enrolled(device); }, network.now());
    network.AddActor({[this] { return engine->NextWake(); },
                      [this](const ClockReading& now) { engine->OnTimer(now.monotonic); }});
  }

  struct Agent {
    Ed25519PrivateKey key;
    MemoryCounter counter;
    std::unique_ptr<AgentEngine> engine;
    DeviceId device() const { return DeviceId(key.id().value()); }
  };

  // An agent at `at`. Its engine can be replaced to play a restart.
  Agent& AddAgent(const Endpoint& at, Ed25519PrivateKey key, std::uint64_t counter_used = 0) {
    agents_.push_back(std::make_unique<Agent>(Agent{std::move(key), MemoryCounter(counter_used), {}}));
    Agent& agent = *agents_.back();
    DatagramTransport& transport = network.Attach(
        at, [&agent](const Endpoint& from, ByteSpan bytes, const ClockReading& now) {
          if (agent.engine == nullptr) return;
          static_cast<void>(agent.engine->OnDatagram(0, from, bytes, now.monotonic));
        });
    network.AddActor({[&agent]() -> std::optional<MonotonicInstant> {
                        return agent.engine == nullptr ? std::nullopt : agent.engine->NextWake();
                      },
                      [&agent](const ClockReading& now) { agent.engine->OnTimer(now.monotonic); }});
    Start(agent, transport);
    return agent;
  }
  void Start(Agent& agent, DatagramTransport& transport) {
    transports_[&agent] = &transport;
    agent.engine = std::make_unique<AgentEngine>(authority.root().public_key(), random_,
                                                 AgentEngineOptions{});
    agent.engine->AddIdentity({&agent.key, {"model-x", {}, 1}}, agent.counter, transport);
    const Status applied = agent.engine->ApplyLandmarkList(authority.LandmarkList(), network.now());
    EARSHOT_CHECK(applied.has_value());
  }
  void Restart(Agent& agent) { Start(agent, *transports_.at(&agent)); }

  // One round in which `device` is asked `trains` trains, 100 ms apart; then it is closed.
  bool PlanRound(const Agent& agent, std::uint32_t number, std::uint32_t trains) {
    std::vector<MonotonicInstant> starts;
    for (std::uint32_t i = 0; i < trains; ++i) {
      starts.push_back(network.now() + std::chrono::milliseconds(100) * (i + 1));
    }
    return engine->PlanTrains(agent.device(), RoundNumber(number), starts);
  }

  bool enrolled(const DeviceId& device) const {
    for (const auto& agent : agents_) {
      if (agent->device() == device) return true;
    }
    return false;
  }

  FakeNetwork network;
  AuthorityFixture authority;
  RecordingObserver observer;
  bool flush_each = true;  // false: as at a rim that always has another datagram at hand
  bool strangers = false;  // true: only the agents of this world are enrolled
  std::unique_ptr<LandmarkEngine> engine;

 private:
  SeededRandom random_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::map<const Agent*, DatagramTransport*> transports_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_LANDMARK_WORLD_H_
