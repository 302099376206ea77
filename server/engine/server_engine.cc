#include "server/engine/server_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "core/latency/resolve.h"

namespace earshot {
namespace {

// Pings that wait for sessions look again this often.
constexpr Duration kPingLook = std::chrono::milliseconds(100);

std::optional<std::vector<MonotonicInstant>> EvenTrainStarts(std::uint32_t trains,
                                                             MonotonicInstant from, Duration apart) {
  std::vector<MonotonicInstant> starts;
  starts.reserve(trains);
  for (std::uint32_t i = 0; i < trains; ++i) starts.push_back(from + apart * i);
  return starts;
}

}  // namespace

ServerEngine::ServerEngine(const ServerEngineOptions& options, Verifier verifier, Random& random,
                           Clock& clock, ServerObserver& observer)
    : options_(options), verifier_(std::move(verifier)), random_(random), clock_(clock),
      observer_(observer) {
  EARSHOT_CHECK(CheckRoundOptions(options_.rounds).has_value());
  options_.landmark.session.terms = TermsFor(options_.rounds);
  options_.landmark.session.resolve = &ResolveSample;
  options_.landmark.session.resume = !options_.rounds.handshake_each_round;
}

ServerEngine::~ServerEngine() = default;

std::size_t ServerEngine::AddLandmark(const LandmarkKeys& keys, DatagramTransport& transport) {
  LandmarkObserver& self = *this;
  landmarks_.push_back(std::make_unique<LandmarkEngine>(
      keys, options_.landmark, random_, transport, self,
      [this](const DeviceId& device) { return verifier_.registry().Find(device) != nullptr; },
      clock_.Now()));
  return landmarks_.size() - 1;
}

LandmarkEngine* ServerEngine::Find(const LandmarkId& id) {
  const auto found = std::ranges::find_if(
      landmarks_, [&](const auto& landmark) { return landmark->id() == id; });
  return found == landmarks_.end() ? nullptr : found->get();
}

void ServerEngine::Start() {
  started_ = true;
  next_round_ = clock_.Now() + options_.rounds.first_after;
}

bool ServerEngine::finished() const {
  if (stopped_) return true;
  return options_.rounds.count != 0 && rounds_closed_ >= options_.rounds.count;
}

void ServerEngine::OnDatagram(std::size_t number, const Endpoint& from, ByteSpan packet,
                              const ClockReading& after_receive,
                              std::optional<WallInstant> kernel_receive) {
  landmarks_[number]->OnDatagram(from, packet, after_receive, kernel_receive);
}

void ServerEngine::OnTransmitStamp(std::size_t number, std::uint64_t probe_key, WallInstant stamp,
                                   WallInstant not_after) {
  landmarks_[number]->OnTransmitStamp(probe_key, stamp, not_after);
}

void ServerEngine::OnDropped(std::size_t number, std::uint64_t total) {
  landmarks_[number]->OnDropped(total, clock_.Now());
}

void ServerEngine::Flush() {
  for (const auto& landmark : landmarks_) landmark->Flush();
}

std::optional<MonotonicInstant> ServerEngine::NextWake() const {
  std::optional<MonotonicInstant> wake;
  const auto consider = [&wake](MonotonicInstant at) {
    wake = wake.has_value() ? std::min(*wake, at) : at;
  };
  for (const auto& landmark : landmarks_) {
    if (const auto at = landmark->NextWake()) consider(*at);
  }
  if (!unchecked_.empty()) consider(clock_.Now());
  if (round_.has_value()) {
    consider(round_->end);
  } else if (started_ && !finished() && !unjudged_.has_value()) {
    consider(next_round_);
  }
  for (const auto& ping : pings_) {
    consider(ping->end.value_or(ping->next_look));
  }
  return wake;
}

void ServerEngine::OnTimer() {
  ClockReading now = clock_.Read();
  for (const auto& landmark : landmarks_) landmark->OnTimer(now.monotonic);
  if (!unchecked_.empty()) CheckReceipt();
  if (round_.has_value() && now.monotonic >= round_->end) EndRound(now);
  ServePings(now);
  now = clock_.Read();
  const bool between_rounds = !round_.has_value() && !unjudged_.has_value();
  if (started_ && between_rounds && !finished() && now.monotonic >= next_round_) {
    BeginRound(now);
  }
}

void ServerEngine::BeginRound(const ClockReading& reading) {
  const MonotonicInstant now = reading.monotonic;
  round_ = Round{RoundNumber(next_number_++), now, now + options_.rounds.length, {}, {}};
  ++rounds_begun_;
  std::vector<Landmark> present;
  for (const Landmark& landmark : verifier_.landmarks()) {
    if (Find(landmark.id) != nullptr) present.push_back(landmark);
  }
  for (const auto& [name, device] : verifier_.registry().devices()) {
    const bool asked_apart = std::ranges::any_of(
        pings_, [&, id = device.id()](const auto& ping) { return ping->device == id; });
    if (asked_apart || device.RetiredAt(reading.wall)) continue;
    std::set<LandmarkId>& expected = round_->expected[device.id()];
    for (const std::size_t i :
         ChooseLandmarks(present, device.declaration.site.position,
                         options_.rounds.landmarks_per_device, random_)) {
      expected.insert(present[i].id);
    }
    verifier_.Expect(round_->number, device.id(), expected);
    for (const LandmarkId& id : expected) PlanInRound(*Find(id), device.id(), now);
  }
}

void ServerEngine::PlanInRound(LandmarkEngine& landmark, const DeviceId& device,
                               MonotonicInstant now) {
  const std::optional<MonotonicInstant> since = landmark.ReadySince(device);
  if (!since.has_value() || round_->closed.contains({device, landmark.id()})) return;
  const auto starts = PlanTrainStarts(options_.rounds, options_.rounds.trains,
                                      std::max(now, *since + kSessionLead), round_->end, random_);
  if (starts.has_value()) landmark.PlanTrains(device, round_->number, *starts);
}

void ServerEngine::PlanIfExpected(const LandmarkId& landmark, const DeviceId& device) {
  if (!round_.has_value()) return;
  const auto expected = round_->expected.find(device);
  if (expected == round_->expected.end() || !expected->second.contains(landmark)) return;
  PlanInRound(*Find(landmark), device, clock_.Now());
}

void ServerEngine::OnSessionOpened(const LandmarkId& landmark, const DeviceId& device,
                                   SessionId session, std::uint64_t counter) {
  observer_.OnSessionOpened(landmark, device, session, counter);
  // In place of one that was asked and of which nothing came: the device knew nothing of it.
  for (const auto& ping : pings_) {
    if (ping->device == device && ping->waiting.contains(landmark)) {
      PlanInPing(*ping, *Find(landmark));
    }
  }
  PlanIfExpected(landmark, device);
}

void ServerEngine::OnRoundClosed(const LandmarkId& landmark, const DeviceId& device,
                                 ClosedRound closed) {
  unchecked_.emplace_back(landmark, std::move(closed));
  bool in_ping = false;
  for (const auto& ping : pings_) {
    if (ping->device != device || ping->waiting.erase(landmark) == 0) continue;
    in_ping = true;
    if (ping->waiting.empty()) ping->end = clock_.Now();
  }
  if (!in_ping && round_.has_value()) round_->closed.insert({device, landmark});
  PlanIfExpected(landmark, device);  // a session that goes on
}

void ServerEngine::CheckReceipt() {
  auto [landmark, closed] = std::move(unchecked_.front());
  unchecked_.pop_front();
  const CheckedReceipt* checked = verifier_.AddReceipt(landmark, std::move(closed));
  if (checked != nullptr) observer_.OnReceipt(landmark, *checked);
}

void ServerEngine::OnCounter(const LandmarkId&, const DeviceId& device, CounterJudgement) {
  // A reuse that two receipts show convicts (verifier); what one landmark alone saw is a signal.
  if (round_.has_value()) {
    verifier_.AddSignal(round_->number, device, Signal::kCounterWentBack);
  }
}

void ServerEngine::TakeRefused(RoundNumber round, const DeviceId& device) {
  for (const auto& landmark : landmarks_) {
    if (const std::uint32_t packets = landmark->TakeRefused(device); packets > 0) {
      verifier_.AddRefused(round, device, packets);
    }
  }
}

// A device that one landmark knows by its address is looked for there at every other, too.
void ServerEngine::TakeShortages(RoundNumber round, const DeviceId& device,
                                 MonotonicInstant since) {
  std::set<std::uint32_t> addresses;
  for (const auto& landmark : landmarks_) {
    if (const auto address = landmark->LastAddress(device)) addresses.insert(*address);
  }
  for (const auto& landmark : landmarks_) {
    if (landmark->DroppedSince(since)) {
      verifier_.AddShortage(round, device, landmark->id(), Shortage::kEverybody);
    }
    for (const std::uint32_t address : addresses) {
      verifier_.AddShortage(round, device, landmark->id(), landmark->ShortageAt(address, since));
    }
  }
}

void ServerEngine::EndRound(const ClockReading& now) {
  const Round round = *std::exchange(round_, std::nullopt);
  for (const auto& landmark : landmarks_) landmark->EndRound(round.number, now.monotonic);
  CheckReceipts();
  for (const auto& [device, expected] : round.expected) {
    TakeRefused(round.number, device);
    TakeShortages(round.number, device, round.begin);
  }
  next_round_ = now.monotonic;
  if (options_.judged_apart) {
    unjudged_ = {round.number, now};
  } else {
    Judge(round.number, verifier_.News(round.number), now);
  }
}

void ServerEngine::Judge(RoundNumber round, const LandmarkNews& news, const ClockReading& now) {
  ++rounds_closed_;
  observer_.OnRoundClosed(round, verifier_.CloseRound(round, now, news));
}

LandmarkNews ServerEngine::News() const {
  EARSHOT_CHECK(unjudged_.has_value());
  return verifier_.News(unjudged_->first);
}

void ServerEngine::JudgeRound(const LandmarkNews& news) {
  EARSHOT_CHECK(unjudged_.has_value());
  const auto [round, ended] = *std::exchange(unjudged_, std::nullopt);
  Judge(round, news, ended);
}

void ServerEngine::Stop() {
  stopped_ = true;
  if (unjudged_.has_value()) verifier_.Abandon(std::exchange(unjudged_, std::nullopt)->first);
  GiveUpRounds("the server was stopped");
}

void ServerEngine::OnSuspended() {
  // Devices open new sessions for the next round.
  const MonotonicInstant now = clock_.Now();
  for (const auto& landmark : landmarks_) {
    if (round_.has_value()) landmark->EndRound(round_->number, now);
    for (const auto& ping : pings_) landmark->EndRound(ping->number, ping->device, now);
  }
  GiveUpRounds("the machine was suspended meanwhile; ask again");
  verifier_.AwaitAnew(now);
  next_round_ = now + options_.rounds.first_after;
}

void ServerEngine::GiveUpRounds(const char* why) {
  if (round_.has_value()) verifier_.Abandon(std::exchange(round_, std::nullopt)->number);
  for (const auto& ping : std::exchange(pings_, {})) {
    verifier_.Abandon(ping->number);
    ping->done(Fail(ErrorCode::kUnavailable, why));
  }
}

Status ServerEngine::OnDemandPing(const std::string& device, std::uint32_t pings,
                                  std::optional<Duration> interval, PingDone done) {
  const EnrolledDevice* enrolled = verifier_.registry().FindByName(device);
  if (enrolled == nullptr) {
    std::vector<std::string> known;
    for (const auto& [name, enrolment] : verifier_.registry().devices()) known.push_back(name);
    return Fail(ErrorCode::kNotFound,
                fmt::format("no device {} is enrolled{}", device, DidYouMean(device, known)));
  }
  if (enrolled->RetiredAt(clock_.Read().wall)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} is retired: it owes no answer and gets no verdict", device));
  }
  const SessionTerms& terms = options_.landmark.session.terms;
  if (pings < 1 || pings > terms.chain_length) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} pings at a landmark; a session has 1 to {}", pings,
                            terms.chain_length));
  }
  const RoundTiming timing = TimeRound(options_.rounds);
  if (interval.has_value() && (*interval < timing.gap_min || *interval > timing.gap_max)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("trains {} apart; with rounds of {} the sessions of this server allow {} "
                            "to {}",
                            DurationText(*interval), DurationText(options_.rounds.length),
                            DurationText(timing.gap_min), DurationText(timing.gap_max)));
  }
  if (pings_.size() >= kPingsAtOnceMax) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("{} devices are being asked already; try again", kPingsAtOnceMax));
  }
  if (!started_ || stopped_) return Fail(ErrorCode::kUnavailable, "the server does not run yet");
  auto ping = std::make_unique<Ping>();
  ping->number = RoundNumber(next_number_++);
  ping->device = enrolled->id();
  ping->trains = (pings + terms.train_length - 1) / terms.train_length;
  ping->interval = interval;
  ping->asked = clock_.Now();
  ping->next_look = ping->asked;
  ping->done = std::move(done);
  pings_.push_back(std::move(ping));
  return {};
}

// Plans trains at every landmark that has a session. False: not yet.
bool ServerEngine::BeginPing(Ping& ping, MonotonicInstant now) {
  std::vector<LandmarkEngine*> ready;
  for (const auto& landmark : landmarks_) {
    if (landmark->Ready(ping.device)) ready.push_back(landmark.get());
  }
  const bool enough = ready.size() == landmarks_.size() ||
                      (!ready.empty() && now - ping.asked >= kPingGather);
  if (!enough) return false;
  const RoundTiming timing = TimeRound(options_.rounds);
  ping.end = now + kSessionLead + timing.gap_max * ping.trains + timing.closing;
  for (LandmarkEngine* landmark : ready) PlanInPing(ping, *landmark);
  verifier_.Expect(ping.number, ping.device, ping.waiting);
  return true;
}

void ServerEngine::PlanInPing(Ping& ping, LandmarkEngine& landmark) {
  const MonotonicInstant from = clock_.Now() + kSessionLead;
  const auto starts = ping.interval.has_value()
                          ? EvenTrainStarts(ping.trains, from, *ping.interval)
                          : PlanTrainStarts(options_.rounds, ping.trains, from, *ping.end, random_);
  if (starts.has_value() && landmark.PlanTrains(ping.device, ping.number, *starts)) {
    ping.waiting.insert(landmark.id());
  }
}

void ServerEngine::FinishPing(Ping& ping, const ClockReading& now) {
  if (!ping.end.has_value()) {
    // Nobody has a session: the device is judged by its silence at all landmarks.
    std::set<LandmarkId> all;
    for (const auto& landmark : landmarks_) all.insert(landmark->id());
    verifier_.Expect(ping.number, ping.device, std::move(all));
  }
  for (const auto& landmark : landmarks_) {
    landmark->EndRound(ping.number, ping.device, now.monotonic);
  }
  CheckReceipts();
  TakeRefused(ping.number, ping.device);
  TakeShortages(ping.number, ping.device, ping.asked);
  std::vector<DeviceVerdict> verdicts =
      verifier_.CloseRound(ping.number, now, Verifier::Asked::kApart);
  if (verdicts.empty()) {
    ping.done(Fail(ErrorCode::kUnsupported, "a reference agent gets no verdict"));
  } else {
    ping.done(std::move(verdicts.front()));
  }
}

void ServerEngine::ServePings(const ClockReading& now) {
  std::vector<std::unique_ptr<Ping>> over;
  std::erase_if(pings_, [&](std::unique_ptr<Ping>& ping) {
    if (!ping->end.has_value() && !BeginPing(*ping, now.monotonic)) {
      ping->next_look = now.monotonic + kPingLook;
      if (now.monotonic - ping->asked < kPingPatience) return false;
    } else if (now.monotonic < *ping->end && !ping->waiting.empty()) {
      return false;
    }
    over.push_back(std::move(ping));
    return true;
  });
  for (const auto& ping : over) FinishPing(*ping, now);
}

}  // namespace earshot
