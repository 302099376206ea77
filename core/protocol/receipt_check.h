// core/protocol/receipt_check.h: recomputes a landmark's Receipt from what it discloses. Pure and
// offline: the verifier, `earshot verify` and any third party run the same code.
//
// What is recomputed: the landmark's signatures on Receipt, WELCOME and the RECEIPT that opened a
// resumed round, the device's signature over the transcript, the round key from the disclosed
// ephemeral key or against the signed commitment, every nonce down to the signed anchor, every tag,
// the landmark's Merkle root; then the device's EVIDENCE against the same nonces and tags.
//
// What is not: the RTTs. They are the landmark's word, which is why verdicts count trust domains.
// Nor the sealed identity, whose key is never disclosed: device key and counter stand by the
// device's signature over the transcript.
#ifndef EARSHOT_CORE_PROTOCOL_RECEIPT_CHECK_H_
#define EARSHOT_CORE_PROTOCOL_RECEIPT_CHECK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/system_claims.h"
#include "core/protocol/authority.h"

namespace earshot {

struct CheckedReceipt {
  DeviceId device;
  Bytes32 device_key{};
  SessionId session;
  std::uint32_t session_round = 0;  // of the session, from the WELCOME's on
  std::uint64_t session_counter = 0;
  Bytes32 identity_transcript{};  // T, which the device signed: two with one counter convict
  RoundNumber verifier_round;
  WallInstant begin_wall;              // the landmark's clock, whole seconds
  LandmarkObservation observation;     // `expected` and `healthy` stay false: the caller knows
  std::optional<SystemClaims> claims;  // from a valid EVIDENCE, or one that convicts
  std::vector<CryptographicFinding> findings;  // kEvidenceMismatch or nothing
};

// `receipt` is a serialised SignedBlob. `evidence`, likewise, may be empty: none came.
//
// An error means that the landmark's own material does not hold together and the receipt counts
// for nothing: kUnauthenticated (a signature, chain, tag or root does not verify), kExpired (its
// delegation was not in force), kInvalidArgument (does not parse). It says nothing against the
// device.
//
// A device is convicted (EvidenceState::kMismatch) only by what it signed itself: an EVIDENCE of
// this transcript and round whose root or counter contradicts the disclosed nonces and key. An
// EVIDENCE that is absent, unreadable, not signed by the device, of another session, or that does
// not cover every sample is kMissing: its samples count only against the device, and a landmark
// that forged a PONG cannot frame anybody with it.
Result<CheckedReceipt> CheckReceipt(ByteSpan receipt, ByteSpan evidence,
                                    const ListedLandmark& landmark);

// Whether the AgentReceipt that a device was given commits to the samples of `receipt`, of the same
// session and round: what an owner asks on appeal. Both are serialised SignedBlobs. Errors: a
// signature does not stand, or signed bytes do not parse.
Result<bool> OpensCommitment(ByteSpan agent_receipt, ByteSpan receipt,
                             const ListedLandmark& landmark);

// Two authentic receipts of one device that name one session counter for two different
// transcripts T. T is what the device signed; the rest of HELLO2 is ciphertext that nobody can open
// again, and a landmark that altered it must frame nobody:
// the key signed in two places (CryptographicFinding::kCounterReused).
inline bool CounterReused(const CheckedReceipt& a, const CheckedReceipt& b) {
  return a.device == b.device && a.session_counter == b.session_counter &&
         a.identity_transcript != b.identity_transcript;
}

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_RECEIPT_CHECK_H_
