// core/appraisal/policy_placement_test.h: the placement test that a policy asks for. The one place
// where the choice is made: whoever judges, simulates or recomputes under a policy uses this.
#ifndef EARSHOT_CORE_APPRAISAL_POLICY_PLACEMENT_TEST_H_
#define EARSHOT_CORE_APPRAISAL_POLICY_PLACEMENT_TEST_H_

#include "core/appraisal/calibrated_placement_test.h"
#include "core/appraisal/nearest_landmark_test.h"
#include "core/appraisal/placement_test.h"
#include "core/base/result.h"
#include "core/domain/policy.h"

namespace earshot {

// Judges each question by the test that its own policy names, with the models that ship. Those are
// part of the rules of appraisal: another model is another kRulesVersion.
class PolicyPlacementTest final : public PlacementTest {
 public:
  PlacementOutcome Judge(const PlacementQuestion& question) const override;

  // The rate at which honest devices are flagged under `policy`, at most. Differs from
  // policy.false_alarm_rate where the test's model cannot state that.
  double FalseAlarmProbability(const Policy& policy) const;

  // kInvalidArgument where that is another rate than the policy asks for; says which ones may be
  // asked for.
  Status CheckRate(const Policy& policy) const;

 private:
  NearestLandmarkTest nearest_landmark_;
  CalibratedPlacementTest calibrated_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_POLICY_PLACEMENT_TEST_H_
