#include <algorithm>
#include <utility>

#include "core/appraisal/judge.h"
#include "core/appraisal/silence.h"
#include "core/base/check.h"

namespace earshot {
namespace {

ReasonCode CodeOf(CryptographicFinding finding) {
  switch (finding) {
    case CryptographicFinding::kKeyRevoked:
      return ReasonCode::kKeyRevoked;
    case CryptographicFinding::kMakerKeyRevoked:
      return ReasonCode::kMakerKeyRevoked;
    case CryptographicFinding::kKeyExpired:
      return ReasonCode::kKeyExpired;
    case CryptographicFinding::kEndorsementMismatch:
      return ReasonCode::kEndorsementMismatch;
    case CryptographicFinding::kEvidenceMismatch:
      return ReasonCode::kEvidenceMismatch;
    case CryptographicFinding::kCounterReused:
      return ReasonCode::kCounterReused;
  }
  EARSHOT_CHECK(false);
}

Reason Of(ReasonCode code, const std::vector<LandmarkId>& landmarks) {
  Reason reason = Plain(code);
  reason.landmarks = landmarks;
  reason.count = static_cast<std::uint32_t>(landmarks.size());
  return reason;
}

void AddOnce(std::vector<Reason>& reasons, Reason reason) {
  const bool known =
      std::ranges::any_of(reasons, [&](const Reason& other) { return other.code == reason.code; });
  if (!known) reasons.push_back(std::move(reason));
}

// Why nothing could be told, beyond what the placement test said of itself.
void AddWhatWasMissing(const Case& c, std::vector<Reason>& reasons) {
  const Facts& facts = c.facts;
  if (NotDueYet(c)) {
    AddOnce(reasons, Plain(ReasonCode::kNotDueYet));
  } else if (!facts.heard) {
    Reason no_answer = Plain(ReasonCode::kNoAnswer);
    if (c.input.observation.last_valid_answer.has_value()) {
      no_answer.age = SilenceAge(c.input.observation);
    }
    AddOnce(reasons, std::move(no_answer));
  }
  if (!facts.refused_handshakes.empty()) {
    AddOnce(reasons, Of(ReasonCode::kHandshakesRefused, facts.refused_handshakes));
  }
  if (facts.packets_refused > 0) {
    Reason refused = Plain(ReasonCode::kRefusedPackets);
    refused.count = facts.packets_refused;
    AddOnce(reasons, std::move(refused));
  }
  if (!facts.without_evidence.empty()) {
    AddOnce(reasons, Of(ReasonCode::kEvidenceMissing, facts.without_evidence));
  }
  if (!facts.all_tainted.empty()) {
    AddOnce(reasons, Of(ReasonCode::kTaintedSamples, facts.all_tainted));
  }
  if (!facts.at_fault.empty()) AddOnce(reasons, Of(ReasonCode::kLandmarkFault, facts.at_fault));
  if (facts.heard && !DomainsSuffice(c)) {
    Reason few = Plain(ReasonCode::kTooFewDomains);
    few.count = facts.vacuum_under_evidence.domain_count();
    AddOnce(reasons, std::move(few));
  }
}

}  // namespace

Reason Plain(ReasonCode code) {
  Reason reason;
  reason.code = code;
  return reason;
}

bool NotDueYet(const Case& c) {
  return !c.facts.heard && c.input.observation.awaited_since > c.input.observation.now;
}

bool DomainsSuffice(const Case& c) {
  const std::uint32_t domains = c.facts.vacuum_under_evidence.domain_count();
  return domains >= c.input.policy.domains_min && domains > c.input.policy.liars_max;
}

Reason ByTightestBound(ReasonCode code, const Case& c) {
  Reason reason = Plain(code);
  const LandmarkBound* tightest = nullptr;
  for (const LandmarkBound& bound : c.facts.bounds) {
    if (!bound.covered_by_evidence) continue;
    if (tightest == nullptr || bound.vacuum.radius() < tightest->vacuum.radius()) {
      tightest = &bound;
    }
  }
  if (tightest == nullptr) return reason;
  reason.landmarks = {tightest->landmark};
  reason.rtt = tightest->rtt_min;
  reason.reach = tightest->vacuum.radius();
  return reason;
}

std::optional<Judgement> JudgeEvidence(const Case& c) {
  std::vector<Reason> convicting;
  for (const CryptographicFinding finding : c.input.observation.findings) {
    AddOnce(convicting, Plain(CodeOf(finding)));
  }
  // The device signed it, so whoever carried it does not matter, a landmark at fault included.
  for (const LandmarkObservation& seen : c.input.observation.landmarks) {
    if (seen.evidence != EvidenceState::kMismatch) continue;
    AddOnce(convicting, Plain(ReasonCode::kEvidenceMismatch));
  }
  if (!convicting.empty()) {
    return Judgement{Verdict::kInvalidProof, Basis::kCryptographic, std::move(convicting)};
  }
  if (!c.facts.vacuum.IsEmpty()) return std::nullopt;
  Reason no_point = Plain(ReasonCode::kNoCommonPoint);
  for (const LandmarkBound& bound : c.facts.bounds) no_point.landmarks.push_back(bound.landmark);
  no_point.count = c.facts.vacuum.domain_count();
  const MeshState& mesh = c.input.mesh;
  if (c.facts.vacuum_of_round.IsEmpty() && mesh.measured && mesh.faulty.empty()) {
    return Judgement{Verdict::kInvalidProof, Basis::kVacuum, {std::move(no_point)}};
  }
  Judgement cannot_tell{Verdict::kIndeterminate, Basis::kNone, {std::move(no_point)}};
  if (!mesh.faulty.empty()) {
    cannot_tell.reasons.push_back(Of(ReasonCode::kLandmarkFault, mesh.faulty));
  }
  return cannot_tell;
}

std::optional<Judgement> JudgeSilence(const Case& c) {
  if (!IsSilent(c.input.observation, c.input.policy)) return std::nullopt;
  if (c.input.mesh.deaf) {
    return Judgement{Verdict::kIndeterminate, Basis::kNone, {Plain(ReasonCode::kNobodyHeard)}};
  }
  Reason no_answer = Plain(ReasonCode::kNoAnswer);
  no_answer.age = SilenceAge(c.input.observation);
  Judgement silent{Verdict::kSilent, Basis::kLifecycle, {std::move(no_answer)}};
  if (c.input.site_outage) silent.reasons.push_back(Plain(ReasonCode::kSiteOutage));
  AddWhatWasMissing(c, silent.reasons);
  return silent;
}

namespace {

// A test that traffic from the device's own address, or timed to the device's answers, kept from
// being made for longer than silence is borne: an excuse that cost nothing would last for ever.
std::optional<Judgement> JudgeLapsedExcuse(const Case& c) {
  for (const Reason& reason : c.placement.reasons) {
    if (reason.code != ReasonCode::kHandshakesRefused &&
        reason.code != ReasonCode::kTaintedSamples) {
      continue;
    }
    if (!reason.age.has_value()) continue;
    if (*reason.age <= c.input.policy.silent_after) continue;
    return Judgement{Verdict::kSilent, Basis::kLifecycle, {reason}};
  }
  return std::nullopt;
}

}  // namespace

Judgement JudgePlacement(const Case& c, bool delay_counts, bool proof_barred) {
  using Kind = PlacementOutcome::Kind;
  const Kind kind = c.placement.kind;
  if (kind == Kind::kUnexplained && delay_counts) {
    return {Verdict::kUnexplainedDelay, Basis::kStatistical, c.placement.reasons};
  }
  if (delay_counts) {
    if (auto lapsed = JudgeLapsedExcuse(c)) return *std::move(lapsed);
  }
  Judgement judgement;
  if (kind == Kind::kNormal && !c.fibre_contradicts_site) {
    judgement = {Verdict::kConsistent, Basis::kCalibrated, c.placement.reasons};
  } else {
    if (c.fibre_contradicts_site) {
      judgement.basis = Basis::kFibre;
      judgement.reasons.push_back(Plain(ReasonCode::kSiteOutsideFibreRegion));
    }
    for (const Reason& reason : c.placement.reasons) AddOnce(judgement.reasons, reason);
    AddWhatWasMissing(c, judgement.reasons);
  }
  if (proof_barred) AddOnce(judgement.reasons, Plain(ReasonCode::kSessionKeysOnHost));
  return judgement;
}

}  // namespace earshot
