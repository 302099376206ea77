// core/report/names.h: from the stable names that stand in records back to enumerators.
#ifndef EARSHOT_CORE_REPORT_NAMES_H_
#define EARSHOT_CORE_REPORT_NAMES_H_

#include <string_view>

#include "core/base/result.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"

namespace earshot {

// Inverses of VerdictName, BasisName and ReasonCodeName. kInvalidArgument, naming the offender, for
// any other text: a record with a word of a later version is not understood, never guessed at.
Result<Verdict> ParseVerdictName(std::string_view name);
Result<Basis> ParseBasisName(std::string_view name);
Result<ReasonCode> ParseReasonCodeName(std::string_view name);

// Inverse of PlacementRuleName; kInvalidArgument, with what there is, for any other text.
Result<PlacementRule> ParsePlacementRuleName(std::string_view name);

// Names of findings and signals in RoundContext, and their inverses.
std::string_view FindingName(CryptographicFinding finding);  // "KEY_REVOKED"
std::string_view SignalName(Signal signal);                  // "COUNTER_WENT_BACK"
Result<CryptographicFinding> ParseFindingName(std::string_view name);
Result<Signal> ParseSignalName(std::string_view name);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_NAMES_H_
