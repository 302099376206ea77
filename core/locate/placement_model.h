// core/locate/placement_model.h: what is normal around a place, and how often honest places look
// worse: all that the calibrated placement test rests on.
#ifndef EARSHOT_CORE_LOCATE_PLACEMENT_MODEL_H_
#define EARSHOT_CORE_LOCATE_PLACEMENT_MODEL_H_

#include <vector>

#include "core/locate/local_normal.h"

namespace earshot {

// Immutable; any thread.
class PlacementModel {
 public:
  // `honest_scores`: of places of which the model knew nothing when each was scored at its own
  // place, in any order. One a host, however often it was measured.
  PlacementModel(LocalNormal normal, std::vector<double> honest_scores);

  // WonderNetwork's mesh of hosting nodes, 19 and 20 July 2020: 168 nodes, 153 clusters; landmarks
  // by distance alone. The honest scores are of nodes without landmarks or references within 60 km
  // of them. Data centres: access networks are slower and need a calibration of their own.
  static const PlacementModel& Measured2020();

  const LocalNormal& normal() const { return normal_; }
  // Greatest first.
  const std::vector<double>& honest_scores() const { return honest_scores_; }

  // The least false-alarm rate that the honest scores can answer for: 1 / (n + 1).
  double LeastRate() const;

  // The conformal p-value: the probability, at most, that an honest host drawn like the n of the
  // model scores as badly: (1 + how many of them do) / (n + 1). Vovk, Gammerman, Shafer,
  // "Algorithmic Learning in a Random World" (2005), proposition 2.3.
  double PValue(double score) const;

  // PValue(score) <= alpha exactly for scores above this. `alpha` is taken as at least LeastRate().
  double Threshold(double alpha) const;

 private:
  LocalNormal normal_;
  std::vector<double> honest_scores_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_PLACEMENT_MODEL_H_
