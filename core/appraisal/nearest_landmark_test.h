// core/appraisal/nearest_landmark_test.h: the simple placement test: does the landmark nearest to
// the declared site hear an answer as quick as one usually is from there?
#ifndef EARSHOT_CORE_APPRAISAL_NEAREST_LANDMARK_TEST_H_
#define EARSHOT_CORE_APPRAISAL_NEAREST_LANDMARK_TEST_H_

#include "core/appraisal/placement_test.h"
#include "core/base/time.h"
#include "core/domain/policy.h"
#include "core/locate/path_model.h"

namespace earshot {

// Which landmark: the nearest to the site, by geodesic distance and then by id, of those expected
// and healthy within min(policy.expected_landmark_within, 100 km), or a nearer one that heard the device
// and nobody else; if nobody was heard by any of them, the nearest expected one. One that refused handshakes from the device's own address counts
// as healthy here, so that a device cannot flood its way to another judge; if it is chosen, nothing
// can be told (HANDSHAKES_REFUSED).
//
// Flagged (DELAY_UNEXPLAINED) when its least untainted RTT exceeds the (1 - alpha) quantile of RTT
// between places below 100 km apart, alpha = policy.false_alarm_rate, at least 1 %: 16.7 ms at 5 %.
// Heard by others and not by it: infinitely slow (EXPECTED_LANDMARK_UNHEARD).
//
// Normal (DELAY_NORMAL) when it does not exceed it, EVIDENCE covers it, and for each zone of the
// licence, grown by the policy's margin or its outline's own, a responder there would have been
// flagged with at least policy.power_min by the path model. With a licence that allows only some
// countries and a policy that forbids the sea, the sea is a zone at distance zero. Otherwise
// NO_POWER.
//
// The rate holds for honest devices whose access is like that of the model's nodes.
class NearestLandmarkTest final : public PlacementTest {
 public:
  // `model` must outlive the test.
  explicit NearestLandmarkTest(const PathModel& model = PathModel::Measured2020())
      : model_(model) {}

  PlacementOutcome Judge(const PlacementQuestion& question) const override;

  // The slowest RTT that is not flagged.
  Rtt Threshold(const Policy& policy) const;
  // The rate at which honest devices are flagged under `policy`.
  double FalseAlarmProbability(const Policy& policy) const;

 private:
  const PathModel& model_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_NEAREST_LANDMARK_TEST_H_
