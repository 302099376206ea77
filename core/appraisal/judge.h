// core/appraisal/judge.h: the two questions, each answered from the same facts. For this room.
#ifndef EARSHOT_CORE_APPRAISAL_JUDGE_H_
#define EARSHOT_CORE_APPRAISAL_JUDGE_H_

#include <optional>
#include <vector>

#include "core/appraisal/facts.h"
#include "core/appraisal/placement_test.h"
#include "core/domain/verdict.h"

namespace earshot {

// The facts with what was concluded from them for both questions.
struct Case {
  const AppraisalInput& input;
  const Facts& facts;
  const PlacementOutcome& placement;
  bool fibre_contradicts_site = false;  // rests on its assumption; bars CONSISTENT, never a proof
  std::vector<CountryCode> touched;     // by the region under EVIDENCE, margin included
};

// Was the device within its declared site?
Judgement JudgeSite(const Case& c);

// Was it where its licence lets it be? `site` is the verdict on the first question: a proved site
// explains whatever delay there was.
Judgement JudgeLicence(const Case& c, Verdict site, const CountryMap& map);

// What both questions share ------------------------------------------------------------------

// INVALID_PROOF, or INDETERMINATE where the bounds have no common point and a landmark may be at
// fault. None when the evidence is sound.
std::optional<Judgement> JudgeEvidence(const Case& c);
// SILENT, when the deadline has passed.
std::optional<Judgement> JudgeSilence(const Case& c);
// UNEXPLAINED_DELAY, CONSISTENT or INDETERMINATE by the placement test. `proof_barred`: the region
// proves the answer, and only the keys' place keeps it from VERIFIED.
Judgement JudgePlacement(const Case& c, bool delay_counts, bool proof_barred);

// Nothing was heard, and no answer is owed yet.
bool NotDueYet(const Case& c);
// Enough trust domains under EVIDENCE for a proof.
bool DomainsSuffice(const Case& c);
// A reason with the tightest vacuum bound of those under EVIDENCE in it.
Reason ByTightestBound(ReasonCode code, const Case& c);
Reason Plain(ReasonCode code);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_JUDGE_H_
