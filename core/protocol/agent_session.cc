#include "core/protocol/agent_session.h"

#include <algorithm>
#include <utility>

#include "core/crypto/sha256.h"
#include "core/protocol/answered_pings.h"
#include "core/protocol/hello.h"
#include "core/protocol/retry.h"
#include "core/protocol/timed.h"
#include "core/protocol/welcome.h"
#include "core/protocol/welcome_signer.h"

namespace earshot {
namespace {

AgentAction ActionOn(AgentState state, MessageType type) {
  return kAgentTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(type) - 1];
}

Refusal RefusalOf(HashChainAnswer answer) {
  switch (answer) {
    case HashChainAnswer::kAccepted:
      return Refusal::kNone;
    case HashChainAnswer::kDuplicate:
      return Refusal::kDuplicate;
    case HashChainAnswer::kOutOfRange:
      return Refusal::kIndex;
    case HashChainAnswer::kTooFar:
    case HashChainAnswer::kForged:
      break;
  }
  return Refusal::kChain;
}

// Which of `cookies` the HELLO2 after `transmissions` earlier ones carries: the first twice, so that
// a slow WELCOME is not mistaken for a false cookie, and from then on each in turn.
std::size_t CookieTurn(std::uint32_t transmissions, std::size_t cookies) {
  return transmissions < 2 ? 0 : (transmissions - 1) % cookies;
}

}  // namespace

Duration HandshakeRepeatAfter(std::uint32_t transmissions) {
  return std::min<Duration>(kHandshakeRepeatFirst * (1U << std::min(transmissions, 8U)),
                            kHandshakeRepeatMax);
}

Duration EvidenceRepeatAfter(std::uint32_t transmissions) {
  return kEvidenceRepeats[std::min<std::size_t>(transmissions, kEvidenceRepeats.size() - 1)];
}

std::string_view AgentStateName(AgentState state) {
  static constexpr std::array<std::string_view, kAgentStates> kNames = {
      "IDLE", "AWAIT_RETRY", "AWAIT_WELCOME", "OPEN", "AWAIT_RECEIPT"};
  return kNames[static_cast<std::size_t>(state)];
}

AgentSession::AgentSession(AgentIdentity identity, SessionCounter& counter, ListedLandmark landmark,
                           Random& random, const AgentLimits& limits, MonotonicInstant start)
    : identity_(std::move(identity)),
      counter_(counter),
      landmark_(std::move(landmark)),
      random_(random),
      limits_(limits),
      wake_(start) {
  EARSHOT_CHECK(identity_.device_key != nullptr);
  // Cut off between characters: half a character would make the EVIDENCE unreadable.
  std::string& model = identity_.claims.model;
  if (model.size() > kModelBytesMax) {
    std::size_t end = kModelBytesMax;
    while (end > 0 && (static_cast<unsigned char>(model[end]) & 0xc0U) == 0x80U) --end;
    model.resize(end);
  }
}

const SessionTerms* AgentSession::terms() const {
  return opened_.has_value() ? &opened_->terms : nullptr;
}

Refusal AgentSession::OnPing(ByteSpan ping, const Endpoint& from, MonotonicInstant now,
                             std::span<std::uint8_t, wire::kPongBytes> pong) {
  const Refusal refusal = JudgePing(ping, from, now, pong);
  if (refusal == Refusal::kNone) ++pongs_;
  return counters_.Count(refusal);
}

// Cheap rejects first, the chain last: at most 256 hashes for a packet that got so far.
Refusal AgentSession::JudgePing(ByteSpan ping, const Endpoint& from, MonotonicInstant now,
                                std::span<std::uint8_t, wire::kPongBytes> pong) {
  Header header;
  if (const Refusal refusal = CheckHeader(ping, from, header); refusal != Refusal::kNone) {
    return refusal;
  }
  if (header.type != MessageType::kPing) return Refusal::kType;
  Opened& open = *opened_;
  if (now >= open.expires) return Refusal::kState;
  const bool same_window = now - open.rate_window_begin < std::chrono::seconds(1);
  if (same_window && open.answered_in_window >= open.terms.pings_per_second) return Refusal::kRate;
  const Bytes32 nonce = PingNonce(ping);
  const Refusal refusal = RefusalOf(open.chain.Accept(header.index, nonce));
  if (refusal != Refusal::kNone) return refusal;

  AnswerPing(open.round_key, ping, pong);
  if (open.chain.highest() == header.index) open.highest_nonce = nonce;
  open.answered.set(header.index);
  if (!same_window) open.rate_window_begin = now;
  open.answered_in_window = same_window ? open.answered_in_window + 1 : 1;
  const bool chain_ended = header.index == open.terms.chain_length;
  const bool train_ended = chain_ended || header.index % open.terms.train_length == 0;
  if (train_ended) {
    spin_until_.reset();
  } else if (!spin_until_.has_value() || now > *spin_until_) {
    spin_until_ = now + std::min(open.terms.spin, limits_.spin_max);
  }
  wake_ = chain_ended ? now : std::min(now + open.terms.evidence_idle, open.expires);
  return Refusal::kNone;
}

Refusal AgentSession::OnDatagram(ByteSpan packet, const Endpoint& from, MonotonicInstant now) {
  return counters_.Count(Judge(packet, from, now));
}

// What every packet to this session must fulfil before its own handler sees it.
Refusal AgentSession::CheckHeader(ByteSpan packet, const Endpoint& from, Header& header) const {
  if (const Refusal refusal = ParseHeader(packet, header); refusal != Refusal::kNone) {
    return refusal;
  }
  if (from != landmark_.endpoint) return Refusal::kSource;
  if (ActionOn(state_, header.type) == AgentAction::kDrop) return Refusal::kState;
  if (opened_.has_value()) {
    if (header.session_id != opened_->session_id) return Refusal::kSession;
    if (header.round != opened_->terms.round) return Refusal::kRound;
  }
  return Refusal::kNone;
}

Refusal AgentSession::Judge(ByteSpan packet, const Endpoint& from, MonotonicInstant now) {
  Header header;
  if (const Refusal refusal = CheckHeader(packet, from, header); refusal != Refusal::kNone) {
    return refusal;
  }
  switch (ActionOn(state_, header.type)) {
    case AgentAction::kTakeRetry:
      return TakeRetry(packet, now);
    case AgentAction::kTakeWelcome:
      return TakeWelcome(packet, now);
    case AgentAction::kTakeReceipt:
      return TakeReceipt(packet, now);
    case AgentAction::kAnswer:
    case AgentAction::kDrop:
      break;
  }
  return Refusal::kType;
}

bool AgentSession::OnTimer(MonotonicInstant now, Packet& out) {
  out.size = 0;
  if (now < wake_) return false;
  switch (state_) {
    case AgentState::kIdle:
      BeginAttempt();
      break;
    case AgentState::kOpen:
      if (opened_->answered.none()) {
        EndSession(now);
        return false;
      }
      BeginEvidence();
      break;
    case AgentState::kAwaitRetry:
    case AgentState::kAwaitWelcome:
    case AgentState::kAwaitReceipt:
      break;
  }
  return Transmit(now, out);
}

// Sends what is outstanding once more, or gives up.
bool AgentSession::Transmit(MonotonicInstant now, Packet& out) {
  const bool handshake = state_ != AgentState::kAwaitReceipt;
  const std::size_t transmissions_max =
      handshake ? kHandshakeTransmissionsMax : kEvidenceTransmissionsMax;
  if (transmissions_ == transmissions_max) {
    if (handshake) {
      AbandonAttempt(now);
    } else {
      EndSession(now);
    }
    return false;
  }
  if (state_ != AgentState::kAwaitWelcome) {
    out = outgoing_;
  } else if (Status made = MakeHello2(out); made.has_value()) {
    counter_error_.reset();
  } else {
    counter_error_ = std::move(made).error();
    AbandonAttempt(now);
    return false;
  }
  wake_ = now + (handshake ? HandshakeRepeatAfter(transmissions_)
                           : EvidenceRepeatAfter(transmissions_));
  ++transmissions_;
  return true;
}

// The HELLO2 whose turn it is: with a counter of its own the first time, in the same bytes later.
Status AgentSession::MakeHello2(Packet& out) {
  CookieTry& turn = tries_[CookieTurn(transmissions_, tries_count_)];
  if (turn.session_counter == 0) {
    EARSHOT_ASSIGN_OR_RETURN(turn.session_counter, counter_.Next());
  }
  WriteHello2(outgoing_.view(), turn.cookie, *identity_.device_key, turn.session_counter,
              *sealing_secret_, out);
  turn.hello2_sha256 = Sha256(out.view());
  return {};
}

void AgentSession::BeginAttempt() {
  share_ = X25519KeyPair::Generate(random_);
  WriteHello({.landmark_key_id = landmark_.key().id().value(),
              .share = share_->public_key(),
              .nonce = random_.NextBytes32(),
              .resumption = limits_.offer_resumption},
             outgoing_);
  outgoing_sha256_ = Sha256(outgoing_.view());
  transmissions_ = 0;
  tries_count_ = 0;
  state_ = AgentState::kAwaitRetry;
}

void AgentSession::AbandonAttempt(MonotonicInstant now) {
  share_.reset();
  sealing_secret_.reset();
  state_ = AgentState::kIdle;
  wake_ = now + attempt_pause_;
  attempt_pause_ = std::min<Duration>(attempt_pause_ * 2, kAttemptPauseMax);
}

void AgentSession::EndSession(MonotonicInstant now) {
  opened_.reset();
  spin_until_.reset();
  state_ = AgentState::kIdle;
  wake_ = now + limits_.pause;
}

void AgentSession::UpdateLandmark(ListedLandmark landmark, MonotonicInstant now) {
  const bool same = landmark.endpoint == landmark_.endpoint && landmark.key() == landmark_.key() &&
                    landmark.sealing_key == landmark_.sealing_key;
  landmark_ = std::move(landmark);
  if (same || state_ == AgentState::kIdle) return;
  share_.reset();
  sealing_secret_.reset();
  EndSession(now);
}

Refusal AgentSession::TakeRetry(ByteSpan packet, MonotonicInstant now) {
  Retry retry;
  if (const Refusal refusal = ParseRetry(packet, retry); refusal != Refusal::kNone) return refusal;
  if (retry.hello_sha256 != outgoing_sha256_) return Refusal::kHelloHash;
  const auto kept = std::span(tries_).first(tries_count_);
  if (std::ranges::find(kept, retry.cookie, &CookieTry::cookie) != kept.end()) {
    return Refusal::kDuplicate;
  }
  if (tries_count_ == kCookiesMax) return Refusal::kLimit;
  tries_[tries_count_] = CookieTry{};
  tries_[tries_count_++].cookie = retry.cookie;
  if (state_ == AgentState::kAwaitWelcome) return Refusal::kNone;  // its turn comes
  Result<Secret32> sealing_secret = share_->Agree(landmark_.sealing_key);
  if (!sealing_secret.has_value()) {
    AbandonAttempt(now);
    return Refusal::kKeyAgreement;
  }
  sealing_secret_ = *std::move(sealing_secret);
  transmissions_ = 0;
  state_ = AgentState::kAwaitWelcome;
  wake_ = now;
  return Refusal::kNone;
}

// The signature last: everything else is cheap.
Refusal AgentSession::TakeWelcome(ByteSpan packet, MonotonicInstant now) {
  Welcome welcome;
  if (const Refusal refusal = ParseWelcome(packet, welcome); refusal != Refusal::kNone) {
    return refusal;
  }
  const auto kept = std::span(tries_).first(tries_count_);
  const auto answered = std::ranges::find_if(kept, [&](const CookieTry& turn) {
    return turn.session_counter != 0 && turn.hello2_sha256 == welcome.transcript_sha256;
  });
  if (answered == kept.end()) return Refusal::kTranscript;
  if (welcome.resumable() && !limits_.offer_resumption) return Refusal::kField;
  const SessionTerms& terms = welcome.terms;
  if (terms.train_length > limits_.train_length_max ||
      terms.pings_per_second > limits_.pings_per_second_max ||
      terms.lifetime > limits_.lifetime_max) {
    return Refusal::kLimit;
  }
  if (const Refusal refusal = VerifyWelcomeSignature(packet, landmark_.key());
      refusal != Refusal::kNone) {
    return refusal;
  }
  const Result<Secret32> ephemeral_secret = share_->Agree(welcome.share);
  if (!ephemeral_secret.has_value()) return Refusal::kKeyAgreement;

  SessionSecrets secrets(SaltedPart(packet, welcome.resumable()), *ephemeral_secret,
                         *sealing_secret_);
  const Secret32 round_key = secrets.RoundKey(terms.round);
  if (welcome.resumable() && CommitmentTo(round_key) != welcome.commitment) {
    return Refusal::kCommitment;
  }
  opened_.emplace(
      Opened{.terms = terms,
             .session_id = welcome.session_id,
             .welcome_sha256 = Sha256(packet.first(wire::kWelcomeLeafEnd)),
             .secrets = std::nullopt,
             .keys_die = now + kSessionAgeMax,
             .opening_sha256 = {},
             .round_key = HmacSha256Key(round_key.Expose()),
             .sealing = secrets.Sealing(terms.round),
             .chain = HashChainVerifier(welcome.session_id, welcome.anchor, terms.chain_length,
                                        wire::kChainLengthMax),
             .anchor = welcome.anchor,
             .highest_nonce = welcome.anchor,
             .answered = {},
             .expires = now + terms.lifetime,
             .rate_window_begin = now,
             .answered_in_window = 0,
             .evidence_sha256 = {}});
  if (welcome.resumable()) opened_->secrets = std::move(secrets);
  session_counter_ = answered->session_counter;
  tries_count_ = 0;
  share_.reset();
  sealing_secret_.reset();
  ++sessions_opened_;
  attempt_pause_ = kAttemptPauseFirst;
  state_ = AgentState::kOpen;
  wake_ = opened_->expires;
  return Refusal::kNone;
}

}  // namespace earshot
