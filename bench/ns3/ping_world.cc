#include "bench/ns3/ping_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/processor_time.h"
#include "bench/throughput/bench_authority.h"
#include "core/base/check.h"
#include "core/latency/resolve.h"
#include "core/protocol/receipt_check.h"
#include "server/engine/landmark_engine.h"
#include "server/engine/round_plan.h"
#include "sim/net/agent_host.h"
#include "sim/net/site_world.h"
#include "sim/net/virtual_network.h"
#include "sim/net/virtual_world.h"

namespace earshot {
namespace {

constexpr std::uint64_t kSeed = 1;

// When the trains of `round`, from 0, begin.
std::vector<MonotonicInstant> StartsOf(const RoundOptions& options, std::uint32_t round,
                                       Random& random) {
  const MonotonicInstant from =
      kVirtualStart.monotonic + options.first_after + round * options.length;
  const auto starts = PlanTrainStarts(options, options.trains, from, from + options.length, random);
  EARSHOT_CHECK(starts.has_value());
  return *starts;
}

// Opens Receipts some at a time, so that they do not pile up, and takes the time.
class ReceiptReader {
 public:
  // `numbers`: of devices; must outlive the reader.
  ReceiptReader(std::uint32_t landmark, const std::map<DeviceId, std::uint32_t>& numbers,
                ListedLandmark listed)
      : landmark_(landmark), numbers_(numbers), listed_(std::move(listed)) {}

  void Take(const DeviceId& device, ClosedRound closed) {
    waiting_.emplace_back(device, std::move(closed));
    if (waiting_.size() >= kAtOnce) ReadWaiting();
  }
  void ReadWaiting() {
    const auto begin = ProcessorTime();
    for (const auto& [device, closed] : waiting_) Read(device, closed);
    waiting_.clear();
    taken_ += ProcessorTime() - begin;
  }

  std::uint64_t right() const { return right_; }  // RTTs that are their path's
  Duration taken() const { return taken_; }

 private:
  static constexpr std::size_t kAtOnce = 256;

  void Read(const DeviceId& device, const ClosedRound& closed) {
    const auto checked = CheckReceipt(closed.receipt, closed.evidence, listed_);
    if (!checked.has_value() || checked->device != device) return;
    const Duration path = 2 * OneWayDelay(numbers_.at(device), landmark_);
    const auto& samples = checked->observation.samples;
    right_ += static_cast<std::uint64_t>(std::ranges::count_if(samples, [&](const Sample& sample) {
      return std::chrono::abs(sample.rtt.duration() - path) <= kRttTolerance;
    }));
  }

  std::uint32_t landmark_;
  const std::map<DeviceId, std::uint32_t>& numbers_;
  ListedLandmark listed_;
  std::vector<std::pair<DeviceId, ClosedRound>> waiting_;
  std::uint64_t right_ = 0;
  Duration taken_{0};
};

// One landmark: its engine on one socket, and a plan for each device that opens a session.
class LandmarkHost final : public VirtualHost, public LandmarkObserver {
 public:
  LandmarkHost(VirtualNetwork& network, std::uint32_t index, const LandmarkKeys& keys,
               const RoundOptions& rounds, std::uint64_t* rounds_to_go, ReceiptReader reader)
      : network_(network),
        rounds_(rounds),
        reader_(std::move(reader)),
        rounds_to_go_(*rounds_to_go),
        random_(PhiloxKey::For(kSeed, fmt::format("landmark {}", index), "landmark")),
        number_(network.AddHost(*this)),
        engine_(keys, OptionsFor(rounds), random_,
                network.Attach(number_, VirtualLandmarkEndpoint(index)), *this,
                [](const DeviceId&) { return true; }, network.clock().Now()) {}

  void OnDatagram(std::uint32_t, const Endpoint& from, ByteSpan datagram,
                  const ClockReading& now) override {
    engine_.OnDatagram(from, datagram, now, now.wall);
    engine_.Flush();
  }
  void OnTimer(const ClockReading& now) override {
    engine_.OnTimer(now.monotonic);
    engine_.Flush();
  }
  std::optional<MonotonicInstant> NextWake() const override { return engine_.NextWake(); }

  void OnSessionOpened(const LandmarkId&, const DeviceId& device, SessionId,
                       std::uint64_t) override {
    Plan(device, 0);
  }
  void OnRoundClosed(const LandmarkId&, const DeviceId& device, ClosedRound closed) override {
    const std::uint32_t next = ++done_[device];
    reader_.Take(device, std::move(closed));
    if (--rounds_to_go_ == 0) network_.Halt();
    if (next < rounds_.count) Plan(device, next);
  }
  void OnCounter(const LandmarkId&, const DeviceId&, CounterJudgement) override {}

  const LandmarkEngine& engine() const { return engine_; }
  ReceiptReader& reader() { return reader_; }

 private:
  static LandmarkEngineOptions OptionsFor(const RoundOptions& rounds) {
    LandmarkEngineOptions options;
    options.session.terms = TermsFor(rounds);
    options.session.resolve = &ResolveSample;
    return options;
  }
  void Plan(const DeviceId& device, std::uint32_t round) {
    engine_.PlanTrains(device, RoundNumber(round + 1), StartsOf(rounds_, round, random_));
  }

  VirtualNetwork& network_;
  RoundOptions rounds_;
  ReceiptReader reader_;
  std::uint64_t& rounds_to_go_;  // of all landmarks
  PhiloxRandom random_;
  std::uint32_t number_;
  LandmarkEngine engine_;
  std::map<DeviceId, std::uint32_t> done_;
};

Result<RoundOptions> RoundsOf(const PingPlan& plan) {
  RoundOptions rounds;
  rounds.count = plan.rounds;
  rounds.trains = plan.pings / SessionTerms{}.train_length;
  if (plan.pings % SessionTerms{}.train_length != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} pings are not whole trains of {}", plan.pings,
                            SessionTerms{}.train_length));
  }
  EARSHOT_RETURN_IF_ERROR(CheckRoundOptions(rounds));
  return rounds;
}

}  // namespace

class PingWorld::Impl {
 public:
  Impl(const PingPlan& plan, const RoundOptions& rounds)
      : plan_(plan),
        rounds_(rounds),
        rounds_to_go_(plan.Pairs() * plan.rounds),
        network_(kVirtualStart),
        random_(PhiloxKey::For(kSeed, "keys", "keys")),
        authority_(MakeBenchAuthority(Endpoints(plan), random_, kVirtualStart.wall)) {
    ListTrust trust(authority_.root);
    const auto list = trust.AcceptLandmarkList(authority_.list);
    EARSHOT_CHECK(list.has_value() && list->landmarks.size() == plan.landmarks);
    for (std::uint32_t l = 0; l < plan.landmarks; ++l) {
      landmarks_.push_back(std::make_unique<LandmarkHost>(
          network_, l, authority_.landmarks[l]->keys, rounds, &rounds_to_go_,
          ReceiptReader(l, device_numbers_, list->landmarks[l])));
    }
    keys_.reserve(plan.devices);  // agents refer to them
    for (std::uint32_t d = 0; d < plan.devices; ++d) {
      keys_.push_back(Ed25519PrivateKey::Generate(random_));
      device_numbers_.emplace(DeviceId(keys_.back().id().value()), d);
    }
    for (std::uint32_t d = 0; d < plan.devices; ++d) AddAgent(d);
  }

  void Run() {
    network_.RunUntil(network_.clock().Now() + rounds_.first_after +
                      (plan_.rounds + 2) * rounds_.length);
    for (const auto& landmark : landmarks_) landmark->reader().ReadWaiting();
  }

  std::uint64_t round_trips() const {
    std::uint64_t sum = 0;
    for (const auto& landmark : landmarks_) sum += landmark->engine().counters().pongs;
    return sum;
  }

  std::uint64_t wrong_rtts() const {
    std::uint64_t right = 0;
    for (const auto& landmark : landmarks_) right += landmark->reader().right();
    return round_trips() - std::min(round_trips(), right);
  }
  Duration checking() const {
    Duration sum{0};
    for (const auto& landmark : landmarks_) sum += landmark->reader().taken();
    return sum;
  }

 private:
  static std::vector<Endpoint> Endpoints(const PingPlan& plan) {
    std::vector<Endpoint> endpoints;
    for (std::uint32_t l = 0; l < plan.landmarks; ++l) {
      endpoints.push_back(VirtualLandmarkEndpoint(l));
    }
    return endpoints;
  }

  void AddAgent(std::uint32_t device) {
    AgentHostOptions options;
    options.name = fmt::format("device {}", device);
    options.seed = kSeed;
    options.endpoint = VirtualAgentEndpoint(device);
    options.device_key = &keys_[device];
    options.claims = {"bench", {}, 1};
    agents_.push_back(std::make_unique<AgentHost>(network_, options, authority_.root));
    for (std::uint32_t l = 0; l < plan_.landmarks; ++l) {
      PathConditions conditions;
      conditions.forward = conditions.backward = OneWayDelay(device, l);
      network_.Connect(options.endpoint, VirtualLandmarkEndpoint(l), conditions,
                       PhiloxKey::For(kSeed, fmt::format("{} {}", device, l), "path"));
    }
    EARSHOT_CHECK(agents_.back()->Begin(authority_.list, network_.clock().Now()).has_value());
    network_.Rearm(agents_.back()->number());
  }

  PingPlan plan_;
  RoundOptions rounds_;
  std::uint64_t rounds_to_go_;
  VirtualNetwork network_;
  PhiloxRandom random_;
  BenchAuthority authority_;
  std::map<DeviceId, std::uint32_t> device_numbers_;
  std::vector<std::unique_ptr<LandmarkHost>> landmarks_;
  std::vector<Ed25519PrivateKey> keys_;
  std::vector<std::unique_ptr<AgentHost>> agents_;
};

PingWorld::PingWorld(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PingWorld::~PingWorld() = default;

Result<std::unique_ptr<PingWorld>> PingWorld::Create(const PingPlan& plan) {
  EARSHOT_ASSIGN_OR_RETURN(const RoundOptions rounds, RoundsOf(plan));
  if (plan.devices > kPacketDevicesMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} devices; at most {}", plan.devices, kPacketDevicesMax));
  }
  return std::unique_ptr<PingWorld>(new PingWorld(std::make_unique<Impl>(plan, rounds)));
}

void PingWorld::Run() { impl_->Run(); }
std::uint64_t PingWorld::round_trips() const { return impl_->round_trips(); }
std::uint64_t PingWorld::wrong_rtts() const { return impl_->wrong_rtts(); }
std::chrono::nanoseconds PingWorld::checking() const { return impl_->checking(); }

}  // namespace earshot
