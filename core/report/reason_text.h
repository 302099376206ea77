// core/report/reason_text.h: what a coded reason says, in words and numbers.
#ifndef EARSHOT_CORE_REPORT_REASON_TEXT_H_
#define EARSHOT_CORE_REPORT_REASON_TEXT_H_

#include <span>
#include <string>

#include "core/domain/declaration.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"

namespace earshot {

// What a reader of one appraisal needs to know besides it. References: the context lives no longer
// than what it was made of.
struct ReadingContext {
  const Declaration& declaration;
  const Policy& policy;
  std::span<const Landmark> landmarks;
};

// "Singapore (sin-1)"; the id alone when the landmark is not in the context.
std::string LandmarkText(const LandmarkId& id, const ReadingContext& context);

// One or two plain sentences for `reason`, numbers rounded as outward.h says. Total: every code has
// a text, with or without its optional numbers.
std::string ReasonText(const Reason& reason, const Appraisal& appraisal,
                       const ReadingContext& context);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_REASON_TEXT_H_
