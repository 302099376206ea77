// core/report/review_queue.h: the queue of flagged sites, as a report shows it.
#ifndef EARSHOT_CORE_REPORT_REVIEW_QUEUE_H_
#define EARSHOT_CORE_REPORT_REVIEW_QUEUE_H_

#include <string>

#include "core/appraisal/triage.h"

namespace earshot {

namespace v1 {
class RunReport;
}  // namespace v1

// "2 contradicted, 1 silent of 4 devices. It comes before the next site because its gravest finding
// is graver." For the last of a queue, only the first sentence.
std::string ReviewText(const ReviewCase& review);

// Replaces the review queue of `report` by that of the devices it holds: ranked by site as triage.h
// says, no entry when none is flagged. Devices are named as in the report, and stand in its order
// where their cause is the same.
void FillReviewQueue(const ReviewEffort& effort, v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_REVIEW_QUEUE_H_
