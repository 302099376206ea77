#include "core/report/names.h"

#include <fmt/format.h>

#include "core/base/check.h"

namespace earshot {
namespace {

// Searches the enumerators from the first to `last` for the one whose name is `name`.
template <typename Enum, typename NameOf>
Result<Enum> Parse(std::string_view name, Enum last, NameOf name_of, std::string_view kind) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    if (name_of(value) == name) return value;
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not a {}", name, kind));
}

}  // namespace

Result<Verdict> ParseVerdictName(std::string_view name) {
  return Parse(name, Verdict::kIndeterminate, VerdictName, "verdict");
}

Result<Basis> ParseBasisName(std::string_view name) {
  return Parse(name, Basis::kNone, BasisName, "basis of a verdict");
}

Result<ReasonCode> ParseReasonCodeName(std::string_view name) {
  return Parse(name, ReasonCode::kSlowerWithSite, ReasonCodeName, "reason code");
}

Result<PlacementRule> ParsePlacementRuleName(std::string_view name) {
  for (const PlacementRule rule : {PlacementRule::kNearestLandmark, PlacementRule::kCalibrated}) {
    if (PlacementRuleName(rule) == name) return rule;
  }
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("\"{}\" is no placement test that this program knows; there are {} and {}",
                          name, PlacementRuleName(PlacementRule::kNearestLandmark),
                          PlacementRuleName(PlacementRule::kCalibrated)));
}

std::string_view FindingName(CryptographicFinding finding) {
  switch (finding) {
    case CryptographicFinding::kKeyRevoked: return "KEY_REVOKED";
    case CryptographicFinding::kMakerKeyRevoked: return "MAKER_KEY_REVOKED";
    case CryptographicFinding::kKeyExpired: return "KEY_EXPIRED";
    case CryptographicFinding::kEndorsementMismatch: return "ENDORSEMENT_MISMATCH";
    case CryptographicFinding::kEvidenceMismatch: return "EVIDENCE_MISMATCH";
    case CryptographicFinding::kCounterReused: return "COUNTER_REUSED";
  }
  EARSHOT_CHECK(false);
}

std::string_view SignalName(Signal signal) {
  switch (signal) {
    case Signal::kCounterWentBack: return "COUNTER_WENT_BACK";
    case Signal::kSlowerThanEnrolled: return "SLOWER_THAN_ENROLLED";
    case Signal::kSlowerByReroute: return "SLOWER_BY_REROUTE";
    case Signal::kSlowerByOneDelay: return "SLOWER_BY_ONE_DELAY";
    case Signal::kSlowerAsIfMoved: return "SLOWER_AS_IF_MOVED";
    case Signal::kSlowerWithSite: return "SLOWER_WITH_SITE";
  }
  EARSHOT_CHECK(false);
}

Result<CryptographicFinding> ParseFindingName(std::string_view name) {
  return Parse(name, CryptographicFinding::kCounterReused, FindingName, "cryptographic finding");
}

Result<Signal> ParseSignalName(std::string_view name) {
  return Parse(name, Signal::kSlowerWithSite, SignalName, "signal");
}

}  // namespace earshot
