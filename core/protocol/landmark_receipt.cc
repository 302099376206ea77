// The end of a landmark's session: EVIDENCE in, RECEIPT out, and the Receipt for the verifier.
#include <algorithm>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/answered_pings.h"
#include "core/protocol/landmark_session.h"
#include "core/protocol/sealed_packet.h"
#include "core/protocol/strict_parse.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

// What a round's EVIDENCE must name; `opening` is empty for the round that WELCOME opened.
struct RoundName {
  Bytes32 welcome_sha256;
  std::uint32_t round;
  ByteSpan opening;
};

// What a device can sign and we would not even look at: of another session or round.
Refusal CheckEvidence(ByteSpan blob, const Bytes32& device, const RoundName& name) {
  const Result<Ed25519PublicKey> device_key = Ed25519PublicKey::Parse(device);
  EARSHOT_CHECK(device_key.has_value());  // it verified HELLO2
  const Result<Bytes> tbs = OpenBlob(BlobContext::kEvidence, blob, *device_key);
  if (!tbs.has_value()) return Refusal::kSignature;
  v1::Evidence evidence;
  if (!ParseStrictly(*tbs, evidence)) return Refusal::kBody;
  if (!std::ranges::equal(AsBytes(evidence.welcome_sha256()), name.welcome_sha256) ||
      !std::ranges::equal(AsBytes(evidence.opening_sha256()), name.opening)) {
    return Refusal::kTranscript;
  }
  return evidence.round() == name.round ? Refusal::kNone : Refusal::kRound;
}

v1::StampKind ToWire(StampKind kind) {
  switch (kind) {
    case StampKind::kKernelReceive:
      return v1::STAMP_KIND_KERNEL_RECEIVE;
    case StampKind::kKernelBoth:
      return v1::STAMP_KIND_KERNEL_BOTH;
    case StampKind::kUserSpace:
      break;
  }
  return v1::STAMP_KIND_USER_SPACE;
}

void FillSamples(const std::vector<Sample>& samples, MonotonicInstant begin,
                 google::protobuf::RepeatedPtrField<v1::ReceiptSample>& out) {
  for (const Sample& sample : samples) {
    v1::ReceiptSample& wire_sample = *out.Add();
    wire_sample.set_index(sample.index);
    wire_sample.set_rtt_ns(static_cast<std::uint64_t>(sample.rtt.duration().count()));
    wire_sample.set_stamps(ToWire(sample.stamps));
    wire_sample.set_taint(static_cast<std::uint32_t>(sample.taint));
    const Duration since = std::max(sample.sent_at - begin, Duration(0));
    wire_sample.set_sent_after_ns(static_cast<std::uint64_t>(since.count()));
  }
}

}  // namespace

Refusal LandmarkSession::OnEvidence(ByteSpan packet, const Endpoint& from, ClockReading now,
                                    Packet& receipt) {
  receipt.size = 0;
  return counters_.Count(JudgeEvidence(packet, from, now, receipt));
}

Refusal LandmarkSession::JudgeEvidence(ByteSpan packet, const Endpoint& from, ClockReading now,
                                       Packet& receipt) {
  Header header;
  if (const Refusal refusal = CheckHeader(packet, from, MessageType::kEvidence, header);
      refusal != Refusal::kNone) {
    return refusal;
  }
  if (state_ == LandmarkState::kOpen) return TakeEvidence(packet, now, receipt);
  if (!std::ranges::equal(packet, evidence_packet_)) return Refusal::kState;
  if (receipt_repeats_ == kReceiptRepeatsMax) return Refusal::kRepeated;
  ++receipt_repeats_;
  receipt = receipt_packet_;
  return Refusal::kNone;
}

Refusal LandmarkSession::TakeEvidence(ByteSpan packet, ClockReading now, Packet& receipt) {
  tl::expected<Bytes, Refusal> blob = OpenSealed(packet, sealing_.agent_to_landmark);
  if (!blob.has_value()) return blob.error();
  const Bytes32 welcome_sha256 = WelcomeSha256();
  const RoundName name{.welcome_sha256 = welcome_sha256,
                       .round = terms_.round,
                       .opening = resumed() ? ByteSpan(opening_sha256_) : ByteSpan()};
  if (const Refusal refusal = CheckEvidence(*blob, shared_->hello.device_key, name);
      refusal != Refusal::kNone) {
    return refusal;
  }
  EndSampling(now.monotonic);
  evidence_packet_.assign(packet.begin(), packet.end());
  evidence_blob_ = *std::move(blob);

  v1::SampleList samples;
  FillSamples(samples_, Begin(), *samples.mutable_samples());
  v1::AgentReceipt message;
  message.set_welcome_sha256(ToString(welcome_sha256));
  message.set_round(terms_.round);
  message.set_evidence_sha256(ToString(Sha256(evidence_blob_)));
  message.set_samples_commitment(ToString(Sha256({commitment_salt_, Serialise(samples)})));
  if (next_ = MakeNextRound(now); next_ != nullptr) {
    message.set_next_anchor(ToString(next_->chain_.anchor()));
    message.set_next_commitment(
        ToString(CommitmentTo(shared_->secrets->RoundKey(next_->terms_.round))));
  }
  const Bytes tbs = Serialise(message);
  const Bytes agent_receipt = SignBlob(BlobContext::kAgentReceipt, shared_->keys.signing, tbs);
  if (next_ != nullptr) {
    next_->opening_ = agent_receipt;
    next_->opening_sha256_ = Sha256(tbs);
  }
  WriteSealed({.type = MessageType::kReceipt,
               .suite = kSuite1,
               .session_id = id().value(),
               .index = 0,
               .round = terms_.round},
              sealing_.landmark_to_agent, agent_receipt, receipt_packet_);
  receipt = receipt_packet_;
  return Refusal::kNone;
}

// The first ping's start stamp; the opening when none was sent.
MonotonicInstant LandmarkSession::Begin() const {
  return probes_[0].sent ? probes_[0].stamps.before_send.monotonic : opened_at_.monotonic;
}

Bytes32 LandmarkSession::OwnMerkleRoot() const {
  AnsweredSet answered;
  for (const Sample& sample : samples_) answered.set(sample.index);
  return AnsweredRoot({.session_id = id().value(),
                       .round = terms_.round,
                       .index = chain_.length(),
                       .nonce = chain_.Nonce(chain_.length())},
                      round_key_, answered);
}

ClosedRound LandmarkSession::Close(RoundNumber verifier_round, MonotonicInstant now,
                                   std::uint32_t packets_refused) {
  EARSHOT_CHECK(!receipt_made_);
  if (state_ == LandmarkState::kOpen) EndSampling(now);
  receipt_made_ = true;

  v1::Receipt receipt;
  receipt.set_landmark_id(shared_->keys.id.value());
  receipt.set_hello2(ToString(shared_->hello.hello2));
  receipt.set_welcome(ToString(shared_->welcome));
  receipt.set_device_key(ToString(shared_->hello.device_key));
  receipt.set_session_counter(session_counter());
  receipt.set_hello_signature(ToString(shared_->hello.signature));
  receipt.set_round(terms_.round);
  if (shared_->secrets.has_value()) {
    receipt.set_round_key(ToString(shared_->secrets->RoundKey(terms_.round).Expose()));
    receipt.set_opening(ToString(opening_));
  } else {
    receipt.set_ephemeral_private_key(ToString(shared_->share->private_key().Expose()));
  }
  receipt.set_chain_head(ToString(chain_.Nonce(chain_.length())));
  receipt.set_pings_sent(trains_.sent());
  FillSamples(samples_, Begin(), *receipt.mutable_samples());
  receipt.set_begin_ns(Begin().nanoseconds());
  receipt.set_end_ns(std::max(closed_at_, Begin()).nanoseconds());
  receipt.set_begin_wall_s(
      static_cast<std::uint64_t>(std::max<std::int64_t>(opened_at_.wall.nanoseconds(), 0)) /
      1'000'000'000U);
  receipt.set_merkle_root(ToString(OwnMerkleRoot()));
  if (!evidence_blob_.empty()) receipt.set_evidence_sha256(ToString(Sha256(evidence_blob_)));
  receipt.set_packets_refused(packets_refused +
                              static_cast<std::uint32_t>(counters_.unauthentic()));
  receipt.set_commitment_salt(ToString(commitment_salt_));
  receipt.set_verifier_round(verifier_round.value());
  return {.receipt = SignBlob(BlobContext::kReceipt, shared_->keys.signing, Serialise(receipt)),
          .evidence = evidence_blob_};
}

}  // namespace earshot
