#include "server/engine/evidence_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/appraisal/appraise.h"
#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/authority.h"
#include "core/protocol/strict_parse.h"
#include "core/report/bundle.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

// A blob of ours that is being put into a bundle: it was opened before, so it parses.
void Put(ByteSpan blob, v1::SignedBlob* into) {
  EARSHOT_CHECK(into->ParseFromArray(blob.data(), static_cast<int>(blob.size())));
}

Bytes Take(const v1::SignedBlob& blob) {
  // An absent blob is no bytes, not the bytes of an empty one.
  return Serialise(blob);
}


// Everything in a bundle that is not about one receipt.
struct Opened {
  LandmarkListContent list;
  std::vector<Landmark> landmarks;
  std::optional<RevocationListContent> revocations;
  Policy policy;
  EnrolledDevice device;
  RoundFacts facts;

  bool IsWithdrawn(const Ed25519PublicKey& key) const {
    return revocations.has_value() && revocations->Revoked(key.id(), revocations->epoch);
  }
};

Result<Opened> OpenBundle(const v1::EvidenceBundle& bundle, const Ed25519PublicKey& root,
                          ByteSpan later_revocations) {
  if (!std::ranges::equal(AsBytes(bundle.root_public_key()), root.bytes())) {
    return Fail(ErrorCode::kUnauthenticated,
                "the bundle was made under another root key than the one given");
  }
  ListTrust trust(root);
  EARSHOT_ASSIGN_OR_RETURN(LandmarkListContent list,
                           trust.AcceptLandmarkList(Take(bundle.landmark_list())));
  const std::vector<std::string> records(bundle.position_records().begin(),
                                         bundle.position_records().end());
  EARSHOT_ASSIGN_OR_RETURN(std::vector<Landmark> landmarks, OpenPositions(list, records));
  if (landmarks.size() != records.size()) {
    return Fail(ErrorCode::kUnauthenticated,
                "a position record of the bundle is not one that the list's delegations hash");
  }
  std::optional<RevocationListContent> revocations;
  if (bundle.has_revocation_list()) {
    EARSHOT_ASSIGN_OR_RETURN(revocations,
                             trust.AcceptRevocationList(Take(bundle.revocation_list())));
  }
  if (!later_revocations.empty()) {
    Result<RevocationListContent> later = trust.AcceptRevocationList(later_revocations);
    if (!later.has_value()) return Fail(std::move(later).error(), "the revocation list given");
    revocations = *std::move(later);
  }
  EARSHOT_ASSIGN_OR_RETURN(Policy policy, OpenPolicy(Take(bundle.policy()), root));
  EARSHOT_ASSIGN_OR_RETURN(
      EnrolledDevice device,
      OpenEnrolment({Take(bundle.endorsement()), Take(bundle.maker_delegation()),
                     Take(bundle.declaration())},
                    root));
  EARSHOT_ASSIGN_OR_RETURN(RoundFacts facts, FromRecord(bundle.context()));
  return Opened{std::move(list),   std::move(landmarks), std::move(revocations),
                std::move(policy), std::move(device),    std::move(facts)};
}

// The landmark whose key signed `receipt`; its own check comes later.
const ListedLandmark* SignerOf(ByteSpan receipt, const LandmarkListContent& list) {
  const Result<KeyId> signer = ClaimedSigner(receipt);
  if (!signer.has_value()) return nullptr;
  const auto found = std::ranges::find_if(list.landmarks, [&](const ListedLandmark& landmark) {
    return landmark.key().id() == *signer;
  });
  return found == list.landmarks.end() ? nullptr : &*found;
}

Result<std::vector<StoredReceipt>> OpenReceipts(const v1::EvidenceBundle& bundle,
                                                const Opened& opened) {
  if (bundle.receipts_size() != bundle.evidences_size()) {
    return Fail(ErrorCode::kInvalidArgument, "the bundle has not one evidence a receipt");
  }
  std::vector<StoredReceipt> receipts;
  for (int i = 0; i < bundle.receipts_size(); ++i) {
    const std::string context = fmt::format("receipt {}", i + 1);
    const Bytes evidence = Take(bundle.evidences(i));
    const ListedLandmark* landmark = SignerOf(Take(bundle.receipts(i)), opened.list);
    if (landmark == nullptr) {
      return Fail(ErrorCode::kUnauthenticated, context + ": signed by no landmark of the list");
    }
    if (opened.IsWithdrawn(landmark->key())) {
      return Fail(ErrorCode::kUnauthenticated,
                  fmt::format("{}: the key of landmark {} was withdrawn; what it signed counts for "
                              "nothing", context, landmark->id.value()));
    }
    Result<StoredReceipt> stored = OpenReceipt(Take(bundle.receipts(i)), evidence, *landmark);
    if (!stored.has_value()) return Fail(std::move(stored).error(), context);
    if (stored->checked.device != opened.device.id()) {
      return Fail(ErrorCode::kInvalidArgument, context + ": speaks of another device");
    }
    if (stored->evidence != evidence) {
      return Fail(ErrorCode::kUnauthenticated, context + ": its evidence is not the device's");
    }
    receipts.push_back(*std::move(stored));
  }
  return receipts;
}

Result<v1::VerdictRecord> OpenVerdict(const v1::EvidenceBundle& bundle,
                                      const Ed25519PublicKey& root, const Opened& opened) {
  Result<DelegatedKey> key = OpenDelegation(Take(bundle.verdict_delegation()), root);
  if (!key.has_value()) return Fail(std::move(key).error(), "verdict delegation");
  if (key->role != Role::kVerdict || !key->InForceAt(opened.facts.wall_now)) {
    return Fail(ErrorCode::kExpired,
                "verdict delegation: its key may not sign verdicts, or not at that time");
  }
  if (opened.IsWithdrawn(key->key)) {
    return Fail(ErrorCode::kUnauthenticated, "verdict: its key was withdrawn");
  }
  Result<Bytes> tbs = OpenBlob(BlobContext::kVerdict, Take(bundle.verdict()), key->key);
  if (!tbs.has_value()) return Fail(std::move(tbs).error(), "verdict");
  v1::VerdictRecord record;
  if (!ParseStrictly(*tbs, record)) {
    return Fail(ErrorCode::kInvalidArgument, "verdict: signed, and not such a record");
  }
  // First: other rules may sign other grounds.
  if (record.rules_version() != kRulesVersion) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("verdict: judged by version {} of the rules, and this program knows version "
                            "{} alone; use the release that judged it",
                            record.rules_version(), kRulesVersion));
  }
  if (!std::ranges::equal(AsBytes(record.grounds_sha256()), GroundsOf(bundle))) {
    return Fail(ErrorCode::kUnauthenticated,
                "verdict: signed over other lists, records, receipts or context than the bundle's");
  }
  return record;
}

}  // namespace

Bytes32 GroundsOf(const v1::EvidenceBundle& bundle) {
  Bytes hashes;
  const auto add = [&hashes](const google::protobuf::Message& ground) {
    const Bytes32 hash = Sha256(Serialise(ground));
    hashes.insert(hashes.end(), hash.begin(), hash.end());
  };
  add(bundle.landmark_list());
  add(bundle.revocation_list());
  add(bundle.policy());
  add(bundle.maker_delegation());
  add(bundle.endorsement());
  add(bundle.declaration());
  add(bundle.context());
  // Each record without which its landmark's receipt would count for nothing. One hash, so that
  // none can pass for a receipt.
  Bytes records;
  for (const std::string& record : bundle.position_records()) {
    const Bytes32 hash = Sha256(AsBytes(record));
    records.insert(records.end(), hash.begin(), hash.end());
  }
  const Bytes32 all = Sha256(records);
  hashes.insert(hashes.end(), all.begin(), all.end());
  for (int i = 0; i < std::min(bundle.receipts_size(), bundle.evidences_size()); ++i) {
    add(bundle.receipts(i));
    add(bundle.evidences(i));
  }
  return Sha256(hashes);
}

v1::EvidenceBundle MakeBundle(const SharedBlobs& shared, const Ed25519PublicKey& root,
                              const EnrolledDevice& device,
                              std::span<const StoredReceipt* const> receipts,
                              const RoundFacts& facts, const DeviceObservation& observation,
                              const Appraisal& appraisal, const Ed25519PrivateKey& verdict_key) {
  v1::EvidenceBundle bundle;
  bundle.set_format(kBundleFormat);
  bundle.set_root_public_key(ToString(root.bytes()));
  Put(shared.landmark_list, bundle.mutable_landmark_list());
  for (const std::string& record : shared.position_records) bundle.add_position_records(record);
  if (!shared.revocation_list.empty()) {
    Put(shared.revocation_list, bundle.mutable_revocation_list());
  }
  Put(device.blobs.maker_delegation, bundle.mutable_maker_delegation());
  Put(device.blobs.endorsement, bundle.mutable_endorsement());
  Put(device.blobs.declaration, bundle.mutable_declaration());
  Put(shared.policy, bundle.mutable_policy());
  for (const StoredReceipt* stored : receipts) {
    Put(stored->receipt, bundle.add_receipts());
    Put(stored->evidence, bundle.add_evidences());
  }
  *bundle.mutable_context() = ToRecord(facts, observation.findings);
  Put(shared.verdict_delegation, bundle.mutable_verdict_delegation());
  v1::VerdictRecord record = ToRecord(appraisal);
  record.set_grounds_sha256(ToString(GroundsOf(bundle)));
  *bundle.mutable_verdict() =
      SignBlobMessage(BlobContext::kVerdict, verdict_key, Serialise(record));
  return bundle;
}

Result<RecomputedVerdict> RecomputeVerdict(const v1::EvidenceBundle& bundle,
                                           const Ed25519PublicKey& root, const PlacementTest& test,
                                           const CountryMap& map, ByteSpan revocations_given) {
  EARSHOT_ASSIGN_OR_RETURN(Opened opened, OpenBundle(bundle, root, revocations_given));
  EARSHOT_ASSIGN_OR_RETURN(const std::vector<StoredReceipt> receipts,
                           OpenReceipts(bundle, opened));
  EARSHOT_ASSIGN_OR_RETURN(const v1::VerdictRecord signed_record,
                           OpenVerdict(bundle, root, opened));
  std::vector<const StoredReceipt*> pointers;
  for (const StoredReceipt& stored : receipts) pointers.push_back(&stored);
  const RevocationListContent* revocations =
      opened.revocations.has_value() ? &*opened.revocations : nullptr;
  const DeviceObservation observation =
      BuildObservation(opened.device, pointers, opened.facts, revocations);
  Appraisal appraisal = Appraise({.observation = observation,
                                  .declaration = opened.device.declaration,
                                  .endorsement = opened.device.endorsement,
                                  .landmarks = opened.landmarks,
                                  .mesh = opened.facts.mesh,
                                  .policy = opened.policy,
                                  .site_outage = opened.facts.site_outage},
                                 test, map);
  std::vector<std::string> differences = Differences(signed_record, appraisal);
  return RecomputedVerdict{std::move(opened.device), std::move(opened.policy),
                           std::move(opened.landmarks), std::move(opened.facts),
                           std::move(appraisal), std::move(differences), receipts.size()};
}

}  // namespace earshot
