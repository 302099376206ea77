// The end of a round of an agent's session: EVIDENCE out, RECEIPT in, and perhaps the next round.
#include <algorithm>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/agent_session.h"
#include "core/protocol/answered_pings.h"
#include "core/protocol/sealed_packet.h"
#include "core/protocol/strict_parse.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {

void AgentSession::BeginEvidence() {
  Opened& open = *opened_;
  const ChainPlace highest{.session_id = open.session_id,
                           .round = open.terms.round,
                           .index = open.chain.highest(),
                           .nonce = open.highest_nonce};
  v1::Evidence evidence;
  evidence.set_welcome_sha256(ToString(open.welcome_sha256));
  evidence.set_round(open.terms.round);
  evidence.set_opening_sha256(ToString(open.opening_sha256));
  evidence.set_answered(ToString(BitmapOf(open.answered, open.terms.chain_length)));
  evidence.set_merkle_root(ToString(AnsweredRoot(highest, open.round_key, open.answered)));
  evidence.set_session_counter(session_counter_);
  v1::SystemClaims& claims = *evidence.mutable_claims();
  claims.set_model(identity_.claims.model);
  claims.set_firmware_sha256(ToString(identity_.claims.firmware_sha256));
  claims.set_boot_count(identity_.claims.boot_count);
  if (previous_evidence_sha256_.has_value()) {
    evidence.set_previous_evidence_sha256(ToString(*previous_evidence_sha256_));
  }

  const Bytes blob = SignBlob(BlobContext::kEvidence, *identity_.device_key, Serialise(evidence));
  open.evidence_sha256 = Sha256(blob);
  previous_evidence_sha256_ = open.evidence_sha256;
  WriteSealed({.type = MessageType::kEvidence,
               .suite = kSuite1,
               .session_id = open.session_id,
               .index = 0,
               .round = open.terms.round},
              open.sealing.agent_to_landmark, blob, outgoing_);
  transmissions_ = 0;
  spin_until_.reset();
  state_ = AgentState::kAwaitReceipt;
}

Refusal AgentSession::TakeReceipt(ByteSpan packet, MonotonicInstant now) {
  const Opened& open = *opened_;
  const tl::expected<Bytes, Refusal> blob = OpenSealed(packet, open.sealing.landmark_to_agent);
  if (!blob.has_value()) return blob.error();
  const Result<Bytes> tbs = OpenBlob(BlobContext::kAgentReceipt, *blob, landmark_.key());
  if (!tbs.has_value()) return Refusal::kSignature;
  v1::AgentReceipt receipt;
  if (!ParseStrictly(*tbs, receipt)) return Refusal::kBody;
  if (!std::ranges::equal(AsBytes(receipt.welcome_sha256()), open.welcome_sha256) ||
      receipt.round() != open.terms.round ||
      !std::ranges::equal(AsBytes(receipt.evidence_sha256()), open.evidence_sha256)) {
    return Refusal::kTranscript;
  }
  const ByteSpan anchor = AsBytes(receipt.next_anchor());
  const ByteSpan commitment = AsBytes(receipt.next_commitment());
  if (!anchor.empty() || !commitment.empty()) {
    if (!open.secrets.has_value()) return Refusal::kBody;
    if (now < open.keys_die) return OpenNextRound(anchor, commitment, Sha256(*tbs), now);
  }
  ++sessions_closed_by_receipt_;
  EndSession(now);
  return Refusal::kNone;
}

// A round on keys and a chain of its own; of the one before it nothing stays but what all rounds
// are expanded from. A refusal leaves that one as it was: its RECEIPT is awaited further.
Refusal AgentSession::OpenNextRound(ByteSpan anchor, ByteSpan commitment,
                                    const Bytes32& opening_sha256, MonotonicInstant now) {
  Opened& open = *opened_;
  const Result<Bytes32> next_anchor = ToBytes32(anchor);
  if (!next_anchor.has_value()) return Refusal::kBody;
  // A landmark whose generator stands still would send nonces that are known.
  if (*next_anchor == open.anchor) return Refusal::kChain;
  const std::uint32_t round = open.terms.round + 1;
  if (round == 0) return Refusal::kRound;
  const Secret32 round_key = open.secrets->RoundKey(round);
  if (!std::ranges::equal(CommitmentTo(round_key), commitment)) return Refusal::kCommitment;

  open.terms.round = round;
  open.opening_sha256.assign(opening_sha256.begin(), opening_sha256.end());
  open.round_key = HmacSha256Key(round_key.Expose());
  open.sealing = open.secrets->Sealing(round);
  open.chain = HashChainVerifier(open.session_id, *next_anchor, open.terms.chain_length,
                                 wire::kChainLengthMax);
  open.anchor = *next_anchor;
  open.highest_nonce = *next_anchor;
  open.answered.reset();
  open.expires = std::min(now + open.terms.lifetime, open.keys_die);
  open.rate_window_begin = now;
  open.answered_in_window = 0;
  open.evidence_sha256 = {};
  ++sessions_closed_by_receipt_;
  ++rounds_resumed_;
  state_ = AgentState::kOpen;
  wake_ = open.expires;
  return Refusal::kNone;
}

}  // namespace earshot
