// core/report/sentence.h: a verdict as one would say it to somebody who does not program.
#ifndef EARSHOT_CORE_REPORT_SENTENCE_H_
#define EARSHOT_CORE_REPORT_SENTENCE_H_

#include <string>

#include "core/domain/verdict.h"
#include "core/report/reason_text.h"

namespace earshot {

// What decided the headline, with its numbers, and what follows from it and what does not. A few
// short sentences on one line; total over every verdict and reason. Countries by name, no
// coordinates, no address, figures rounded as outward.h says.
std::string SentenceFor(const Appraisal& appraisal, const ReadingContext& context);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_SENTENCE_H_
