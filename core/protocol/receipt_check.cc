#include "core/protocol/receipt_check.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/crypto/x25519.h"
#include "core/protocol/answered_pings.h"
#include "core/protocol/hello.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/strict_parse.h"
#include "core/protocol/welcome.h"
#include "core/protocol/welcome_signer.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

constexpr std::uint32_t kAllTaints = 15;

tl::unexpected<Error> Unauthentic(const char* what) {
  return Fail(ErrorCode::kUnauthenticated, what);
}

// The handshake, the opening of the round and what they commit to, once verified.
struct Session {
  Welcome welcome;
  HelloIdentity identity;
  Bytes opening_sha256;  // empty in the round that WELCOME opened
  HmacSha256Key round_key;
  ChainPlace head;
};

Status CheckHandshake(const v1::Receipt& receipt, const ListedLandmark& landmark, HelloOffer& offer,
                      HelloIdentity& identity, Welcome& welcome) {
  const ByteSpan hello2 = AsBytes(receipt.hello2());
  const ByteSpan welcome_bytes = AsBytes(receipt.welcome());
  if (ParseHello2(hello2, offer) != Refusal::kNone ||
      ParseWelcome(welcome_bytes, welcome) != Refusal::kNone) {
    return Fail(ErrorCode::kInvalidArgument, "receipt holds a malformed handshake");
  }
  if (offer.landmark_key_id != landmark.key().id().value()) {
    return Unauthentic("handshake was meant for another landmark");
  }
  if (welcome.transcript_sha256 != Sha256(hello2)) {
    return Unauthentic("WELCOME belongs to another HELLO2");
  }
  if (welcome.resumable() && !offer.resumption) {
    return Unauthentic("WELCOME answers an offer of resumption that HELLO2 does not make");
  }
  EARSHOT_ASSIGN_OR_RETURN(identity.device_key, ToBytes32(AsBytes(receipt.device_key())));
  identity.session_counter = receipt.session_counter();
  if (receipt.hello_signature().size() != identity.signature.size()) {
    return Fail(ErrorCode::kInvalidArgument, "device signature is not 64 bytes");
  }
  std::ranges::copy(AsBytes(receipt.hello_signature()), identity.signature.begin());
  if (VerifyIdentity(hello2, identity) != Refusal::kNone) {
    return Unauthentic("device did not sign this handshake");
  }
  if (VerifyWelcomeSignature(welcome_bytes, landmark.key()) != Refusal::kNone) {
    return Unauthentic("landmark did not sign this WELCOME");
  }
  return {};
}

// What names the session in EVIDENCE and RECEIPT.
Bytes32 LeafSha256(const v1::Receipt& receipt) {
  return Sha256(AsBytes(receipt.welcome()).first(wire::kWelcomeLeafEnd));
}

// What the landmark had signed before the round's first ping.
struct Opening {
  Bytes32 anchor;
  Bytes32 commitment;  // zeros: the WELCOME's share is the commitment
  Bytes sha256;        // empty in the round that WELCOME opened
};

// The round must be the one that WELCOME or the RECEIPT of the round before it opened.
Result<Opening> CheckOpening(const v1::Receipt& receipt, const ListedLandmark& landmark,
                             const Welcome& welcome) {
  if (receipt.round() == welcome.terms.round) {
    if (!receipt.opening().empty()) {
      return Unauthentic("receipt of the first round shows an opening beside its WELCOME");
    }
    return Opening{welcome.anchor, welcome.commitment, {}};
  }
  if (receipt.round() < welcome.terms.round || !welcome.resumable()) {
    return Unauthentic("receipt is of another round than its WELCOME");
  }
  Result<Bytes> tbs = OpenBlob(BlobContext::kAgentReceipt, AsBytes(receipt.opening()),
                               landmark.key());
  if (!tbs.has_value()) return Fail(std::move(tbs).error(), "opening of the round");
  v1::AgentReceipt before;
  if (!ParseStrictly(*tbs, before)) {
    return Fail(ErrorCode::kInvalidArgument, "opening of the round is not an AgentReceipt");
  }
  if (!std::ranges::equal(AsBytes(before.welcome_sha256()), LeafSha256(receipt)) ||
      before.round() != receipt.round() - 1) {
    return Unauthentic("opening is of another session or round");
  }
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 anchor, ToBytes32(AsBytes(before.next_anchor())));
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 commitment, ToBytes32(AsBytes(before.next_commitment())));
  const Bytes32 sha256 = Sha256(*tbs);
  return Opening{anchor, commitment, Bytes(sha256.begin(), sha256.end())};
}

// The round key, in the one form in which this landmark cannot disclose a false one.
Result<Secret32> CheckRoundKey(const v1::Receipt& receipt, const HelloOffer& offer,
                               const Welcome& welcome, const Opening& opening) {
  if (welcome.resumable()) {
    if (!receipt.ephemeral_private_key().empty()) {
      return Unauthentic("landmark disclosed the key of rounds that are still to come");
    }
    EARSHOT_ASSIGN_OR_RETURN(Secret32 round_key,
                             Secret32::CopyFrom(AsBytes(receipt.round_key())));
    if (CommitmentTo(round_key) != opening.commitment) {
      return Unauthentic("disclosed round key is not the one committed to");
    }
    return round_key;
  }
  if (!receipt.round_key().empty()) {
    return Unauthentic("landmark disclosed a round key that it did not commit to");
  }
  EARSHOT_ASSIGN_OR_RETURN(Secret32 private_key,
                           Secret32::CopyFrom(AsBytes(receipt.ephemeral_private_key())));
  const X25519KeyPair share = X25519KeyPair::FromPrivate(std::move(private_key));
  if (share.public_key() != welcome.share) {
    return Unauthentic("disclosed ephemeral key is not the WELCOME's");
  }
  const Result<Secret32> secret = share.Agree(offer.share);
  if (!secret.has_value()) return Unauthentic("agent's share is of small order");
  return DeriveRoundKey(SaltedPart(AsBytes(receipt.welcome()), false), *secret, receipt.round());
}

// Recomputes what the landmark discloses: the round key, and the chain from its head.
Result<Session> CheckDisclosure(const v1::Receipt& receipt, const ListedLandmark& landmark) {
  HelloOffer offer;
  HelloIdentity identity;
  Welcome welcome;
  EARSHOT_RETURN_IF_ERROR(CheckHandshake(receipt, landmark, offer, identity, welcome));
  EARSHOT_ASSIGN_OR_RETURN(Opening opening, CheckOpening(receipt, landmark, welcome));
  EARSHOT_ASSIGN_OR_RETURN(const Secret32 round_key,
                           CheckRoundKey(receipt, offer, welcome, opening));
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 head, ToBytes32(AsBytes(receipt.chain_head())));
  Bytes32 nonce = head;
  for (std::uint32_t index = welcome.terms.chain_length; index > 0; --index) {
    nonce = HashChainStep(welcome.session_id, index, nonce);
  }
  if (nonce != opening.anchor) return Unauthentic("chain does not lead to the signed anchor");
  return Session{.welcome = welcome,
                 .identity = identity,
                 .opening_sha256 = std::move(opening.sha256),
                 .round_key = HmacSha256Key(round_key.Expose()),
                 .head = {.session_id = welcome.session_id,
                          .round = receipt.round(),
                          .index = welcome.terms.chain_length,
                          .nonce = head}};
}

Result<Sample> SampleFrom(const v1::ReceiptSample& wire_sample, MonotonicInstant begin) {
  constexpr std::uint64_t kMax = std::uint64_t{1} << 62U;
  if (wire_sample.rtt_ns() > kMax || wire_sample.sent_after_ns() > kMax ||
      wire_sample.taint() > kAllTaints || wire_sample.stamps() < v1::STAMP_KIND_USER_SPACE ||
      wire_sample.stamps() > v1::STAMP_KIND_KERNEL_BOTH) {
    return Fail(ErrorCode::kInvalidArgument, "receipt holds a sample outside its ranges");
  }
  return Sample{
      .index = wire_sample.index(),
      .rtt = Rtt::FromDuration(Duration(static_cast<std::int64_t>(wire_sample.rtt_ns()))),
      .stamps = static_cast<StampKind>(wire_sample.stamps() - v1::STAMP_KIND_USER_SPACE),
      .taint = static_cast<Taint>(wire_sample.taint()),
      .sent_at = begin + Duration(static_cast<std::int64_t>(wire_sample.sent_after_ns()))};
}

// Samples by rising index, each of a ping that was sent; `answered` names them.
Result<std::vector<Sample>> SamplesFrom(const v1::Receipt& receipt, std::uint32_t chain_length,
                                        AnsweredSet& answered) {
  if (receipt.pings_sent() > chain_length) {
    return Fail(ErrorCode::kInvalidArgument, "more pings were sent than the chain is long");
  }
  std::vector<Sample> samples;
  std::uint32_t last = 0;
  for (const v1::ReceiptSample& wire_sample : receipt.samples()) {
    if (wire_sample.index() <= last || wire_sample.index() > receipt.pings_sent()) {
      return Fail(ErrorCode::kInvalidArgument, "samples are not of sent pings in rising order");
    }
    last = wire_sample.index();
    answered.set(last);
    EARSHOT_ASSIGN_OR_RETURN(
        const Sample sample,
        SampleFrom(wire_sample, MonotonicInstant::FromNanoseconds(receipt.begin_ns())));
    samples.push_back(sample);
  }
  return samples;
}

struct EvidenceJudgement {
  EvidenceState state = EvidenceState::kMissing;
  std::optional<SystemClaims> claims;
};

// Only what the device signed about this very session can speak for or against it.
EvidenceJudgement JudgeEvidence(ByteSpan blob, const v1::Receipt& receipt, const Session& session,
                                const AnsweredSet& sampled) {
  if (blob.empty() || !std::ranges::equal(Sha256(blob), AsBytes(receipt.evidence_sha256()))) {
    return {};
  }
  const Result<Ed25519PublicKey> device = Ed25519PublicKey::Parse(session.identity.device_key);
  if (!device.has_value()) return {};
  const Result<Bytes> tbs = OpenBlob(BlobContext::kEvidence, blob, *device);
  if (!tbs.has_value()) return {};
  v1::Evidence evidence;
  if (!ParseStrictly(*tbs, evidence)) return {};
  // Of this WELCOME, not only of this HELLO2, and of this opening: a landmark that shows the device
  // one and the verifier another must not make the device's honest root look like a lie.
  if (!std::ranges::equal(AsBytes(evidence.welcome_sha256()), LeafSha256(receipt)) ||
      !std::ranges::equal(AsBytes(evidence.opening_sha256()), session.opening_sha256) ||
      evidence.round() != session.head.round) {
    return {};
  }

  EvidenceJudgement judgement;
  const Result<Bytes32> firmware = ToBytes32(AsBytes(evidence.claims().firmware_sha256()));
  if (firmware.has_value()) {
    judgement.claims = SystemClaims{.model = evidence.claims().model(),
                                    .firmware_sha256 = *firmware,
                                    .boot_count = evidence.claims().boot_count()};
  }
  AnsweredSet answered;
  const bool readable = ParseBitmap(AsBytes(evidence.answered()),
                                    session.welcome.terms.chain_length, answered) == Refusal::kNone;
  if (!readable || !firmware.has_value()) return judgement;
  if (evidence.session_counter() != session.identity.session_counter ||
      !std::ranges::equal(AsBytes(evidence.merkle_root()),
                          AnsweredRoot(session.head, session.round_key, answered))) {
    judgement.state = EvidenceState::kMismatch;
  } else if ((sampled & ~answered).none()) {
    judgement.state = EvidenceState::kValid;
  }
  return judgement;
}

Status CheckValidity(const v1::Receipt& receipt, const ListedLandmark& landmark) {
  if (receipt.landmark_id() != landmark.id.value()) {
    return Unauthentic("receipt names another landmark than its signer");
  }
  constexpr std::uint64_t kSecondsMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1'000'000'000U;
  if (receipt.begin_wall_s() > kSecondsMax || receipt.end_ns() < receipt.begin_ns() ||
      receipt.begin_ns() < 0) {
    return Fail(ErrorCode::kInvalidArgument, "receipt has an impossible interval");
  }
  return {};
}

}  // namespace

Result<CheckedReceipt> CheckReceipt(ByteSpan receipt_blob, ByteSpan evidence_blob,
                                    const ListedLandmark& landmark) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes tbs,
                           OpenBlob(BlobContext::kReceipt, receipt_blob, landmark.key()));
  v1::Receipt receipt;
  if (!ParseStrictly(tbs, receipt)) {
    return Fail(ErrorCode::kInvalidArgument, "signed bytes are not a Receipt in its one encoding");
  }
  EARSHOT_RETURN_IF_ERROR(CheckValidity(receipt, landmark));
  const auto begin_wall = WallInstant::FromNanoseconds(
      static_cast<std::int64_t>(receipt.begin_wall_s()) * 1'000'000'000);
  if (!landmark.delegation.InForceAt(begin_wall)) {
    return Fail(ErrorCode::kExpired, "landmark's delegation was not in force");
  }
  EARSHOT_ASSIGN_OR_RETURN(const Session session, CheckDisclosure(receipt, landmark));
  AnsweredSet sampled;
  EARSHOT_ASSIGN_OR_RETURN(std::vector<Sample> samples,
                           SamplesFrom(receipt, session.welcome.terms.chain_length, sampled));
  if (!std::ranges::equal(AsBytes(receipt.merkle_root()),
                          AnsweredRoot(session.head, session.round_key, sampled))) {
    return Unauthentic("landmark's root does not match the samples");
  }
  EvidenceJudgement evidence = JudgeEvidence(evidence_blob, receipt, session, sampled);

  CheckedReceipt checked;
  checked.device = DeviceId(Sha256(session.identity.device_key));
  checked.device_key = session.identity.device_key;
  checked.session = SessionId(session.welcome.session_id);
  checked.session_round = session.head.round;
  checked.session_counter = session.identity.session_counter;
  checked.identity_transcript = IdentityTranscript(AsBytes(receipt.hello2()));
  checked.verifier_round = RoundNumber(receipt.verifier_round());
  checked.begin_wall = begin_wall;
  checked.claims = std::move(evidence.claims);
  if (evidence.state == EvidenceState::kMismatch) {
    checked.findings.push_back(CryptographicFinding::kEvidenceMismatch);
  }
  LandmarkObservation& observation = checked.observation;
  observation.landmark = landmark.id;
  observation.begin = MonotonicInstant::FromNanoseconds(receipt.begin_ns());
  observation.end = MonotonicInstant::FromNanoseconds(receipt.end_ns());
  observation.pings_sent = receipt.pings_sent();
  observation.samples = std::move(samples);
  observation.evidence = evidence.state;
  observation.packets_refused = receipt.packets_refused();
  observation.receipt_sha256 = Sha256(receipt_blob);
  return checked;
}

Result<bool> OpensCommitment(ByteSpan agent_receipt, ByteSpan receipt_blob,
                             const ListedLandmark& landmark) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes agent_tbs,
                           OpenBlob(BlobContext::kAgentReceipt, agent_receipt, landmark.key()));
  EARSHOT_ASSIGN_OR_RETURN(const Bytes tbs,
                           OpenBlob(BlobContext::kReceipt, receipt_blob, landmark.key()));
  v1::AgentReceipt committed;
  v1::Receipt receipt;
  if (!ParseStrictly(agent_tbs, committed) || !ParseStrictly(tbs, receipt)) {
    return Fail(ErrorCode::kInvalidArgument, "signed bytes are not the two receipts");
  }
  v1::SampleList samples;
  *samples.mutable_samples() = receipt.samples();
  const Bytes32 commitment = Sha256({AsBytes(receipt.commitment_salt()), Serialise(samples)});
  return std::ranges::equal(commitment, AsBytes(committed.samples_commitment())) &&
         receipt.welcome().size() == wire::kWelcomeBytes &&
         std::ranges::equal(LeafSha256(receipt), AsBytes(committed.welcome_sha256())) &&
         committed.round() == receipt.round();
}

}  // namespace earshot
