#include "server/engine/case_file.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "core/appraisal/bound_history.h"
#include "core/base/check.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/signed_blob.h"
#include "core/report/names.h"
#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

template <typename Ids>
void AddIds(const Ids& ids, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const LandmarkId& id : ids) *out->Add() = id.value();
}

std::set<LandmarkId> ReadIds(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::set<LandmarkId> ids;
  for (const std::string& text : texts) ids.insert(LandmarkId(text));
  return ids;
}

// Whether a receipt of `facts.round` was taken in that round, as far as its landmark can be held to
// it. A landmark that files an old session as new would otherwise keep a dark device alive, or hold
// old firmware against it.
bool WasTakenInRound(const CheckedReceipt& checked, const RoundFacts& facts) {
  const LandmarkObservation& seen = checked.observation;
  const Duration apart = facts.wall_now > checked.begin_wall ? facts.wall_now - checked.begin_wall
                                                             : checked.begin_wall - facts.wall_now;
  if (seen.end > facts.now || apart > kReceiptWallClockOffMax) return false;
  return seen.samples.empty() || facts.now - seen.begin <= kRoundLengthMax;
}

// What the receipts prove against the device, each once. Validity is judged by the verifier's own
// clock: the landmark's could be moved to where an endorsement was not in force.
std::vector<CryptographicFinding> FindingsOf(const EnrolledDevice& device,
                                             std::span<const StoredReceipt* const> receipts,
                                             const RoundFacts& facts,
                                             const RevocationListContent* revocations) {
  std::set<CryptographicFinding> findings;
  std::map<std::uint64_t, const CheckedReceipt*> by_counter;
  for (const StoredReceipt* stored : receipts) {
    const CheckedReceipt& checked = stored->checked;
    const auto [first, is_new] = by_counter.emplace(checked.session_counter, &checked);
    if (!is_new && CounterReused(*first->second, checked)) {
      findings.insert(CryptographicFinding::kCounterReused);
    }
    if (checked.verifier_round != facts.round || !WasTakenInRound(checked, facts)) continue;
    findings.insert(checked.findings.begin(), checked.findings.end());
    const SystemClaims* claims = checked.claims.has_value() ? &*checked.claims : nullptr;
    const auto endorsed =
        EndorsementFindings(*device.endorsement, revocations, claims, facts.wall_now);
    findings.insert(endorsed.begin(), endorsed.end());
    // As of the list, not of the endorsement: who holds the maker's key could date one before that.
    if (revocations != nullptr && revocations->Revoked(device.maker_key, revocations->epoch)) {
      findings.insert(CryptographicFinding::kMakerKeyRevoked);
    }
  }
  return {findings.begin(), findings.end()};
}

// A landmark that was meant to probe the device and has no receipt: it heard nothing.
LandmarkObservation Unheard(const LandmarkId& landmark, MonotonicInstant now) {
  LandmarkObservation nothing;
  nothing.landmark = landmark;
  nothing.begin = now;
  nothing.end = now;
  return nothing;
}

// By the signed declaration, so that whoever recomputes a bundle counts from the same moment.
MonotonicInstant DueSince(const Declaration& declaration, const RoundFacts& facts) {
  if (declaration.site.from <= facts.wall_now) {
    return std::max(facts.awaited_since, facts.now - (facts.wall_now - declaration.site.from));
  }
  constexpr Duration kForGood = std::chrono::hours(24 * 366 * 10);
  return facts.now + std::min(declaration.site.from - facts.wall_now, kForGood);
}

}  // namespace

Result<StoredReceipt> OpenReceipt(Bytes receipt, Bytes evidence, const ListedLandmark& landmark) {
  EARSHOT_ASSIGN_OR_RETURN(CheckedReceipt checked, CheckReceipt(receipt, evidence, landmark));
  const Result<Ed25519PublicKey> device_key = Ed25519PublicKey::Parse(checked.device_key);
  const bool signed_by_device =
      device_key.has_value() && OpenBlob(BlobContext::kEvidence, evidence, *device_key).has_value();
  if (!signed_by_device) evidence.clear();
  return StoredReceipt{std::move(receipt), std::move(evidence), std::move(checked)};
}

v1::RoundContext ToRecord(const RoundFacts& facts,
                          std::span<const CryptographicFinding> findings) {
  v1::RoundContext record;
  record.set_round(facts.round.value());
  AddIds(facts.expected, record.mutable_expected_landmarks());
  AddIds(facts.healthy, record.mutable_healthy_landmarks());
  for (const auto& [landmark, since] : facts.refused_since) {
    v1::RefusedHandshakes* refused = record.add_refused_handshakes();
    refused->set_landmark(landmark.value());
    refused->set_unheard_since_ns(since.nanoseconds());
  }
  for (const auto& [landmark, since] : facts.tainted_since) {
    v1::TaintedAlone* tainted = record.add_tainted_alone();
    tainted->set_landmark(landmark.value());
    tainted->set_since_ns(since.nanoseconds());
  }
  AddIds(facts.mesh.faulty, record.mutable_faulty_landmarks());
  record.set_mesh_measured(facts.mesh.measured);
  record.set_landmarks_deaf(facts.mesh.deaf);
  record.set_site_outage(facts.site_outage);
  record.set_now_ns(facts.now.nanoseconds());
  record.set_wall_now_ns(facts.wall_now.nanoseconds());
  record.set_awaited_since_ns(facts.awaited_since.nanoseconds());
  if (facts.last_valid_answer.has_value()) {
    record.set_last_valid_answer_ns(facts.last_valid_answer->nanoseconds());
  }
  record.set_packets_refused(facts.packets_refused);
  for (const CryptographicFinding finding : findings) {
    record.add_findings(std::string(FindingName(finding)));
  }
  for (const Signal signal : facts.signals) record.add_signals(std::string(SignalName(signal)));
  return record;
}

Result<RoundFacts> FromRecord(const v1::RoundContext& record) {
  // So that no difference or sum of instants overflows: 146 years after boot, or the year 2116.
  constexpr std::int64_t kInstantMax = std::numeric_limits<std::int64_t>::max() / 2;
  for (const std::int64_t ns : {record.now_ns(), record.wall_now_ns(), record.awaited_since_ns(),
                                record.last_valid_answer_ns()}) {
    if (ns < 0 || ns > kInstantMax) {
      return Fail(ErrorCode::kInvalidArgument, "round context: an instant that no clock shows");
    }
  }
  RoundFacts facts;
  facts.round = RoundNumber(record.round());
  facts.now = MonotonicInstant::FromNanoseconds(record.now_ns());
  facts.wall_now = WallInstant::FromNanoseconds(record.wall_now_ns());
  facts.awaited_since = MonotonicInstant::FromNanoseconds(record.awaited_since_ns());
  if (record.last_valid_answer_ns() != 0) {
    facts.last_valid_answer = MonotonicInstant::FromNanoseconds(record.last_valid_answer_ns());
  }
  if (facts.awaited_since > facts.now ||
      (facts.last_valid_answer.has_value() && *facts.last_valid_answer > facts.now)) {
    return Fail(ErrorCode::kInvalidArgument, "round context: an instant lies after its round");
  }
  facts.expected = ReadIds(record.expected_landmarks());
  facts.healthy = ReadIds(record.healthy_landmarks());
  const auto read_since = [&](std::int64_t ns, const std::string& landmark,
                              std::map<LandmarkId, MonotonicInstant>* to) -> Status {
    const auto since = MonotonicInstant::FromNanoseconds(ns);
    if (ns < 0 || since > facts.now) {
      return Fail(ErrorCode::kInvalidArgument, "round context: an instant lies after its round");
    }
    to->emplace(landmark, since);
    return {};
  };
  for (const v1::RefusedHandshakes& refused : record.refused_handshakes()) {
    EARSHOT_RETURN_IF_ERROR(
        read_since(refused.unheard_since_ns(), refused.landmark(), &facts.refused_since));
  }
  for (const v1::TaintedAlone& tainted : record.tainted_alone()) {
    EARSHOT_RETURN_IF_ERROR(
        read_since(tainted.since_ns(), tainted.landmark(), &facts.tainted_since));
  }
  const std::set<LandmarkId> faulty = ReadIds(record.faulty_landmarks());
  facts.mesh = MeshState{{faulty.begin(), faulty.end()}, record.mesh_measured(),
                         record.landmarks_deaf()};
  facts.site_outage = record.site_outage();
  facts.packets_refused = record.packets_refused();
  for (const std::string& name : record.signals()) {
    EARSHOT_ASSIGN_OR_RETURN(const Signal signal, ParseSignalName(name));
    facts.signals.insert(signal);
  }
  return facts;
}

DeviceObservation BuildObservation(const EnrolledDevice& device,
                                   std::span<const StoredReceipt* const> receipts,
                                   const RoundFacts& facts,
                                   const RevocationListContent* revocations) {
  // No excuse lapses while nothing is owed.
  const MonotonicInstant due = DueSince(device.declaration, facts);
  std::map<LandmarkId, LandmarkObservation> current;
  BoundHistory history(kBoundsKept);
  for (const StoredReceipt* stored : receipts) {
    EARSHOT_CHECK(stored->checked.device == device.id());
    const LandmarkObservation& seen = stored->checked.observation;
    if (stored->checked.verifier_round == facts.round) {
      if (WasTakenInRound(stored->checked, facts)) current.emplace(seen.landmark, seen);
    } else if (seen.end <= facts.now) {
      history.Remember(std::span(&seen, 1));
    }
  }
  std::uint32_t unattributed = facts.packets_refused;
  for (const LandmarkId& landmark : facts.expected) {
    const auto [entry, is_new] = current.emplace(landmark, Unheard(landmark, facts.now));
    if (!is_new) continue;
    entry->second.packets_refused = std::exchange(unattributed, 0);
    const auto refused = facts.refused_since.find(landmark);
    if (refused != facts.refused_since.end()) entry->second.refused_since = std::max(refused->second, due);
  }
  std::vector<LandmarkObservation> round;
  for (auto& [landmark, seen] : current) {
    seen.expected = facts.expected.contains(landmark);
    const auto tainted = facts.tainted_since.find(landmark);
    if (tainted != facts.tainted_since.end()) seen.tainted_since = std::max(tainted->second, due);
    seen.healthy = facts.healthy.contains(landmark) && !seen.refused_since.has_value();
    round.push_back(std::move(seen));
  }
  DeviceObservation observation;
  observation.device = device.id();
  observation.round = facts.round;
  observation.now = facts.now;
  observation.wall_now = facts.wall_now;
  observation.awaited_since = due;
  observation.last_valid_answer = facts.last_valid_answer;
  observation.landmarks = history.Complete(round, facts.now);
  observation.findings = FindingsOf(device, receipts, facts, revocations);
  observation.signals.assign(facts.signals.begin(), facts.signals.end());
  return observation;
}

}  // namespace earshot
