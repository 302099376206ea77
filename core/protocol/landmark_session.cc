#include "core/protocol/landmark_session.h"

#include <algorithm>
#include <utility>

#include "core/protocol/timed.h"
#include "core/protocol/welcome.h"

namespace earshot {
namespace {

LandmarkAction ActionOn(LandmarkState state, MessageType type) {
  return kLandmarkTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(type) - 1];
}

}  // namespace

Result<std::unique_ptr<LandmarkSession>> LandmarkSession::Open(
    OpenedHello hello, const LandmarkKeys& keys, const LandmarkSessionOptions& options,
    SessionId session_id, Random& random, ClockReading now) {
  EARSHOT_CHECK(session_id.value() != 0 && options.resolve != nullptr);
  if (!TermsFit(options.terms)) {
    return Fail(ErrorCode::kInvalidArgument,
                "session terms are outside what WELCOME can say: see docs/PROTOCOL.md, section 3");
  }
  X25519KeyPair share = X25519KeyPair::Generate(random);
  Result<Secret32> ephemeral_secret = share.Agree(hello.agent_share);
  if (!ephemeral_secret.has_value()) {
    return Fail(ErrorCode::kUnauthenticated, "agent's share is of small order");
  }
  const Bytes32 nonce = random.NextBytes32();
  HashChain chain = HashChain::Generate(session_id.value(), options.terms.chain_length, random);
  const WelcomeBytes welcome = WriteWelcome({.session_id = session_id.value(),
                                             .transcript_sha256 = hello.transcript_sha256,
                                             .share = share.public_key(),
                                             .nonce = nonce,
                                             .anchor = chain.anchor(),
                                             .terms = options.terms});
  return std::unique_ptr<LandmarkSession>(
      new LandmarkSession(std::move(hello), keys, options, session_id, std::move(chain),
                          std::move(share), *ephemeral_secret, welcome, random.NextBytes32(), now));
}

LandmarkSession::LandmarkSession(OpenedHello hello, const LandmarkKeys& keys,
                                 const LandmarkSessionOptions& options, SessionId session_id,
                                 HashChain chain, X25519KeyPair share,
                                 const Secret32& ephemeral_secret, const WelcomeBytes& welcome,
                                 const Bytes32& commitment_salt, ClockReading now)
    : keys_(keys),
      options_(options),
      hello_(std::move(hello)),
      session_id_(session_id),
      chain_(std::move(chain)),
      share_(std::move(share)),
      welcome_(welcome),
      round_key_(DeriveRoundKey(ByteSpan(welcome).first(wire::kWelcomeLeafEnd), ephemeral_secret,
                                options.terms.round)
                     .Expose()),
      sealing_(DeriveSealingKeys(ByteSpan(welcome).first(wire::kWelcomeLeafEnd), ephemeral_secret,
                                 hello_.sealing_secret, options.terms.round)),
      trains_(options.terms, options.train_timeout),
      probes_(options.terms.chain_length),
      opened_at_(now),
      expires_(now.monotonic + options.terms.lifetime),
      commitment_salt_(commitment_salt) {}

Refusal LandmarkSession::OnHello2Again(const Endpoint& from) {
  if (ActionOn(state_, MessageType::kHello2) == LandmarkAction::kDrop) {
    return counters_.Count(Refusal::kState);
  }
  if (from != hello_.source) return counters_.Count(Refusal::kSource);
  if (welcome_repeats_ == kWelcomeRepeatsMax) return counters_.Count(Refusal::kRepeated);
  ++welcome_repeats_;
  return Refusal::kNone;
}

bool LandmarkSession::StartTrain(MonotonicInstant now) {
  if (state_ != LandmarkState::kOpen || now >= expires_) return false;
  return trains_.Start(now);
}

std::optional<DuePing> LandmarkSession::NextPing(MonotonicInstant now) {
  if (state_ != LandmarkState::kOpen) return std::nullopt;
  const std::optional<std::uint32_t> index = trains_.Next(now);
  if (!index.has_value()) return std::nullopt;
  return DuePing{
      .index = *index,
      .bytes = WritePing(session_id_.value(), options_.terms.round, *index, chain_.Nonce(*index))};
}

void LandmarkSession::OnPingSent(std::uint32_t index, ClockReading before_send) {
  EARSHOT_CHECK(index >= 1 && index <= trains_.sent());
  Probe& probe = probes_[index - 1];
  EARSHOT_CHECK(!probe.sent);
  probe.sent = true;
  probe.stamps.before_send = before_send;
  probe.stamps.transmit_not_after = before_send.wall;
}

void LandmarkSession::OnTransmitStamp(std::uint32_t index, WallInstant stamp,
                                      WallInstant not_after) {
  if (state_ != LandmarkState::kOpen || index < 1 || index > trains_.sent()) return;
  ProbeStamps& stamps = probes_[index - 1].stamps;
  stamps.kernel_transmit = stamp;
  stamps.transmit_not_after = not_after;
}

Refusal LandmarkSession::OnPong(ByteSpan packet, const Endpoint& from, ClockReading after_receive,
                                std::optional<WallInstant> kernel_receive) {
  return counters_.Count(JudgePong(packet, from, after_receive, kernel_receive));
}

Refusal LandmarkSession::CheckHeader(ByteSpan packet, const Endpoint& from, MessageType type,
                                     Header& header) const {
  if (const Refusal refusal = ParseHeader(packet, header); refusal != Refusal::kNone) {
    return refusal;
  }
  if (header.type != type) return Refusal::kType;
  if (from != hello_.source) return Refusal::kSource;
  if (header.session_id != session_id_.value()) return Refusal::kSession;
  if (header.round != options_.terms.round) return Refusal::kRound;
  if (ActionOn(state_, type) == LandmarkAction::kDrop) return Refusal::kState;
  return Refusal::kNone;
}

Refusal LandmarkSession::JudgePong(ByteSpan packet, const Endpoint& from,
                                   ClockReading after_receive,
                                   std::optional<WallInstant> kernel_receive) {
  Header header;
  if (const Refusal refusal = CheckHeader(packet, from, MessageType::kPong, header);
      refusal != Refusal::kNone) {
    return refusal;
  }
  if (header.index > trains_.sent()) return Refusal::kIndex;
  Probe& probe = probes_[header.index - 1];
  if (!probe.sent) return Refusal::kIndex;
  if (probe.answered) return Refusal::kDuplicate;
  const PingBytes ping = WritePing(session_id_.value(), options_.terms.round, header.index,
                                   chain_.Nonce(header.index));
  if (!IsAnswer(round_key_, ping, packet)) return Refusal::kTag;

  probe.answered = true;
  probe.stamps.after_receive = after_receive;
  probe.stamps.kernel_receive = kernel_receive;
  trains_.OnAnswer(header.index);
  ++pongs_;
  last_valid_answer_ = after_receive.monotonic;
  return Refusal::kNone;
}

void LandmarkSession::OnTimer(MonotonicInstant now) {
  if (state_ != LandmarkState::kOpen) return;
  trains_.OnTimer(now);
  if (trains_.unanswered() || now >= expires_ + options_.linger) EndSampling(now);
}

MonotonicInstant LandmarkSession::NextWake() const {
  if (state_ == LandmarkState::kClosed) return closed_at_ + options_.linger;
  const MonotonicInstant end = expires_ + options_.linger;
  return std::min(trains_.NextWake().value_or(end), end);
}

// From here on the samples are what they are.
void LandmarkSession::EndSampling(MonotonicInstant now) {
  state_ = LandmarkState::kClosed;
  closed_at_ = now;
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    if (!probes_[i].answered) continue;
    samples_.push_back(options_.resolve(static_cast<std::uint32_t>(i + 1), probes_[i].stamps));
  }
}

bool LandmarkSession::Forgettable(MonotonicInstant now) const {
  return state_ == LandmarkState::kClosed && receipt_made_ && now >= closed_at_ + options_.linger;
}

}  // namespace earshot
