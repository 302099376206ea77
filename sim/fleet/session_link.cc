#include "sim/fleet/session_link.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/bytes.h"
#include "core/protocol/agent_session.h"
#include "server/engine/landmark_engine.h"

namespace earshot {
namespace {

constexpr std::uint32_t kFirstRound = 1;  // the one that a WELCOME opens
// Of a link's counters: DrawFate has blocks 0 and 1.
constexpr std::uint32_t kPlanBlock = 2;
constexpr std::uint32_t kAgentBlock = 3;
constexpr unsigned kLandmarkBits = 9;
static_assert(kScenarioLandmarksMax <= 1U << kLandmarkBits);

MonotonicInstant At(Duration since_start) {
  return MonotonicInstant::FromNanoseconds(since_start.count());
}

std::uint64_t LaneOf(const LinkName& name, std::uint32_t round, bool to_landmark) {
  return (std::uint64_t{round} << (kLandmarkBits + 1)) | (name.landmark << 1U) |
         (to_landmark ? 0U : 1U);
}

std::uint64_t NumberWithin(const LinkName& name, std::uint32_t number) {
  return (std::uint64_t{name.device} << 32U) | number;
}

// Drawn once for the life of an agent's session, as AgentEngine does.
Duration AgentDraw(const LinkName& name, std::size_t which, Duration low, Duration high) {
  const PhiloxWords words =
      PhiloxAt(name.key, NumberWithin(name, 0), LaneOf(name, 0, true), kAgentBlock);
  const auto width = static_cast<std::uint64_t>((high - low).count());
  return low + Duration(static_cast<std::int64_t>((width >> 10U) * (words[which] >> 22U)));
}

}  // namespace

LinkRules::LinkRules(const ScenarioRounds& of)
    : rounds{.first_after = of.first_after, .length = of.length, .trains = of.trains,
             .landmarks_per_device = of.landmarks_per_device},
      terms(TermsFor(rounds)) {}

// Where one train in part unanswered keeps one of two places, a train waits for all answers to the one
// before it. So the last begins `closing` before the end at the latest, or so much later as each of
// its predecessors was late; the EVIDENCE arrives a round trip after its last PING was sent.
Duration LinkRules::CalmRttMax() const {
  const RoundTiming timing = TimeRound(rounds);
  const auto gaps = static_cast<std::int64_t>(rounds.trains - 1);
  const Duration train = terms.gap * terms.train_length;
  const Duration room = timing.closing + gaps * (timing.gap_min - kTrainRetry - train) - train;
  const Duration in_time = std::min(timing.closing - train, room / (gaps + 1));
  // Nor may the agent take the round for over between two trains.
  return std::min(in_time, timing.evidence_idle - kTrainRetry - train);
}

bool LinkRules::CalmOpening(Duration before, Duration rtt) const {
  const RoundTiming timing = TimeRound(rounds);
  const Duration repeats = 2 * (kCalmTries - 1) * kHandshakeRepeatFirst;
  const Duration asked_from = agent.start_spread + repeats + 2 * rtt + kSessionLead - before;
  return asked_from + timing.gap_max * (rounds.trains - 1) + timing.closing < rounds.length;
}

void LinkRandom::Fill(MutableByteSpan out) {
  while (!out.empty()) {
    const PhiloxWords words =
        PhiloxAt(name_.key, NumberWithin(name_, next_++), LaneOf(name_, round_, true), block_);
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      StoreBigEndian<std::uint32_t>(bytes, 4 * i, words[i]);
    }
    const std::size_t taken = std::min(out.size(), bytes.size());
    std::copy_n(bytes.begin(), taken, out.begin());
    out = out.subspan(taken);
  }
}

// Keeps the room of the queue: there are millions of rounds.
void SessionLink::Rename(const LinkName& name) {
  SessionLink fresh(*rules_, name);
  queue_.Clear();
  std::swap(fresh.queue_, queue_);
  std::swap(fresh.spare_, spare_);
  *this = std::move(fresh);
}

void SessionLink::Reset(MonotonicInstant now) {
  Rename(name_);
  now_ = now;
}

void SessionLink::StartAgent(Duration at) {
  Reset(At(at));
  agent_wake_ = now_ + AgentDraw(name_, 0, Duration(0), rules_->agent.start_spread);
}

void SessionLink::StandReady(Duration at) {
  Reset(At(at));
  attempt_ = newest_attempt_ = 1;
  agent_session_ = 1;
  agent_round_ = kFirstRound + 1;
  agent_ = AgentState::kOpen;
  open_ = Serve(agent_session_, agent_round_);
  open_->since = now_ - kSessionLead;
  agent_expires_ = agent_wake_ = open_->expires;
}

bool SessionLink::settled() const {
  return agent_ == AgentState::kOpen && agent_answered_.none() && open_.has_value() &&
         open_->session == agent_session_ && open_->round == agent_round_ && !open_->planned;
}

LinkHearing SessionLink::RunRound(std::uint32_t round, Duration begin, const PathConditions& path,
                                  const CalmRound& calm, const LostPackets* lost) {
  round_ = round;
  path_ = &path;
  calm_ = &calm;
  lost_ = lost;
  decided_.reset();
  packets_ = chances_ = 0;
  hearing_ = {};
  filed_ = false;
  round_end_ = At(begin) + rules_->rounds.length;
  in_round_ = false;
  Rearm();
  const auto run_until = [this](MonotonicInstant end) {
    while (!queue_.empty() && queue_.Top().order.at < end) {
      const QueuedEvent event = queue_.Pop();
      now_ = event.order.at;
      Happen({static_cast<Kind>(event.payload & 0xfU),
              static_cast<std::uint32_t>((event.payload >> 4U) & 0xfffU),
              static_cast<std::uint32_t>((event.payload >> 16U) & 0xffffffU),
              static_cast<std::uint32_t>(event.payload >> 40U)});
      Rearm();
    }
    now_ = std::max(now_, end);
  };
  run_until(At(begin));
  in_round_ = true;
  PlanTrains();
  Rearm();
  run_until(round_end_);
  in_round_ = false;
  if (open_.has_value() && open_->planned) EndServed(false);
  return hearing_;
}

void SessionLink::Push(MonotonicInstant at, const Message& message) {
  const std::uint64_t payload = static_cast<std::uint64_t>(message.kind) |
                                (std::uint64_t{message.index} << 4U) |
                                (std::uint64_t{message.session & 0xffffffU} << 16U) |
                                (std::uint64_t{message.round & 0xffffffU} << 40U);
  queue_.Push({{at, 0, events_++}, payload});
}

// Wakes each end when it has something to do. An event for a time that was given up finds nothing due.
void SessionLink::Rearm() {
  if (agent_armed_ != agent_wake_) {
    agent_armed_ = agent_wake_;
    Push(std::max(agent_wake_, now_), {Kind::kAgentTimer, 0, 0, 0});
  }
  if (!open_.has_value()) return;
  MonotonicInstant wake = open_->expires + rules_->session.linger;
  if (const auto trains = open_->trains.NextWake()) wake = std::min(wake, *trains);
  if (!open_->starts.empty()) wake = std::min(wake, open_->starts.back());
  if (landmark_armed_ == wake) return;
  landmark_armed_ = wake;
  Push(std::max(wake, now_), {Kind::kLandmarkTimer, 0, 0, 0});
}

void SessionLink::Happen(const Message& message) {
  switch (message.kind) {
    case Kind::kAgentTimer:
      agent_armed_.reset();
      return AgentTimer();
    case Kind::kLandmarkTimer:
      landmark_armed_.reset();
      return LandmarkTimer();
    case Kind::kHello:
    case Kind::kHello2:
    case Kind::kPong:
    case Kind::kEvidence:
      return LandmarkTakes(message);
    case Kind::kRetry:
    case Kind::kWelcome:
    case Kind::kPing:
    case Kind::kReceipt:
      return AgentTakes(message);
  }
}

std::optional<std::size_t> SessionLink::NumberOf(const Message& message) const {
  switch (message.kind) {
    case Kind::kHello:
    case Kind::kRetry:
    case Kind::kHello2:
    case Kind::kWelcome: {
      const std::size_t kind = static_cast<std::size_t>(message.kind) -
                               static_cast<std::size_t>(Kind::kHello);
      const std::size_t first = calm_->handshake_at(kind, 0);
      return decided_.test(first) ? calm_->handshake_at(kind, 1) : first;
    }
    case Kind::kPing: return calm_->ping_at(message.index);
    case Kind::kPong: return calm_->pong_at(message.index);
    case Kind::kEvidence: return calm_->evidence_at();
    case Kind::kReceipt: return calm_->receipt_at();
    case Kind::kAgentTimer:
    case Kind::kLandmarkTimer: break;
  }
  return std::nullopt;
}

// The first packet of each number is as it was decided; later ones are anew.
void SessionLink::Send(const Message& message) {
  const bool to_landmark = message.kind == Kind::kHello || message.kind == Kind::kHello2 ||
                           message.kind == Kind::kPong || message.kind == Kind::kEvidence;
  const std::uint64_t lane = LaneOf(name_, round_, to_landmark);
  const std::uint64_t number = NumberWithin(name_, packets_++);
  const Duration delay = to_landmark ? path_->forward : path_->backward;
  const std::optional<std::size_t> decided =
      lost_ == nullptr ? std::nullopt : NumberOf(message);
  PathConditions path = *path_;
  if (decided.has_value() && !decided_.test(*decided)) {
    decided_.set(*decided);
    if (lost_->test(*decided)) return;
    path.loss = path.corrupt = 0;
  }
  const PacketFate fate = DrawFate(name_.key, lane, number, path);
  if (fate.lost) return;
  if (fate.copy.has_value()) Push(now_ + delay + *fate.copy, message);
  // Whatever bit is flipped, it is refused.
  if (!fate.corrupted.has_value()) Push(now_ + delay + fate.extra, message);
}

// AgentSession::OnTimer.
void SessionLink::AgentTimer() {
  if (now_ < agent_wake_) return;
  if (agent_ == AgentState::kOpen) {
    if (agent_answered_.none()) return EndAgentSession();
    agent_ = AgentState::kAwaitReceipt;
    transmissions_ = 0;
  } else if (agent_ == AgentState::kIdle) {
    agent_ = AgentState::kAwaitRetry;
    transmissions_ = 0;
    ++attempt_;
  }
  Transmit();
}

void SessionLink::EndAgentSession() {
  agent_ = AgentState::kIdle;
  agent_answered_.reset();
  agent_wake_ = now_ + AgentDraw(name_, 1, rules_->agent.pause_min, rules_->agent.pause_max);
}

void SessionLink::Transmit() {
  if (agent_ == AgentState::kAwaitReceipt) {
    if (transmissions_ == kEvidenceTransmissionsMax) return EndAgentSession();
    Send({Kind::kEvidence, 0, agent_session_, agent_round_});
    agent_wake_ = now_ + EvidenceRepeatAfter(transmissions_++);
    return;
  }
  if (transmissions_ == kHandshakeTransmissionsMax) {
    agent_ = AgentState::kIdle;
    agent_wake_ = now_ + attempt_pause_;
    attempt_pause_ = std::min<Duration>(attempt_pause_ * 2, kAttemptPauseMax);
    return;
  }
  Send({agent_ == AgentState::kAwaitRetry ? Kind::kHello : Kind::kHello2, 0, attempt_, 0});
  agent_wake_ = now_ + HandshakeRepeatAfter(transmissions_++);
}

void SessionLink::AgentTakes(const Message& message) {
  if (message.kind == Kind::kPing) return Answer(message);
  if (message.kind == Kind::kRetry) {
    if (agent_ != AgentState::kAwaitRetry || message.session != attempt_) return;
    agent_ = AgentState::kAwaitWelcome;
    transmissions_ = 0;
    agent_wake_ = now_;
    return;
  }
  if (message.kind == Kind::kWelcome) {
    if (agent_ != AgentState::kAwaitWelcome || message.session != attempt_) return;
    agent_session_ = attempt_;
    agent_round_ = kFirstRound;
    attempt_pause_ = kAttemptPauseFirst;
  } else {
    if (agent_ != AgentState::kAwaitReceipt || message.session != agent_session_ ||
        message.round != agent_round_) {
      return;
    }
    if (message.index == 0) return EndAgentSession();
    ++agent_round_;
  }
  agent_ = AgentState::kOpen;
  agent_answered_.reset();
  agent_expires_ = agent_wake_ = now_ + rules_->terms.lifetime;
}

void SessionLink::Answer(const Message& ping) {
  if (agent_ != AgentState::kOpen || ping.session != agent_session_ ||
      ping.round != agent_round_ || now_ >= agent_expires_ || agent_answered_.test(ping.index)) {
    return;
  }
  agent_answered_.set(ping.index);
  Send({Kind::kPong, ping.index, ping.session, ping.round});
  agent_wake_ = ping.index == rules_->terms.chain_length
                    ? now_
                    : std::min(now_ + rules_->terms.evidence_idle, agent_expires_);
}

SessionLink::Served SessionLink::Serve(std::uint32_t session, std::uint32_t round) {
  return {.session = session,
          .round = round,
          .since = now_,
          .expires = now_ + rules_->terms.lifetime,
          .trains = TrainSchedule(rules_->terms, rules_->session.train_timeout),
          .starts = {},
          .sent = std::exchange(spare_, {}),
          .answered = {},
          .least = std::nullopt};
}

// LandmarkEngine::OnTimer.
void SessionLink::LandmarkTimer() {
  if (!open_.has_value()) return;
  Served& served = *open_;
  served.trains.OnTimer(now_);
  if (served.trains.unanswered() || now_ >= served.expires + rules_->session.linger) {
    return EndServed(false);
  }
  while (!served.starts.empty() && served.starts.back() <= now_) {
    if (now_ >= served.expires || !served.trains.Start(now_)) {
      served.starts.back() = now_ + kTrainRetry;
      break;
    }
    served.starts.pop_back();
  }
  while (const std::optional<std::uint32_t> index = served.trains.Next(now_)) {
    served.sent.push_back(now_);
    Send({Kind::kPing, *index, served.session, served.round});
  }
}

void SessionLink::LandmarkTakes(const Message& message) {
  switch (message.kind) {
    case Kind::kHello: return Send({Kind::kRetry, 0, message.session, 0});
    case Kind::kHello2: return TakeHello2(message.session);
    case Kind::kPong: return TakePong(message);
    default: return TakeEvidence(message);
  }
}

void SessionLink::TakeHello2(std::uint32_t attempt) {
  if (attempt < newest_attempt_) return;  // its counter went back
  if (attempt == newest_attempt_) {
    const bool waits = open_.has_value() && open_->session == attempt &&
                       open_->round == kFirstRound &&
                       open_->welcome_repeats < kWelcomeRepeatsMax;
    if (!waits) return;
    ++open_->welcome_repeats;
    return Send({Kind::kWelcome, 0, attempt, 0});
  }
  newest_attempt_ = attempt;
  if (open_.has_value()) EndServed(false);
  open_ = Serve(attempt, kFirstRound);
  Send({Kind::kWelcome, 0, attempt, 0});
  PlanTrains();
}

void SessionLink::TakePong(const Message& pong) {
  if (!open_.has_value() || pong.session != open_->session || pong.round != open_->round ||
      open_->answered.test(pong.index)) {
    return;
  }
  open_->answered.set(pong.index);
  open_->trains.OnAnswer(pong.index);
  const Duration rtt = now_ - open_->sent[pong.index - 1];
  open_->least = std::min(open_->least.value_or(rtt), rtt);
}

void SessionLink::TakeEvidence(const Message& evidence) {
  if (open_.has_value() && evidence.session == open_->session && evidence.round == open_->round) {
    const bool opens_next = open_->answered.any();
    closed_ = {evidence.session, evidence.round, opens_next, now_, 0};
    EndServed(true);
    if (opens_next) open_ = Serve(evidence.session, evidence.round + 1);
  } else {
    const bool repeats = evidence.session == closed_.session && evidence.round == closed_.round &&
                         now_ < closed_.at + rules_->session.linger &&
                         closed_.repeats < kReceiptRepeatsMax;
    if (!repeats) return;
    ++closed_.repeats;
  }
  Send({Kind::kReceipt, closed_.opens_next ? 1U : 0U, evidence.session, evidence.round});
}

// ServerEngine::PlanInRound.
void SessionLink::PlanTrains() {
  if (!in_round_ || filed_ || !open_.has_value() || open_->planned) return;
  LinkRandom chance(name_, round_, kPlanBlock, chances_);
  const auto starts = PlanTrainStarts(rules_->rounds, rules_->rounds.trains,
                                      std::max(now_, open_->since + kSessionLead), round_end_,
                                      chance);
  chances_ = chance.next();
  if (!starts.has_value()) return;
  open_->planned = true;
  open_->starts.assign(starts->rbegin(), starts->rend());
}

// LandmarkEngine::EndSession. A resumed round in which nobody answered is not filed at once: the
// device may know nothing of it, and what its next session shows takes its place.
void SessionLink::EndServed(bool evidence) {
  Served ended = *std::exchange(open_, std::nullopt);
  spare_ = std::move(ended.sent);
  spare_.clear();
  if (!ended.planned || ended.trains.sent() == 0) return;
  if (ended.round > kFirstRound && ended.answered.none()) return;
  filed_ = true;
  hearing_ = {ended.least, evidence};
}

}  // namespace earshot
