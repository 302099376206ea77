#include "core/base/check.h"
#include "core/domain/policy.h"
#include "core/domain/sample.h"
#include "core/domain/verdict.h"

namespace earshot {

std::string_view VerdictName(Verdict value) {
  switch (value) {
    case Verdict::kInvalidProof: return "INVALID_PROOF";
    case Verdict::kContradicted: return "CONTRADICTED";
    case Verdict::kSilent: return "SILENT";
    case Verdict::kUnexplainedDelay: return "UNEXPLAINED_DELAY";
    case Verdict::kVerified: return "VERIFIED";
    case Verdict::kConsistent: return "CONSISTENT";
    case Verdict::kIndeterminate: return "INDETERMINATE";
  }
  EARSHOT_CHECK(false);
}

std::string_view VerdictWords(Verdict value) {
  switch (value) {
    case Verdict::kInvalidProof: return "invalid proof";
    case Verdict::kContradicted: return "contradicted";
    case Verdict::kSilent: return "silent";
    case Verdict::kUnexplainedDelay: return "unexplained delay";
    case Verdict::kVerified: return "verified";
    case Verdict::kConsistent: return "consistent";
    case Verdict::kIndeterminate: return "indeterminate";
  }
  EARSHOT_CHECK(false);
}

std::string_view BasisName(Basis value) {
  switch (value) {
    case Basis::kVacuum: return "vacuum";
    case Basis::kFibre: return "fibre";
    case Basis::kCalibrated: return "calibrated";
    case Basis::kStatistical: return "statistical";
    case Basis::kLifecycle: return "lifecycle";
    case Basis::kCryptographic: return "cryptographic";
    case Basis::kNone: return "none";
  }
  EARSHOT_CHECK(false);
}

std::string_view ReasonCodeName(ReasonCode value) {
  switch (value) {
    case ReasonCode::kRegionInsideSite: return "REGION_INSIDE_SITE";
    case ReasonCode::kRegionOutsideExcluded: return "REGION_OUTSIDE_EXCLUDED";
    case ReasonCode::kRegionInsideAllowed: return "REGION_INSIDE_ALLOWED";
    case ReasonCode::kSiteOutsideRegion: return "SITE_OUTSIDE_REGION";
    case ReasonCode::kPermittedOutsideRegion: return "PERMITTED_OUTSIDE_REGION";
    case ReasonCode::kSiteOutsideFibreRegion: return "SITE_OUTSIDE_FIBRE_REGION";
    case ReasonCode::kDelayNormal: return "DELAY_NORMAL";
    case ReasonCode::kDelayUnexplained: return "DELAY_UNEXPLAINED";
    case ReasonCode::kExpectedLandmarkUnheard: return "EXPECTED_LANDMARK_UNHEARD";
    case ReasonCode::kNoPower: return "NO_POWER";
    case ReasonCode::kNoExpectedLandmark: return "NO_EXPECTED_LANDMARK";
    case ReasonCode::kTooFewDomains: return "TOO_FEW_DOMAINS";
    case ReasonCode::kTaintedSamples: return "TAINTED_SAMPLES";
    case ReasonCode::kLandmarkFault: return "LANDMARK_FAULT";
    case ReasonCode::kNoCommonPoint: return "NO_COMMON_POINT";
    case ReasonCode::kNoAnswer: return "NO_ANSWER";
    case ReasonCode::kNotDueYet: return "NOT_DUE_YET";
    case ReasonCode::kNobodyHeard: return "NOBODY_HEARD";
    case ReasonCode::kSiteOutage: return "SITE_OUTAGE";
    case ReasonCode::kHandshakesRefused: return "HANDSHAKES_REFUSED";
    case ReasonCode::kRefusedPackets: return "REFUSED_PACKETS";
    case ReasonCode::kEvidenceMissing: return "EVIDENCE_MISSING";
    case ReasonCode::kKeyRevoked: return "KEY_REVOKED";
    case ReasonCode::kMakerKeyRevoked: return "MAKER_KEY_REVOKED";
    case ReasonCode::kKeyExpired: return "KEY_EXPIRED";
    case ReasonCode::kEndorsementMismatch: return "ENDORSEMENT_MISMATCH";
    case ReasonCode::kEvidenceMismatch: return "EVIDENCE_MISMATCH";
    case ReasonCode::kCounterReused: return "COUNTER_REUSED";
    case ReasonCode::kCounterWentBack: return "COUNTER_WENT_BACK";
    case ReasonCode::kSessionKeysOnHost: return "SESSION_KEYS_ON_HOST";
    case ReasonCode::kDeclarationNotInForce: return "DECLARATION_NOT_IN_FORCE";
    case ReasonCode::kSlowerThanEnrolled: return "SLOWER_THAN_ENROLLED";
    case ReasonCode::kSlowerByReroute: return "SLOWER_BY_REROUTE";
    case ReasonCode::kSlowerByOneDelay: return "SLOWER_BY_ONE_DELAY";
    case ReasonCode::kSlowerAsIfMoved: return "SLOWER_AS_IF_MOVED";
    case ReasonCode::kSlowerWithSite: return "SLOWER_WITH_SITE";
  }
  EARSHOT_CHECK(false);
}

std::string_view PlacementRuleName(PlacementRule rule) {
  switch (rule) {
    case PlacementRule::kNearestLandmark: return "nearest-landmark";
    case PlacementRule::kCalibrated: return "calibrated";
  }
  EARSHOT_CHECK(false);
}

std::string_view StampKindName(StampKind value) {
  switch (value) {
    case StampKind::kUserSpace: return "user_space";
    case StampKind::kKernelReceive: return "kernel_receive";
    case StampKind::kKernelBoth: return "kernel_both";
  }
  EARSHOT_CHECK(false);
}

}  // namespace earshot
