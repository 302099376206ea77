#include "bench/throughput/engine_pair.h"

#include <ctime>

#include "agent/engine/agent_engine.h"
#include "bench/throughput/allocation_count.h"
#include "bench/throughput/bench_authority.h"
#include "core/base/clock.h"
#include "core/crypto/pooled_random.h"
#include "core/latency/resolve.h"
#include "server/engine/landmark_engine.h"

namespace earshot {
namespace {

constexpr Endpoint kLandmark{0x7f000001, 4000};
constexpr std::uint32_t kFirstAgentAddress = 0x7f000101;
constexpr std::uint32_t kTrainLength = 5;
constexpr WallInstant kWall = WallInstant::FromNanoseconds(1'767'225'600'000'000'000);  // 2026

// Packets that one side sent and the other has not read, held in place and reused.
class Wire {
 public:
  explicit Wire(std::size_t packets) : packets_(packets) {}

  struct Packet {
    Endpoint agent;  // who sent it, or whom it is for
    std::size_t size = 0;
    std::array<std::uint8_t, kDatagramBytesMax> bytes{};
    ByteSpan view() const { return ByteSpan(bytes).first(size); }
  };
  void Put(const Endpoint& agent, ByteSpan datagram) {
    EARSHOT_CHECK(waiting_ < packets_.size());
    Packet& packet = packets_[waiting_++];
    packet.agent = agent;
    packet.size = datagram.size();
    std::copy(datagram.begin(), datagram.end(), packet.bytes.begin());
  }
  std::span<const Packet> waiting() const { return std::span(packets_).first(waiting_); }
  void Clear() { waiting_ = 0; }

 private:
  std::vector<Packet> packets_;
  std::size_t waiting_ = 0;
};

// One side's end of a wire; `own` is an agent's address, none for the landmark.
class Port final : public DatagramTransport {
 public:
  Port(Wire& wire, Clock& clock, std::optional<Endpoint> own)
      : wire_(wire), clock_(clock), own_(own) {}
  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t) override {
    wire_.Put(own_.value_or(to), datagram);
    return clock_.Read();
  }

 private:
  Wire& wire_;
  Clock& clock_;
  std::optional<Endpoint> own_;
};

class Keeper final : public LandmarkObserver {
 public:
  explicit Keeper(std::vector<ClosedRound>& rounds) : rounds_(rounds) {}
  void OnSessionOpened(const LandmarkId&, const DeviceId&, SessionId, std::uint64_t) override {}
  void OnRoundClosed(const LandmarkId&, const DeviceId&, ClosedRound round) override {
    rounds_.push_back(std::move(round));
  }
  void OnCounter(const LandmarkId&, const DeviceId&, CounterJudgement) override {}

 private:
  std::vector<ClosedRound>& rounds_;
};

class CountingUp final : public SessionCounter {
 public:
  Result<std::uint64_t> Next() override { return ++used_; }

 private:
  std::uint64_t used_ = 0;
};

// Adds what `action` costs this thread to `cost`.
template <typename Action>
void Charge(SideCost& cost, Action action) {
  const std::uint64_t allocations = AllocationsOfThisThread();
  const Duration cpu = ThreadCpu();
  action();
  cost.cpu += ThreadCpu() - cpu;
  cost.allocations += AllocationsOfThisThread() - allocations;
}

}  // namespace

Duration ThreadCpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
}

class EnginePair::Impl {
 public:
  explicit Impl(const EnginePairOptions& options)
      : options_(options),
        authority_(MakeBenchAuthority({kLandmark}, random_, kWall)),
        keeper_(costs_.rounds),
        from_landmark_(std::size_t{options.agents} * 2),
        from_agents_(std::size_t{options.agents} * 2),
        landmark_port_(from_landmark_, clock_, std::nullopt),
        agent_(authority_.root, random_, AgentOptions()) {
    clock_.Set({MonotonicInstant::FromNanoseconds(1'000'000'000), kWall});
    ListTrust trust(authority_.root);
    listed_ = trust.AcceptLandmarkList(authority_.list)->landmarks.at(0);
    landmark_ = std::make_unique<LandmarkEngine>(
        authority_.landmarks[0]->keys, LandmarkOptions(options), random_, landmark_port_, keeper_,
        [](const DeviceId&) { return true; }, clock_.Now());
    for (std::uint32_t i = 0; i < options.agents; ++i) {
      devices_.push_back(Ed25519PrivateKey::Generate(random_));
    }
    for (std::uint32_t i = 0; i < options.agents; ++i) {
      ports_.push_back(std::make_unique<Port>(from_agents_, clock_,
                                              Endpoint{kFirstAgentAddress + i, 5000}));
      agent_.AddIdentity({&devices_[i], {"bench", {}, 1}}, counter_, *ports_.back());
    }
    EARSHOT_CHECK(agent_.ApplyLandmarkList(authority_.list, clock_.Now()).has_value());
  }

  Result<EnginePairCosts> Run() {
    OpenAll();
    if (landmark_->counters().sessions_opened != options_.agents) {
      return Fail(ErrorCode::kUnavailable, "not every session of the bench opened");
    }
    std::vector<MonotonicInstant> starts;
    for (std::uint32_t train = 1; train <= options_.trains; ++train) {
      starts.push_back(clock_.Now() + std::chrono::milliseconds(20) * train);
    }
    for (const Ed25519PrivateKey& device : devices_) {
      if (!landmark_->PlanTrains(DeviceId(device.id().value()), RoundNumber(1), starts)) {
        return Fail(ErrorCode::kUnavailable, "a session of the bench was not ready");
      }
    }
    const std::uint64_t warm = std::uint64_t{options_.agents} * kTrainLength;
    const std::uint64_t all = warm * options_.trains;
    SideCost unused;
    while (landmark_->counters().pongs < warm) Exchange(unused, unused);
    while (landmark_->counters().pongs < all) Exchange(costs_.landmark, costs_.agent);
    costs_.pings = all - warm;
    Finish();
    return std::move(costs_);
  }
  const ListedLandmark& listed() const { return *listed_; }

 private:
  static AgentEngineOptions AgentOptions() {
    AgentEngineOptions options;
    options.start_spread = Duration(0);
    options.pause_min = options.pause_max = std::chrono::hours(1);  // one session each
    return options;
  }
  static LandmarkEngineOptions LandmarkOptions(const EnginePairOptions& options) {
    LandmarkEngineOptions made;
    made.session.resolve = &ResolveSample;
    made.session.resume = options.resume;
    made.session.terms.chain_length = static_cast<std::uint16_t>(options.trains * kTrainLength);
    made.session.terms.evidence_idle = std::chrono::seconds(1);
    made.checks.per_address = {options.agents, options.agents};
    made.welcomes.size_max = options.welcome_batch;
    return made;
  }

  // HELLO, RETRY and HELLO2 at leisure; then all HELLO2 as one burst, timed.
  void OpenAll() {
    DeliverToLandmark();
    DeliverToAgents();
    agent_.OnTimer(clock_.Now());
    const ClockReading now = clock_.Read();
    SideCost opening;
    Charge(opening, [&] {
      for (const Wire::Packet& packet : from_agents_.waiting()) {
        landmark_->OnDatagram(packet.agent, packet.view(), now, now.wall);
      }
      landmark_->Flush();
    });
    from_agents_.Clear();
    costs_.opening = opening.cpu;
    costs_.sessions = landmark_->counters().sessions_opened;
    costs_.welcome_signatures = landmark_->counters().welcome_signatures;
    DeliverToAgents();
  }

  void DeliverToLandmark() {
    agent_.OnTimer(clock_.Now());
    TakeAtLandmark();
  }
  void TakeAtLandmark() {
    const ClockReading now = clock_.Read();
    for (const Wire::Packet& packet : from_agents_.waiting()) {
      landmark_->OnDatagram(packet.agent, packet.view(), now, now.wall);
    }
    from_agents_.Clear();
    landmark_->Flush();
  }
  void DeliverToAgents() {
    for (const Wire::Packet& packet : from_landmark_.waiting()) ToAgent(packet);
    from_landmark_.Clear();
  }
  void ToAgent(const Wire::Packet& packet) {
    static_cast<void>(agent_.OnDatagram(packet.agent.address - kFirstAgentAddress, kLandmark,
                                        packet.view(), clock_.Now()));
  }

  // 100 us pass: pings that are due, their answers, the judging.
  void Exchange(SideCost& landmark, SideCost& agent) {
    clock_.Advance(std::chrono::microseconds(100));
    const ClockReading now = clock_.Read();
    Charge(landmark, [&] { landmark_->OnTimer(now.monotonic); });
    Charge(agent, [&] { DeliverToAgents(); });
    Charge(landmark, [&] {
      for (const Wire::Packet& packet : from_agents_.waiting()) {
        landmark_->OnDatagram(packet.agent, packet.view(), now, now.wall);
      }
      landmark_->Flush();
    });
    from_agents_.Clear();
  }

  // The chains are used up: EVIDENCE is due, and answered.
  void Finish() {
    for (int i = 0; i < 3 && costs_.rounds.size() < options_.agents; ++i) {
      clock_.Advance(std::chrono::milliseconds(1));
      agent_.OnTimer(clock_.Now());
      SideCost closing;
      Charge(closing, [&] { TakeAtLandmark(); });
      costs_.closing += closing.cpu;
      DeliverToAgents();
    }
    costs_.rounds_resumed = landmark_->counters().rounds_resumed;
    landmark_->EndRound(RoundNumber(1), clock_.Now());
  }

  EnginePairOptions options_;
  ManualClock clock_;
  SystemRandom random_;
  BenchAuthority authority_;
  EnginePairCosts costs_;
  Keeper keeper_;
  Wire from_landmark_;
  Wire from_agents_;
  Port landmark_port_;
  CountingUp counter_;
  std::vector<Ed25519PrivateKey> devices_;
  std::vector<std::unique_ptr<Port>> ports_;
  AgentEngine agent_;
  std::unique_ptr<LandmarkEngine> landmark_;
  std::optional<ListedLandmark> listed_;
};

EnginePair::EnginePair(const EnginePairOptions& options) : impl_(std::make_unique<Impl>(options)) {}
EnginePair::~EnginePair() = default;
Result<EnginePairCosts> EnginePair::Run() { return impl_->Run(); }
const ListedLandmark& EnginePair::listed() const { return impl_->listed(); }

}  // namespace earshot
