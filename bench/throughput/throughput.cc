#include "bench/throughput/throughput.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <optional>

#include "bench/optimised.h"
#include "bench/throughput/answerers.h"
#include "bench/throughput/chrony.h"
#include "bench/throughput/load.h"
#include "bench/throughput/memory_costs.h"
#include "bench/throughput/played_landmarks.h"
#include "core/crypto/pooled_random.h"
#include "core/os/process.h"
#include "core/os/scratch_folder.h"
#include "core/os/system_clock.h"

namespace earshot {
namespace {

constexpr std::size_t kWindow = 256;
constexpr std::size_t kJunkWindow = 32;  // with junk beside it, what a default socket buffer holds
constexpr std::size_t kJunkPerRequest = 10;
constexpr std::size_t kVerifiedEach = 2'000;

// What every side of a round yields, in answers per second of its CPU time.
struct Samples {
  std::vector<double> agent, asio, echo, verify, chrony;
  // Valid answers with the small window, without and with junk; and the share of the first that is
  // left of the second.
  std::vector<double> agent_clean, agent_junk, share_agent;
  std::vector<double> echo_clean, echo_junk, share_echo;
  std::vector<double> welcomes_64, welcomes_1, sessions_64, sessions_1, rounds, rounds_signatures;
  std::vector<double> rounds_resumed, rounds_anew, landmark_pings, agent_pings;
  std::uint64_t lost = 0;
  std::uint64_t allocations_landmark = 0, allocations_agent = 0, pings = 0;
  std::uint64_t allocations_at_rim = 0, pings_at_rim = 0;  // of the agent's thread, over sockets
};

class ThroughputBench {
 public:
  static Result<ThroughputReport> Run(const ThroughputOptions& options) {
    EARSHOT_ASSIGN_OR_RETURN(LoadSocket socket, LoadSocket::Open());
    EARSHOT_ASSIGN_OR_RETURN(ScratchFolder scratch, ScratchFolder::Create("earshot-bench"));
    ThroughputBench bench(options, std::move(socket), std::move(scratch));
    return bench.Measure();
  }

 private:
  ThroughputBench(const ThroughputOptions& options, LoadSocket socket, ScratchFolder scratch)
      : options_(options),
        scratch_(std::move(scratch)),
        socket_(std::move(socket)),
        authority_(MakeBenchAuthority(PlayedEndpoints(options.landmarks, socket_.port()), random_,
                                      SystemClock().Read().wall)) {
    MakeFixedRequests();
  }

  // For whoever does not look into a ping: pings of no session, requests with signatures, NTP, junk.
  void MakeFixedRequests() {
    const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random_);
    signer_ = key.public_key();
    for (std::uint32_t i = 0; i < options_.landmarks; ++i) {
      const std::uint64_t id = random_.NextU64() | (std::uint64_t{kSessionMark} << 56U);
      const PingBytes ping = WritePing(id, 1, 1, random_.NextBytes32());
      plain_.push_back(ping);
      std::array<std::uint8_t, 128> with_signature{};
      std::ranges::copy(ping, with_signature.begin());
      std::ranges::copy(key.Sign(ping), with_signature.begin() + 64);
      signed_.push_back(with_signature);
      PingBytes junk{};
      random_.Fill(junk);
      // Half of the junk is noise; half looks like a PING of a session that does not exist.
      if (i % 2 == 0) junk = WritePing(random_.NextU64() >> 1U | 1U, 1, 1, random_.NextBytes32());
      junk[kSessionMarkAt] &= static_cast<std::uint8_t>(~kSessionMark);
      junk_.push_back(junk);
    }
    for (std::size_t i = 0; i < junk_.size(); ++i) junk_requests_.push_back(From(i, junk_[i]));
  }
  LoadRequest From(std::size_t landmark, ByteSpan bytes) const {
    return {authority_.landmarks[landmark % authority_.landmarks.size()]->endpoint, bytes};
  }
  template <typename Packets>
  std::vector<LoadRequest> Repeat(const Packets& packets, std::size_t count) const {
    std::vector<LoadRequest> requests;
    for (std::size_t i = 0; i < count; ++i) requests.push_back(From(i, packets[i % packets.size()]));
    return requests;
  }

  LoadResult Drive(const std::vector<LoadRequest>& requests, const Answerer& answerer,
                   const Endpoint& to, std::function<bool(ByteSpan)> is_answer,
                   std::size_t window = kWindow, bool junk = false) {
    LoadOptions load{.to = to, .window = window, .is_answer = std::move(is_answer),
                     .cpu_clock = answerer.cpu_clock()};
    if (junk) {
      load.junk = junk_requests_;
      load.junk_per_request = kJunkPerRequest;
    }
    const LoadResult result = socket_.Run(requests, load);
    if (!junk) samples_.lost += result.lost;
    return result;
  }

  std::size_t Requests() const { return std::size_t{options_.landmarks} * 255; }
  static bool IsPing(ByteSpan bytes) { return IsOurs(bytes, MessageType::kPing); }
  static bool IsPong(ByteSpan bytes) { return IsOurs(bytes, MessageType::kPong); }

  Status MeasureEcho() {
    EARSHOT_ASSIGN_OR_RETURN(const auto echo, MakeEcho({}));
    const auto requests = Repeat(plain_, Requests());
    samples_.echo.push_back(
        Drive(requests, *echo, echo->endpoint(), &IsPing).per_core_second());
    // Under junk: reads everything, answers what bears the mark.
    EARSHOT_ASSIGN_OR_RETURN(const auto filter, MakeEcho(&IsPing));
    const auto some = Repeat(plain_, Requests() / 4);
    const auto clean = Drive(some, *filter, filter->endpoint(), &IsPing, kJunkWindow);
    const auto flooded = Drive(some, *filter, filter->endpoint(), &IsPing, kJunkWindow, true);
    samples_.echo_clean.push_back(clean.per_core_second());
    samples_.echo_junk.push_back(flooded.per_core_second());
    samples_.share_echo.push_back(flooded.per_core_second() / clean.per_core_second());
    return {};
  }

  // Sessions anew for each agent; their pings serve the clean run and the two of the flood.
  Status MeasureAgent(bool asio) {
    EARSHOT_ASSIGN_OR_RETURN(const auto agent,
                             asio ? MakeAsioAgent(authority_)
                                  : MakeAgent(authority_, scratch_.path()));
    PlayedLandmarks landmarks(authority_, socket_, random_);
    EARSHOT_RETURN_IF_ERROR(landmarks.OpenAll());
    const std::vector<LoadRequest> pings = landmarks.Pings();
    const std::size_t half = pings.size() / 2;
    const auto part = [&](std::size_t from, std::size_t to) {
      return std::vector<LoadRequest>(pings.begin() + static_cast<std::ptrdiff_t>(from),
                                      pings.begin() + static_cast<std::ptrdiff_t>(to));
    };
    const auto before = agent->allocations();
    const LoadResult result = Drive(part(0, half), *agent, landmarks.agent(), &IsPong);
    if (before.has_value()) {
      samples_.allocations_at_rim += agent->allocations().value_or(0) - *before;
      samples_.pings_at_rim += result.answers;
    }
    (asio ? samples_.asio : samples_.agent).push_back(result.per_core_second());
    if (asio) return {};
    const auto clean =
        Drive(part(half, half + half / 2), *agent, landmarks.agent(), &IsPong, kJunkWindow);
    const auto flooded =
        Drive(part(half + half / 2, 2 * half), *agent, landmarks.agent(), &IsPong, kJunkWindow, true);
    samples_.agent_clean.push_back(clean.per_core_second());
    samples_.agent_junk.push_back(flooded.per_core_second());
    samples_.share_agent.push_back(flooded.per_core_second() / clean.per_core_second());
    return {};
  }

  Status MeasureVerifyEach() {
    EARSHOT_ASSIGN_OR_RETURN(const auto verifying, MakeVerifyEach(*signer_));
    const auto result = Drive(Repeat(signed_, kVerifiedEach), *verifying, verifying->endpoint(), &IsPing);
    samples_.verify.push_back(result.per_core_second());
    return {};
  }

  void MeasureChrony() {
    if (chronyd_.empty()) return;
    const auto chrony = MakeChrony(chronyd_, scratch_.path());
    if (!chrony.has_value()) {
      notes_.push_back("chronyd skipped: " + chrony.error().message());
      chronyd_.clear();
      return;
    }
    const std::vector<std::array<std::uint8_t, kNtpBytes>> request = {NtpRequest()};
    const auto result =
        Drive(Repeat(request, Requests()), **chrony, (*chrony)->endpoint(), &IsNtpReply);
    samples_.chrony.push_back(result.per_core_second());
  }

  Status MeasureMemory() {
    EARSHOT_ASSIGN_OR_RETURN(const MemoryRates rates, MeasureMemoryRates());
    samples_.welcomes_64.push_back(rates.welcomes_merkle_64);
    samples_.welcomes_1.push_back(rates.welcomes_one_by_one);
    samples_.sessions_64.push_back(rates.sessions_merkle_64);
    samples_.sessions_1.push_back(rates.sessions_one_by_one);
    samples_.rounds_resumed.push_back(rates.rounds_resumed);
    samples_.rounds_anew.push_back(rates.rounds_anew);
    samples_.rounds.push_back(rates.rounds_checked);
    samples_.rounds_signatures.push_back(rates.rounds_by_signatures);
    samples_.landmark_pings.push_back(rates.pings_at_landmark);
    samples_.agent_pings.push_back(rates.pings_at_agent);
    samples_.allocations_landmark += rates.allocations_at_landmark;
    samples_.allocations_agent += rates.allocations_at_agent;
    samples_.pings += rates.pings;
    return {};
  }

  void SetUpPeers() {
    const Result<std::string> chronyd = SetUpChrony(options_.peers);
    if (!chronyd.has_value()) {
      notes_.push_back("chronyd skipped: " + chronyd.error().message());
      return;
    }
    chronyd_ = *chronyd;
    notes_.push_back("chronyd: " + ChronyVersion(chronyd_, scratch_.path()) +
                     ", plain NTP of 48 bytes, -x, one process");
  }

  Result<ThroughputReport> Measure();
  ThroughputReport Report(const SpoofedHellos& flood, double load_before);

  ThroughputOptions options_;
  ScratchFolder scratch_;
  SystemRandom random_;
  LoadSocket socket_;
  BenchAuthority authority_;
  std::optional<Ed25519PublicKey> signer_;
  std::vector<PingBytes> plain_;
  std::vector<std::array<std::uint8_t, 128>> signed_;
  std::vector<PingBytes> junk_;
  std::vector<LoadRequest> junk_requests_;
  std::string chronyd_;
  Samples samples_;
  std::vector<std::string> notes_;
};

Result<ThroughputReport> ThroughputBench::Measure() {
  double load_before = 0;
  getloadavg(&load_before, 1);
  SetUpPeers();
  const SpoofedHellos flood = FloodWithHellos(options_.spoofed_hellos);
  PinThisThread(kLoadCore);
  for (int round = 0; round < options_.rounds; ++round) {
    EARSHOT_RETURN_IF_ERROR(MeasureEcho());
    EARSHOT_RETURN_IF_ERROR(MeasureAgent(false));
    EARSHOT_RETURN_IF_ERROR(MeasureAgent(true));
    MeasureChrony();
    EARSHOT_RETURN_IF_ERROR(MeasureVerifyEach());
    EARSHOT_RETURN_IF_ERROR(MeasureMemory());
  }
  return Report(flood, load_before);
}

BenchGoal AtLeast(std::string name, const ThroughputRow& row, double goal) {
  const auto meets = [goal](double ratio) { return ratio >= goal; };
  return {std::move(name), row.ratio(), fmt::format(">= {}", goal), meets(row.ratio()),
          RoundsOf(row.round_ratios, meets)};
}
// Empty where a side is missing from some round.
std::vector<double> RoundRatios(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  if (ours.size() != theirs.size()) return ratios;
  std::ranges::transform(ours, theirs, std::back_inserter(ratios), std::divides<>());
  return ratios;
}
BenchGoal Zero(std::string name, double value) {
  return {std::move(name), value, "0", value == 0};
}

ThroughputReport ThroughputBench::Report(const SpoofedHellos& flood, double load_before) {
  const Samples& s = samples_;
  ThroughputReport report;
  const auto row = [&](std::string name, const std::vector<double>& ours,
                       const std::vector<double>& theirs, std::string unit = "/s") {
    report.rows.push_back({std::move(name), std::move(unit), SpreadOf(ours), SpreadOf(theirs),
                           RoundRatios(ours, theirs)});
    return report.rows.back();
  };
  const ThroughputRow echo = row("pings answered; theirs: a bare echo, mmsg", s.agent, s.echo);
  const ThroughputRow asio = row("pings answered; theirs: our engine behind Asio async", s.agent, s.asio);
  const ThroughputRow verify = row("pings answered; theirs: a signature verified each", s.agent, s.verify);
  const ThroughputRow chrony = row("pings answered; theirs: chronyd, plain NTP", s.agent, s.chrony);
  const ThroughputRow merkle = row("WELCOMEs signed by 64; theirs: one by one", s.welcomes_64, s.welcomes_1);
  row("sessions opened, signed by 64; theirs: one by one", s.sessions_64, s.sessions_1);
  row("rounds served, session resumed; theirs: a handshake each", s.rounds_resumed, s.rounds_anew);
  row("rounds of 60 verified; theirs: 60 signatures", s.rounds, s.rounds_signatures);
  row("pings sent and judged at the landmark, no sockets", s.landmark_pings, {});
  row("pings answered at the agent, no sockets", s.agent_pings, {});
  row("spoofed HELLO and HELLO2 met, no sockets", {flood.per_second}, {});
  row("pings answered, no junk; theirs: bare sockets", s.agent_clean, s.echo_clean);
  row("pings answered, 10x junk; theirs: bare sockets", s.agent_junk, s.echo_junk);
  const ThroughputRow junk = row("share left under 10x junk; theirs: bare sockets", s.share_agent,
                          s.share_echo, "");

  report.goals = {
      AtLeast("WELCOMEs signed by 64, times one by one", merkle, 30),
      AtLeast("session path, times a verification a ping", verify, 20),
      AtLeast("batched sockets, times Asio async", asio, 2.5),
      AtLeast("share of a bare echo", echo, 0.7),
  };
  if (chrony.ratio() > 0) report.goals.push_back(AtLeast("pings answered, times chronyd", chrony, 1.2));
  report.goals.push_back(AtLeast("valid answers under 10x junk, of what sockets leave", junk, 0.8));
  report.goals.push_back(Zero(
      fmt::format("public-key operations for {} spoofed HELLOs", flood.hellos),
      static_cast<double>(flood.public_key_operations + flood.sessions)));
  report.goals.push_back(Zero(fmt::format("allocations for {} pings, landmark engine", s.pings),
                              static_cast<double>(s.allocations_landmark)));
  report.goals.push_back(Zero(fmt::format("allocations for {} pings, agent engine", s.pings),
                              static_cast<double>(s.allocations_agent)));
  report.goals.push_back(
      Zero(fmt::format("allocations for {} pings, whole agent, sockets", s.pings_at_rim),
           static_cast<double>(s.allocations_at_rim)));

  report.load_average_before = load_before;
  getloadavg(&report.load_average_after, 1);
  report.scheduling = CurrentScheduling();
  notes_.push_back(fmt::format(
      "rates are work over CPU seconds of who did it; {} interleaved rounds; load on core {}, "
      "answers on core {}; window {}, {} with junk",
      options_.rounds, kLoadCore, kAnswerCore, kWindow, kJunkWindow));
  notes_.push_back(fmt::format("{} requests lost without junk", s.lost));
  notes_.push_back(
      "under junk: (our answers a CPU second with 10 junk datagrams a ping, over ours without) over "
      "the same for a loop that reads all and answers only what bears a mark");
  report.notes = std::move(notes_);
  return report;
}

}  // namespace

Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  return {values.front(), values[values.size() / 2], values.back()};
}

Result<ThroughputReport> RunThroughputBench(const ThroughputOptions& options) {
  EARSHOT_RETURN_IF_ERROR(RequireOptimisedBuild());
  if (options.rounds < 1 || options.landmarks < 2 || options.landmarks > 200) {
    return Fail(ErrorCode::kInvalidArgument,
                "a bench needs at least one round and 2 to 200 landmarks");
  }
  return ThroughputBench::Run(options);
}

}  // namespace earshot
