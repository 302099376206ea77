#include "core/protocol/landmark_session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/crypto/sha256.h"
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
  const Result<Secret32> ephemeral_secret = share.Agree(hello.agent_share);
  if (!ephemeral_secret.has_value()) {
    return Fail(ErrorCode::kUnauthenticated, "agent's share is of small order");
  }
  const std::uint32_t round = options.terms.round;
  const bool resumable = options.resume && hello.offers_resumption;
  const Bytes32 nonce = random.NextBytes32();
  HashChain chain = HashChain::Generate(session_id.value(), options.terms.chain_length, random);
  Welcome content{.session_id = session_id.value(),
                  .transcript_sha256 = hello.transcript_sha256,
                  .share = share.public_key(),
                  .nonce = nonce,
                  .anchor = chain.anchor(),
                  .terms = options.terms};
  const WelcomeBytes salted = WriteWelcome(content);
  SessionSecrets secrets(SaltedPart(salted, resumable), *ephemeral_secret,
                         std::exchange(hello.sealing_secret, Secret32(Bytes32{})));
  const Secret32 round_key = secrets.RoundKey(round);
  if (resumable) content.commitment = CommitmentTo(round_key);
  SealingKeys sealing = secrets.Sealing(round);

  auto shared = std::make_shared<Shared>(Shared{.keys = keys,
                                                .options = options,
                                                .random = random,
                                                .hello = std::move(hello),
                                                .id = session_id,
                                                .welcome = WriteWelcome(content),
                                                .opened = now.monotonic});
  // One or the other: disclosing the ephemeral key discloses every round of the session.
  if (resumable) {
    shared->secrets = std::move(secrets);
  } else {
    shared->share = std::move(share);
  }
  return std::unique_ptr<LandmarkSession>(new LandmarkSession(
      std::move(shared), round, round_key, std::move(sealing), std::move(chain), now));
}

LandmarkSession::LandmarkSession(std::shared_ptr<Shared> shared, std::uint32_t round,
                                 const Secret32& round_key, SealingKeys sealing, HashChain chain,
                                 ClockReading now)
    : shared_(std::move(shared)),
      terms_(shared_->options.terms),
      chain_(std::move(chain)),
      round_key_(round_key.Expose()),
      sealing_(std::move(sealing)),
      trains_(terms_, shared_->options.train_timeout),
      probes_(terms_.chain_length),
      opened_at_(now),
      expires_(now.monotonic + terms_.lifetime),
      commitment_salt_(shared_->random.NextBytes32()) {
  terms_.round = round;
}

std::unique_ptr<LandmarkSession> LandmarkSession::MakeNextRound(ClockReading now) const {
  const bool old = now.monotonic + terms_.lifetime - shared_->opened > kSessionAgeMax;
  const bool last = terms_.round == std::numeric_limits<std::uint32_t>::max();
  if (!shared_->secrets.has_value() || pongs_ == 0 || old || last) return nullptr;
  const std::uint32_t round = terms_.round + 1;
  return std::unique_ptr<LandmarkSession>(new LandmarkSession(
      shared_, round, shared_->secrets->RoundKey(round), shared_->secrets->Sealing(round),
      HashChain::Generate(shared_->id.value(), terms_.chain_length, shared_->random), now));
}

Bytes32 LandmarkSession::WelcomeSha256() const {
  return Sha256(ByteSpan(shared_->welcome).first(wire::kWelcomeLeafEnd));
}

Refusal LandmarkSession::OnHello2Again(const Endpoint& from) {
  if (ActionOn(state_, MessageType::kHello2) == LandmarkAction::kDrop) {
    return counters_.Count(Refusal::kState);
  }
  if (resumed()) return counters_.Count(Refusal::kState);
  if (from != source()) return counters_.Count(Refusal::kSource);
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
      .bytes = WritePing(id().value(), terms_.round, *index, chain_.Nonce(*index))};
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
  if (from != source()) return Refusal::kSource;
  if (header.session_id != id().value()) return Refusal::kSession;
  if (header.round != terms_.round) return Refusal::kRound;
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
  const PingBytes ping = WritePing(id().value(), terms_.round, header.index,
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
  if (trains_.unanswered() || now >= expires_ + shared_->options.linger) EndSampling(now);
}

MonotonicInstant LandmarkSession::NextWake() const {
  if (state_ == LandmarkState::kClosed) return closed_at_ + shared_->options.linger;
  const MonotonicInstant end = expires_ + shared_->options.linger;
  return std::min(trains_.NextWake().value_or(end), end);
}

// From here on the samples are what they are.
void LandmarkSession::EndSampling(MonotonicInstant now) {
  state_ = LandmarkState::kClosed;
  closed_at_ = now;
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    if (!probes_[i].answered) continue;
    samples_.push_back(
        shared_->options.resolve(static_cast<std::uint32_t>(i + 1), probes_[i].stamps));
  }
}

bool LandmarkSession::Forgettable(MonotonicInstant now) const {
  return state_ == LandmarkState::kClosed && receipt_made_ &&
         now >= closed_at_ + shared_->options.linger;
}

}  // namespace earshot
