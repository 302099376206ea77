// core/report/assumptions.h: what a verdict takes for granted.
#ifndef EARSHOT_CORE_REPORT_ASSUMPTIONS_H_
#define EARSHOT_CORE_REPORT_ASSUMPTIONS_H_

#include <span>
#include <string>
#include <vector>

#include "core/domain/policy.h"
#include "core/domain/verdict.h"

namespace earshot {

// The assumptions under which verdicts on these bases hold, one sentence each, with the policy's
// numbers; each once, in a fixed order. The last one says what no delay can tell.
std::vector<std::string> AssumptionsBehind(std::span<const Basis> bases, const Policy& policy);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_ASSUMPTIONS_H_
