// core/appraisal/calibrated_placement_test.h: the placement test with a false-alarm rate that was
// measured: are the answers slower than honest hosts' are, each compared with its own
// neighbourhood?
#ifndef EARSHOT_CORE_APPRAISAL_CALIBRATED_PLACEMENT_TEST_H_
#define EARSHOT_CORE_APPRAISAL_CALIBRATED_PLACEMENT_TEST_H_

#include <cstdint>

#include "core/appraisal/placement_test.h"
#include "core/domain/policy.h"
#include "core/locate/path_model.h"
#include "core/locate/placement_model.h"

namespace earshot {

// More liars than this are refused: every choice of them is tried.
inline constexpr std::uint32_t kPlacementLiarsMax = 3;

// One conformal test a declaration. The score is LocalNormal's, over the landmarks nearest to the
// site: with f > 0 the nearest of each trust domain, since the others of a domain say what its
// operator wants; with f = 0 all. Landmarks that heard somebody else this round, or refused this
// device's handshakes, are asked if there are any; which are asked does not depend on what this
// device answered. They may be at any distance: a far one only has less power.
//
// Flagged (DELAY_UNEXPLAINED, or EXPECTED_LANDMARK_UNHEARD where the nearest heard nothing) when
// the conformal p-value is at most alpha = policy.false_alarm_rate, or 1/(n + 1) if that is more, n
// being the honest hosts of the model: lower rates are not claimed. A healthy landmark that heard
// nothing counts as an answer after two seconds.
//
// Liars: the score must exceed the threshold whichever f domains are left out, the liars' among
// them, so that f liars flag nobody; and for "normal" it must stay under it whichever f are left
// out, so that they clear nobody. Between the two, and with fewer than f and as many domains as the
// score takes its best answer from: TOO_FEW_DOMAINS. The threshold is that of hosts with many landmarks,
// and the best of fewer answers is worse: of 168 honest hosts, at a stated 1 %, one landmark flags 25 and
// two flag 8, where three to six flag 2 or 3.
//
// What is in doubt counts for the device when it is to be flagged (an answer at once) and against
// it when it is to be found normal (an answer after two seconds): landmarks with spoilt samples
// only, answers without EVIDENCE (which count as they are when flagging), silent landmarks that
// nobody was heard by.
//
// Normal (DELAY_NORMAL) also needs power: for each zone of the licence, grown by the policy's
// margin, a responder there who adds no delay would have been flagged with at least
// policy.power_min. Each RTT is above the d-quantile of PathModel (at the distance of the zone from
// the landmark, or farther) except with probability d, whatever the paths have in common. With m
// landmarks asked, none fails except with probability m d. And if some fail, the score with f left
// out falls by no more than their share of the weighted mean: with weights w and slowness s at the
// quantiles, S the least weighted mean and V the least sum of weights when any f are left out, a
// failing landmark takes at most w s / V, all together d sum(w s) / V on the average, so by Markov's
// inequality S falls to the threshold t with probability at most d sum(w s) / (V (S - t)). The power
// is the best of these bounds. A licence that allows only some countries under a policy that forbids
// the sea makes the sea a zone at distance zero. Otherwise NO_POWER.
//
// What it assumes: honest devices are exchangeable with the model's hosts, in that a device's score
// is as likely to be the greatest as any host's. No product of p-values: landmarks share the
// device's last mile.
class CalibratedPlacementTest final : public PlacementTest {
 public:
  // Both must outlive the test.
  explicit CalibratedPlacementTest(const PlacementModel& model = PlacementModel::Measured2020(),
                                   const PathModel& paths = PathModel::Measured2020())
      : model_(model), paths_(paths) {}

  PlacementOutcome Judge(const PlacementQuestion& question) const override;

  // The rate at which honest devices are flagged under `policy`, at most.
  double FalseAlarmProbability(const Policy& policy) const;

 private:
  const PlacementModel& model_;
  const PathModel& paths_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CALIBRATED_PLACEMENT_TEST_H_
