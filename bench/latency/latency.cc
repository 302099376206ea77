#include "bench/latency/latency.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "bench/latency/network.h"
#include "bench/latency/own_probe.h"
#include "bench/latency/peers.h"
#include "bench/latency/place_scope.h"
#include "bench/latency/truth_match.h"
#include "bench/optimised.h"
#include "bench/peer_programs.h"
#include "core/os/scratch_folder.h"
#include "core/os/system_clock.h"
#include "sim/live/child.h"
#include "sim/relay/packet_relay.h"

namespace earshot {
namespace {

constexpr unsigned kRelayPriorityAbove = 10;  // above those who measure
constexpr int kBusyLoops = 2;
constexpr Duration kBusyAtMost = std::chrono::minutes(2);

volatile std::sig_atomic_t interrupted = 0;

// Ends the bench between two runs instead of within one, so that everything is taken down.
class InterruptScope {
 public:
  InterruptScope() {
    interrupted = 0;
    struct sigaction note{};
    note.sa_handler = [](int) { interrupted = 1; };
    sigaction(SIGINT, &note, &interrupt_before_);
    sigaction(SIGTERM, &note, &terminate_before_);
  }
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
  ~InterruptScope() {
    sigaction(SIGINT, &interrupt_before_, nullptr);
    sigaction(SIGTERM, &terminate_before_, nullptr);
  }

 private:
  struct sigaction interrupt_before_{};
  struct sigaction terminate_before_{};
};

std::vector<int> UsableCoreNumbers() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(0, sizeof cores, &cores);
  std::vector<int> numbers;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(static_cast<std::size_t>(i), &cores)) numbers.push_back(i);
  }
  return numbers;
}

double LoadAverage() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

// Keeps a core busy until it is destroyed, or for kBusyAtMost.
Result<Child> StartBusyLoop(int core, const std::string& folder) {
  const auto body = [] {
    SystemClock clock;
    const MonotonicInstant end = clock.Now() + kBusyAtMost;
    while (clock.Now() < end) {
    }
    return 0;
  };
  return Child::Fork("busy loop", body, folder + "/busy.log", {.core = core});
}

struct Condition {
  bool loaded;
  bool real_time;
};

class Campaign {
 public:
  explicit Campaign(const LatencyBenchOptions& options) : options_(options) {}

  Result<LatencyBenchReport> Run();

 private:
  void ChooseCores();
  Status Connect();
  Status StartRelay();
  Status RunRound(std::uint32_t round);
  Status RunCondition(const Condition& condition, bool backwards);
  Status RunOurs(const Condition& condition, std::uint8_t train_length);
  Status RunTool(const PeerProgram& peer, const Condition& condition);
  Status RunLimits(const Condition& condition);
  LatencyRow& Row(const LatencyKey& key);
  std::vector<RoundTripTruth> TruthSince(std::uint64_t mark) const;
  std::uint64_t Mark() const { return truth_ ? truth_->written() : 0; }
  void NoteRelay();
  unsigned PriorityOf(const Condition& condition) const {
    return condition.real_time ? options_.priority : 0;
  }

  LatencyBenchOptions options_;
  LatencyBenchReport report_;
  std::optional<ScratchFolder> scratch_;
  std::optional<BenchNetwork> network_;
  std::unique_ptr<SharedTruth> truth_;
  std::unique_ptr<PacketRelay> relay_;
  std::optional<Child> relay_process_;
  ProbePlaces places_;
  int relay_core_ = -1;
  bool real_time_granted_ = false;
  std::unique_ptr<ProbeBench> ours_;
  std::vector<PeerProgram> peers_;
  std::vector<EstimatorInput> estimator_inputs_;
};

// The agent has a core of its own, which is the one that is loaded. The relay has a third where there
// is one.
void Campaign::ChooseCores() {
  const std::vector<int> cores = UsableCoreNumbers();
  places_.landmark_core = cores.front();
  places_.agent_core = cores.size() > 1 ? cores[1] : cores.front();
  relay_core_ = cores.size() > 2 ? cores[2] : cores.front();
  report_.cores = fmt::format("clients on core {}, agent and servers on core {}, relay on core {}",
                              places_.landmark_core, places_.agent_core, relay_core_);
  real_time_granted_ =
      PlaceScope(-1, options_.priority).scheduling().starts_with("SCHED_FIFO");
  report_.real_time = PlaceScope(-1, options_.priority).scheduling();
}

Status Campaign::StartRelay() {
  EARSHOT_ASSIGN_OR_RETURN(truth_, SharedTruth::Create());
  PacketRelayOptions relay;
  relay.landmark_side = kBenchLandmarkSide;
  relay.agent_side = kBenchAgentSide;
  relay.conditions.forward = options_.one_way;
  relay.conditions.backward = options_.one_way;
  {
    const InNamespace inside(network_->relay_namespace());
    if (!inside.entered()) return Fail(ErrorCode::kUnavailable, "cannot enter the relay's network");
    EARSHOT_ASSIGN_OR_RETURN(relay_, PacketRelay::Open(relay, truth_.get()));
  }
  const auto body = [this] {
    relay_->Run();
    return 0;
  };
  const unsigned priority = real_time_granted_ ? options_.priority + kRelayPriorityAbove : 0;
  EARSHOT_ASSIGN_OR_RETURN(
      relay_process_, Child::Fork("relay", body, scratch_->path() + "/relay.log",
                                  {.core = relay_core_, .priority = priority}));
  return {};
}

// Namespaces and the relay where they are permitted, loopback otherwise.
Status Campaign::Connect() {
  if (options_.namespaces) {
    Result<BenchNetwork> network = BenchNetwork::Create();
    if (network.has_value()) {
      network_ = *std::move(network);
      EARSHOT_RETURN_IF_ERROR(StartRelay());
      places_.landmark_namespace = network_->landmark_namespace();
      places_.agent_namespace = network_->agent_namespace();
      places_.landmark_address = kBenchLandmarkAddress;
      places_.agent_address = kBenchAgentAddress;
      report_.through_relay = true;
      report_.network = fmt::format(
          "relay of frames between network namespaces, {} us each way, truth logged per packet",
          options_.one_way / std::chrono::microseconds(1));
      return {};
    }
    report_.skipped.push_back("no relay: " + network.error().message() +
                              "; run as root to measure through one");
  }
  report_.network = "direct loopback, no relay: the path has no length, and no truth was logged";
  return {};
}

LatencyRow& Campaign::Row(const LatencyKey& key) {
  const auto found = std::ranges::find(report_.rows, key, &LatencyRow::key);
  if (found != report_.rows.end()) return *found;
  report_.rows.push_back(LatencyRow{.key = key});
  return report_.rows.back();
}

std::vector<RoundTripTruth> Campaign::TruthSince(std::uint64_t mark) const {
  if (truth_ == nullptr) return {};
  const std::vector<PacketTruth> records = truth_->Since(mark);
  return PairRoundTrips(records);
}

Status Campaign::RunOurs(const Condition& condition, std::uint8_t train_length) {
  const bool single = train_length == 1;
  ProbeForm form;
  form.train_length = train_length;
  form.trains = options_.pings / 2;
  // Longer than the path: a session lets only so many trains be outstanding.
  form.interval = 4 * options_.one_way;
  const std::uint64_t mark = Mark();
  EARSHOT_ASSIGN_OR_RETURN(const ProbeRun run, ours_->Run(form, PriorityOf(condition)));
  const std::vector<RoundTripTruth> truth = TruthSince(mark);
  const std::string name = single ? "single" : fmt::format("train of {}", train_length);
  for (const bool user : {false, true}) {
    LatencyRow& row = Row({"earshot", name, user ? "user" : "kernel", condition.loaded,
                           condition.real_time});
    row.scheduling = run.landmark_scheduling;
    row.server_scheduling = run.agent_scheduling;
    row.sent += run.pings_sent;
    row.answered += run.pings_answered;
    std::vector<Duration>& errors = row.rounds.emplace_back();
    for (const std::vector<TimedPing>& train : run.trains) {
      const auto rtt = [user](const TimedPing& ping) { return user ? ping.user : ping.sample.rtt; };
      const TimedPing& quickest = *std::ranges::min_element(train, {}, rtt);
      const RoundTripTruth* const own = FindPing(truth, quickest);
      if (report_.through_relay && own == nullptr) {
        ++row.left_out;
        continue;
      }
      errors.push_back(rtt(quickest).duration() - (own != nullptr ? own->held : Duration(0)));
      row.matched += own != nullptr ? 1U : 0U;
      if (user || own == nullptr) continue;
      row.beyond_wire.push_back(quickest.sample.rtt.duration() - own->wire);
      const bool idle_best = !condition.loaded && condition.real_time == real_time_granted_;
      if (single && idle_best) estimator_inputs_.push_back({quickest.sample, own->held});
    }
  }
  return {};
}

Status Campaign::RunTool(const PeerProgram& peer, const Condition& condition) {
  PeerRunOptions options{.places = places_,
                         .priority = PriorityOf(condition),
                         .count = options_.pings,
                         .folder = scratch_->path()};
  const std::uint64_t mark = Mark();
  const Result<PeerRun> run = RunPeer(peer, options);
  if (!run.has_value()) {
    const std::string why = run.error().message() + "; that run was skipped";
    if (std::ranges::find(report_.skipped, why) == report_.skipped.end()) {
      report_.skipped.push_back(why);
    }
    return {};
  }
  const std::vector<RoundTripTruth> truth = TruthSince(mark);
  const auto own = MatchPeer(run->samples.samples, truth, run->frames, run->payload_bytes);
  const Duration nominal = report_.through_relay ? 2 * options_.one_way : Duration(0);
  const bool icmp = run->frames == FrameKind::kIcmpEcho;
  LatencyRow& row = Row({peer.name, icmp ? "ICMP echo" : "single", "its own", condition.loaded,
                         condition.real_time});
  row.scheduling = run->scheduling;
  row.server_scheduling = run->server_scheduling;
  row.sent += run->samples.sent.value_or(options.count);
  row.answered += static_cast<std::uint32_t>(run->samples.samples.size());
  row.resolution = run->samples.resolution;
  if (run->samples.least.has_value()) {
    const Duration least = run->samples.least->duration() - nominal;
    row.least_printed.push_back(least);
  }
  std::vector<Duration>& errors = row.rounds.emplace_back();
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Duration held = own[i].has_value() ? own[i]->held : nominal;
    errors.push_back(run->samples.samples[i].rtt.duration() - held);
    row.matched += own[i].has_value() ? 1U : 0U;
  }
  return {};
}

Status Campaign::RunLimits(const Condition& condition) {
  EARSHOT_ASSIGN_OR_RETURN(
      CoreLimits limits,
      MeasureCoreLimits(places_.agent_core, PriorityOf(condition), scratch_->path()));
  auto row = std::ranges::find_if(report_.core_limits, [&](const CoreLimitsRow& one) {
    return one.loaded == condition.loaded && one.real_time == condition.real_time;
  });
  if (row == report_.core_limits.end()) {
    report_.core_limits.push_back({condition.loaded, condition.real_time, {}});
    row = report_.core_limits.end() - 1;
  }
  row->rounds.push_back(std::move(limits));
  return {};
}

Status Campaign::RunCondition(const Condition& condition, bool backwards) {
  std::vector<Child> busy;
  for (int i = 0; condition.loaded && i < kBusyLoops; ++i) {
    EARSHOT_ASSIGN_OR_RETURN(Child loop, StartBusyLoop(places_.agent_core, scratch_->path()));
    busy.push_back(std::move(loop));
  }
  std::vector<std::function<Status()>> runs = {
      [&] { return RunOurs(condition, 5); }, [&] { return RunOurs(condition, 1); }};
  for (const PeerProgram& peer : peers_) {
    runs.push_back([&, this] { return RunTool(peer, condition); });
  }
  runs.push_back([&] { return RunLimits(condition); });
  if (backwards) std::ranges::reverse(runs);
  for (const auto& run : runs) {
    EARSHOT_RETURN_IF_ERROR(run());
    if (interrupted != 0) return Fail(ErrorCode::kUnavailable, "interrupted; nothing is left over");
  }
  for (Child& loop : busy) {
    if (!loop.Poll().has_value()) continue;
    return Fail(ErrorCode::kUnavailable,
                fmt::format("the load on the agent's core ended before the measurements did: they took more than "
                            "{} minutes; run the bench on a machine with less other work",
                            kBusyAtMost / std::chrono::minutes(1)));
  }
  return {};
}

Status Campaign::RunRound(std::uint32_t round) {
  for (const bool loaded : {false, true}) {
    for (const bool real_time : {true, false}) {
      if (real_time && !real_time_granted_) continue;
      if (options_.progress) {
        options_.progress(fmt::format("round {} of {}: {}, {} class", round, options_.rounds,
                                      loaded ? "agent's core loaded" : "idle",
                                      real_time ? "real-time" : "ordinary"));
      }
      EARSHOT_RETURN_IF_ERROR(RunCondition({loaded, real_time}, round % 2 == 0));
    }
  }
  return {};
}

// How late the relay let frames go, over all of them that the log still holds.
void Campaign::NoteRelay() {
  if (truth_ == nullptr) return;
  std::vector<Duration> late;
  for (const PacketTruth& record : truth_->Since(0)) late.push_back(record.held - record.target);
  report_.frames = late.size();
  report_.relay_error_p99 = QuantileOf(late, 0.99);
  report_.relay_error_median = QuantileOf(std::move(late), 0.5);
  report_.relay = SchedulingOf(relay_process_->pid());
}

Result<LatencyBenchReport> Campaign::Run() {
  const InterruptScope interrupts;
  report_.rounds = options_.rounds;
  report_.load_average_before = LoadAverage();
  EARSHOT_ASSIGN_OR_RETURN(scratch_, ScratchFolder::Create("earshot-bench"));
  ChooseCores();
  EARSHOT_RETURN_IF_ERROR(Connect());
  if (!real_time_granted_) {
    report_.skipped.push_back("real-time class: " + report_.real_time +
                              "; only the ordinary class was measured, expect wide bounds under load");
  }
  if (const Status set_up = SetUpPeers(options_.peers); !set_up.has_value()) {
    report_.skipped.push_back("setting up peers: " + set_up.error().message());
  }
  std::error_code unknown;
  const std::string peers = std::filesystem::absolute(options_.peers, unknown).lexically_normal();
  PeerSearch search = FindPeers(peers, scratch_->path());
  peers_ = std::move(search.found);
  for (const PeerProgram& peer : peers_) report_.versions.push_back(peer.version);
  report_.skipped.insert(report_.skipped.end(), search.skipped.begin(), search.skipped.end());
  EARSHOT_ASSIGN_OR_RETURN(ours_, ProbeBench::Create(places_, scratch_->path()));
  for (std::uint32_t round = 1; round <= options_.rounds; ++round) {
    EARSHOT_RETURN_IF_ERROR(RunRound(round));
  }
  NoteRelay();
  report_.load_average_after = LoadAverage();
  report_.estimators = CompareEstimators(estimator_inputs_);
  LatencyGoals judged = JudgeGoals(report_.rows);
  report_.goals = std::move(judged.goals);
  for (const std::string& name : judged.undecided) {
    report_.skipped.push_back("goal not decided, figures are missing: " + name);
  }
  return report_;
}

}  // namespace

Result<LatencyBenchReport> RunLatencyBench(const LatencyBenchOptions& options) {
  EARSHOT_RETURN_IF_ERROR(RequireOptimisedBuild());
  return Campaign(options).Run();
}

}  // namespace earshot
