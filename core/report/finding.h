// core/report/finding.h: the paragraph for the person who must decide.
#ifndef EARSHOT_CORE_REPORT_FINDING_H_
#define EARSHOT_CORE_REPORT_FINDING_H_

#include <string>

namespace earshot::v1 {
class RunReport;
}  // namespace earshot::v1

namespace earshot {

// An answer to `question`, and why: what is proved, what is only unexplained, what cannot be known.
// A question that begins with "Should" is answered with yes or no, where yes means caution. Computed
// from the verdicts alone; what a simulation knows of the truth is not looked at.
//
// Slow answers count as a reason only when there are more of them than false alarms explain: when
// as many or more would come by chance in less than 1 of 100 such fleets (binomial, the tests'
// own rates).
std::string Finding(const v1::RunReport& report, const std::string& question);

// " Caution: ..." where the run names incidents, else nothing.
std::string IncidentCaution(const v1::RunReport& report);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_FINDING_H_
