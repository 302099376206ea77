#include "core/appraisal/policy_placement_test.h"

#include <fmt/format.h>

#include <cmath>

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

Status PolicyPlacementTest::CheckRate(const Policy& policy) const {
  constexpr double kRounding = 1e-9;
  if (std::abs(FalseAlarmProbability(policy) - policy.false_alarm_rate) <= kRounding) return {};
  Policy bound = policy;
  bound.false_alarm_rate = 0;
  const double least = FalseAlarmProbability(bound);
  bound.false_alarm_rate = 1;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} is a rate that the model of normal delay cannot state; write {:g} to {:g}",
                          policy.false_alarm_rate, least, FalseAlarmProbability(bound)));
}

}  // namespace earshot
