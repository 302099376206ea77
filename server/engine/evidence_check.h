// server/engine/evidence_check.h: evidence bundles, written and recomputed.
//
// A bundle speaks for itself only as far as its signatures reach: the reader brings the root key,
// and a later revocation list if there is one.
// Recomputed are the enrolment, every receipt and its evidence, the regions and both judgements.
// Taken on the verifier's word, because they concern other devices, are the facts of RoundContext:
// which landmarks were expected, healthy or at fault, and when answers became due. And RTTs are the
// landmarks' word, which is why verdicts count trust domains.
#ifndef EARSHOT_SERVER_ENGINE_EVIDENCE_CHECK_H_
#define EARSHOT_SERVER_ENGINE_EVIDENCE_CHECK_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/ed25519.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"
#include "server/engine/case_file.h"
#include "server/engine/enrolment.h"

namespace earshot::v1 {
class EvidenceBundle;
}

namespace earshot {

// The signed blobs that all bundles of a verifier share, verbatim.
struct SharedBlobs {
  Bytes landmark_list;
  std::vector<std::string> position_records;
  Bytes policy;
  Bytes revocation_list;     // empty: none was given
  Bytes verdict_delegation;
};

// Signs `appraisal` with the verdict key and puts everything it rests on into one bundle.
v1::EvidenceBundle MakeBundle(const SharedBlobs& shared, const Ed25519PublicKey& root,
                              const EnrolledDevice& device,
                              std::span<const StoredReceipt* const> receipts,
                              const RoundFacts& facts, const DeviceObservation& observation,
                              const Appraisal& appraisal, const Ed25519PrivateKey& verdict_key);

// What the verdict is signed over beside its own words (VerdictRecord.grounds_sha256): everything in
// `bundle` but the verdict and its delegation.
Bytes32 GroundsOf(const v1::EvidenceBundle& bundle);

// A verdict as a stranger to the verifier arrives at it.
struct RecomputedVerdict {
  EnrolledDevice device;
  Policy policy;
  std::vector<Landmark> landmarks;
  RoundFacts facts;
  Appraisal appraisal;
  // What the signed verdict says otherwise; empty when the two agree.
  std::vector<std::string> differences;
  std::size_t receipts = 0;
};

// kUnauthenticated: a signature does not stand, the bundle was made under another root than `root`,
// or the verdict key or a receipt's landmark key was withdrawn; kUnsupported: judged by other rules; kExpired, kInvalidArgument: the
// message names the blob. Pure and off-line; `test` and `map` are those that the policy's verifier
// uses.
//
// `revocations_given` is a serialised list that the reader holds, empty when there is none. It decides in
// place of the bundle's own; one of a lower version or an earlier epoch is refused (kExpired). A
// key counts as withdrawn as of the epoch of the list, not of what it signed: whoever holds a
// withdrawn key could date a receipt before that.
Result<RecomputedVerdict> RecomputeVerdict(const v1::EvidenceBundle& bundle,
                                           const Ed25519PublicKey& root, const PlacementTest& test,
                                           const CountryMap& map, ByteSpan revocations_given = {});

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_EVIDENCE_CHECK_H_
