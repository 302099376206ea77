#include "core/appraisal/policy_placement_test.h"

#include "core/base/check.h"

namespace earshot {

PlacementOutcome PolicyPlacementTest::Judge(const PlacementQuestion& question) const {
  switch (question.policy.placement_test) {
    case PlacementRule::kNearestLandmark: return nearest_landmark_.Judge(question);
    case PlacementRule::kCalibrated: return calibrated_.Judge(question);
  }
  EARSHOT_CHECK(false);
}

double PolicyPlacementTest::FalseAlarmProbability(const Policy& policy) const {
  switch (policy.placement_test) {
    case PlacementRule::kNearestLandmark: return nearest_landmark_.FalseAlarmProbability(policy);
    case PlacementRule::kCalibrated: return calibrated_.FalseAlarmProbability(policy);
  }
  EARSHOT_CHECK(false);
}

}  // namespace earshot
