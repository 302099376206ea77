#include "bench/latency/own_probe.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "agent/io/agent_process.h"
#include "bench/latency/network.h"
#include "bench/latency/place_scope.h"
#include "core/base/check.h"
#include "core/crypto/pooled_random.h"
#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/latency/resolve.h"
#include "core/os/system_clock.h"
#include "core/protocol/wire_format.h"
#include "earshot/v1/wire.pb.h"
#include "server/engine/landmark_engine.h"
#include "server/io/landmark_socket.h"
#include "sim/live/child.h"

namespace earshot {
namespace {

constexpr Duration kOpenWithin = std::chrono::seconds(10);
constexpr Duration kCloseWithin = std::chrono::seconds(2);
// A train that cannot start when it is due, because another is on its way, waits up to 50 ms, and
// those behind it wait as well: on a busy machine every train of a round may.
constexpr Duration kTrainDelayMax = std::chrono::milliseconds(60);
constexpr Duration kFirstTrainAfter = std::chrono::milliseconds(20);
constexpr Duration kWaitMax = std::chrono::milliseconds(20);
constexpr const char* kModel = "bench";

constexpr Duration kValidFor = std::chrono::hours(24);

Bytes Serialise(const google::protobuf::MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  return Bytes(bytes.begin(), bytes.end());
}

// A landmark list with one entry, signed by `root`, in force for a day around `now`.
Bytes ListOf(const LandmarkKeys& keys, const Endpoint& endpoint, const Ed25519PrivateKey& root,
             WallInstant now) {
  const auto seconds = [now](Duration later) {
    return static_cast<std::uint64_t>((now + later).nanoseconds() / 1'000'000'000);
  };
  v1::PositionRecord position;
  position.set_landmark_id(keys.id.value());
  v1::Delegation delegation;
  delegation.set_role(v1::ROLE_LANDMARK);
  delegation.set_subject(keys.id.value());
  delegation.set_public_key(ToString(keys.signing.public_key().bytes()));
  delegation.set_position_record_sha256(ToString(Sha256(Serialise(position))));
  delegation.set_not_before_s(seconds(-kValidFor));
  delegation.set_not_after_s(seconds(kValidFor));
  v1::LandmarkList list;
  list.set_version(1);
  list.set_epoch_s(seconds(Duration(0)));
  list.set_expires_s(seconds(kValidFor));
  v1::LandmarkEntry* entry = list.add_landmarks();
  entry->set_landmark_id(keys.id.value());
  entry->set_endpoint(endpoint.ToText());
  entry->set_sealing_key(ToString(keys.sealing.public_key()));
  *entry->mutable_delegation() =
      SignBlobMessage(BlobContext::kDelegation, root, Serialise(delegation));
  return SignBlob(BlobContext::kLandmarkList, root, Serialise(list));
}

// Where the resolver of the round in progress leaves what it saw. A plain function pointer is all
// that a session takes.
thread_local std::map<std::uint32_t, std::pair<Sample, Rtt>>* resolved_pings = nullptr;

Sample ResolveAndKeep(std::uint32_t index, const ProbeStamps& stamps) {
  const Sample sample = ResolveSample(index, stamps);
  const Duration user = stamps.after_receive.monotonic - stamps.before_send.monotonic;
  if (resolved_pings != nullptr) {
    resolved_pings->insert_or_assign(index, std::pair(sample, Rtt::FromDuration(user)));
  }
  return sample;
}

class Observer final : public LandmarkObserver {
 public:
  void OnSessionOpened(const LandmarkId&, const DeviceId&, SessionId, std::uint64_t) override {}
  // The Receipt says which round of which session it is of; a WELCOME begins like every packet.
  void OnRoundClosed(const LandmarkId&, const DeviceId&, ClosedRound round) override {
    ++rounds_closed;
    with_evidence += round.evidence.empty() ? 0U : 1U;
    v1::SignedBlob blob;
    v1::Receipt receipt;
    EARSHOT_CHECK(
        blob.ParseFromArray(round.receipt.data(), static_cast<int>(round.receipt.size())) &&
        receipt.ParseFromString(blob.tbs()));
    session = PeekSessionId(AsBytes(receipt.welcome()));
    session_round = receipt.round();
  }
  void OnCounter(const LandmarkId&, const DeviceId&, CounterJudgement) override {}

  std::uint64_t session = 0;  // of the round closed last
  std::uint32_t session_round = 0;
  std::uint32_t rounds_closed = 0;
  std::uint32_t with_evidence = 0;
};

// A landmark on its socket, driven by the calling thread.
class Landmark {
 public:
  Landmark(const LandmarkKeys& keys, const SessionTerms& terms, Random& random,
           std::unique_ptr<LandmarkSocket> socket)
      : socket_(std::move(socket)),
        engine_(keys, Options(terms), random, *socket_, observer_,
                [](const DeviceId&) { return true; }, clock_.Now()) {}

  LandmarkEngine& engine() { return engine_; }
  Observer& observer() { return observer_; }
  MonotonicInstant Now() { return clock_.Now(); }

  // Handles what comes and sends what is due until `done` or `deadline`; whether it was done.
  template <typename Done>
  bool PumpUntil(const Done& done, MonotonicInstant deadline) {
    while (!done()) {
      if (clock_.Now() > deadline) return false;
      Step();
    }
    return true;
  }

 private:
  static LandmarkEngineOptions Options(const SessionTerms& terms) {
    LandmarkEngineOptions options;
    options.session.terms = terms;
    options.session.resolve = &ResolveAndKeep;
    return options;
  }

  void Step() {
    engine_.OnTimer(clock_.Now());
    engine_.Flush();
    Duration wait = kWaitMax;
    if (const auto wake = engine_.NextWake()) {
      wait = std::clamp(*wake - clock_.Now(), Duration(0), kWaitMax);
    }
    pollfd watched{socket_->native_handle(), POLLIN, 0};
    const timespec limit{0, wait.count()};
    ppoll(&watched, 1, &limit, nullptr);
    socket_->CollectTransmitStamps([this](const TransmitStamp& stamp) {
      engine_.OnTransmitStamp(stamp.probe_key, stamp.at, stamp.not_after);
    });
    socket_->Receive([this](const ReceivedDatagram& datagram) {
      engine_.OnDatagram(datagram.from, datagram.bytes, datagram.after_receive,
                         datagram.kernel_receive);
    });
    engine_.Flush();
  }

  SystemClock clock_;
  Observer observer_;
  std::unique_ptr<LandmarkSocket> socket_;
  LandmarkEngine engine_;
};

class Bench final : public ProbeBench {
 public:
  Bench(const ProbePlaces& places, std::string folder)
      : places_(places),
        folder_(std::move(folder)),
        root_(Ed25519PrivateKey::Generate(random_)),
        keys_{LandmarkId("bench-1"), Ed25519PrivateKey::Generate(random_),
              X25519KeyPair::Generate(random_)},
        device_(Ed25519PrivateKey::Generate(random_)) {}

  Result<ProbeRun> Run(const ProbeForm& form, unsigned priority) override;

 private:
  Result<std::unique_ptr<LandmarkSocket>> OpenSocket(bool kernel_stamps);
  Result<Child> StartAgent(const Endpoint& landmark, unsigned priority);
  Status RunRound(Landmark& landmark, const ProbeForm& form, std::uint32_t trains, ProbeRun& run);

  ProbePlaces places_;
  std::string folder_;
  SystemRandom random_;
  SystemClock clock_;
  Ed25519PrivateKey root_;
  LandmarkKeys keys_;
  Ed25519PrivateKey device_;
  std::uint32_t rounds_ = 0;
};

Result<std::unique_ptr<LandmarkSocket>> Bench::OpenSocket(bool kernel_stamps) {
  const InNamespace inside(places_.landmark_namespace);
  if (!inside.entered()) return Fail(ErrorCode::kUnavailable, "cannot enter the landmark's network");
  LandmarkSocket::Options options;
  options.kernel_stamps = kernel_stamps;
  options.gather = true;  // as in production
  return LandmarkSocket::Bind(Endpoint{places_.landmark_address, 0}, &clock_, options);
}

Result<Child> Bench::StartAgent(const Endpoint& landmark, unsigned priority) {
  const std::string list = folder_ + "/landmarks.list";
  EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(
      list, ToString(ListOf(keys_, landmark, root_, clock_.Read().wall)), Durability::kAtomicOnly));
  const auto body = [&, this] {
    AgentSettings settings{.identities = {},
                           .landmark_list_file = list,
                           .root = root_.public_key(),
                           .ready_file = "",
                           .scheduling_priority = priority};
    settings.identities.push_back({"bench", std::move(device_), folder_ + "/counter",
                                   places_.agent_address,
                                   SystemClaims{.model = kModel, .firmware_sha256 = {},
                                                .boot_count = 1}});
    AgentProcessOptions options;
    options.engine.start_spread = Duration(0);
    options.engine.pause_min = std::chrono::milliseconds(10);
    options.engine.pause_max = std::chrono::milliseconds(20);
    auto process = AgentProcess::Create(std::move(settings), options);
    if (!process.has_value()) {
      fmt::print(stderr, "{}\n", process.error().message());
      return 1;
    }
    fmt::print(stderr, "{}\n", (*process)->Summary());
    (*process)->Run();
    return 0;
  };
  return Child::Fork("agent", body, folder_ + "/agent.log",
                     {.network_namespace = places_.agent_namespace,
                      .core = places_.agent_core,
                      .priority = priority});
}

// One round with as many trains as its chain has room for.
Status Bench::RunRound(Landmark& landmark, const ProbeForm& form, std::uint32_t trains,
                       ProbeRun& run) {
  const DeviceId device(device_.id().value());
  if (!landmark.PumpUntil([&] { return landmark.engine().Ready(device); },
                          landmark.Now() + kOpenWithin)) {
    return Fail(ErrorCode::kUnavailable, "the agent opened no session; see " + folder_ +
                                             "/agent.log: " + LogTail(folder_ + "/agent.log"));
  }
  std::map<std::uint32_t, std::pair<Sample, Rtt>> resolved;
  resolved_pings = &resolved;
  const RoundNumber round(++rounds_);
  std::vector<MonotonicInstant> starts;
  for (std::uint32_t i = 0; i < trains; ++i) {
    starts.push_back(landmark.Now() + kFirstTrainAfter + form.interval * i);
  }
  const std::uint64_t sent_before = landmark.engine().counters().pings_sent;
  EARSHOT_CHECK(landmark.engine().PlanTrains(device, round, starts));
  const std::uint32_t closed_before = landmark.observer().rounds_closed;
  if (!landmark.PumpUntil([&] { return landmark.observer().rounds_closed > closed_before; },
                          starts.back() + kTrainDelayMax * trains + kCloseWithin)) {
    ++run.rounds_unclosed;
    landmark.engine().EndRound(round, landmark.Now());
  }
  resolved_pings = nullptr;
  run.pings_sent +=
      static_cast<std::uint32_t>(landmark.engine().counters().pings_sent - sent_before);
  run.pings_answered += static_cast<std::uint32_t>(resolved.size());
  std::uint32_t open_train = 0;  // from 1; 0: none yet
  for (const auto& [index, ping] : resolved) {
    const std::uint32_t train = (index - 1) / form.train_length + 1;
    if (train != open_train) run.trains.emplace_back();
    open_train = train;
    run.trains.back().push_back({landmark.observer().session, landmark.observer().session_round,
                                 ping.first, ping.second});
  }
  return {};
}

Result<ProbeRun> Bench::Run(const ProbeForm& form, unsigned priority) {
  EARSHOT_ASSIGN_OR_RETURN(std::unique_ptr<LandmarkSocket> socket, OpenSocket(form.kernel_stamps));
  EARSHOT_ASSIGN_OR_RETURN(Child agent, StartAgent(socket->local(), priority));
  SessionTerms terms;
  const std::uint32_t trains_each = wire::kChainLengthMax / form.train_length;
  terms.train_length = form.train_length;
  terms.gap = form.gap;
  terms.chain_length = static_cast<std::uint16_t>(
      std::min(form.trains, trains_each) * form.train_length);
  terms.pings_per_second = 2000;
  terms.evidence_idle = std::chrono::milliseconds(100);

  const PlaceScope place(places_.landmark_core, priority);
  UsePreciseTimers();
  ProbeRun run;
  run.landmark_scheduling = place.scheduling();
  Landmark landmark(keys_, terms, random_, std::move(socket));
  for (std::uint32_t left = form.trains; left > 0;) {
    const std::uint32_t trains = std::min(left, trains_each);
    EARSHOT_RETURN_IF_ERROR(RunRound(landmark, form, trains, run));
    left -= trains;
  }
  run.agent_scheduling = SchedulingOf(agent.pid());
  return run;
}

}  // namespace

Result<std::unique_ptr<ProbeBench>> ProbeBench::Create(const ProbePlaces& places,
                                                       std::string folder) {
  return std::unique_ptr<ProbeBench>(std::make_unique<Bench>(places, std::move(folder)));
}

}  // namespace earshot
