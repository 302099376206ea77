// The end of an agent's session: EVIDENCE out, RECEIPT in.
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
  ++sessions_closed_by_receipt_;
  EndSession(now);
  return Refusal::kNone;
}

}  // namespace earshot
