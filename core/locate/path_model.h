// core/locate/path_model.h: the one model of delay between places. Everything that needs a typical
// delay (the placement test, the simulated network, the planner) takes it from here.
//
// A model, not physics: nothing in this header may enter a bound.
#ifndef EARSHOT_CORE_LOCATE_PATH_MODEL_H_
#define EARSHOT_CORE_LOCATE_PATH_MODEL_H_

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "core/base/quantity.h"
#include "core/base/time.h"

namespace earshot {

// The probabilities at which delay is known. Between them ln(RTT) is interpolated linearly in the
// probability. Outside them nothing is known and nothing is extrapolated: 1 % of the draws get the
// lowest known quantile, 1 % the highest.
inline constexpr std::array<double, 5> kPathModelProbabilities = {0.01, 0.05, 0.50, 0.95, 0.99};

// Below this distance PathModel knows times instead of inflations.
inline constexpr Distance kPathModelNear = Distance::Kilometres(100);

// Quantiles of a path's RTT at one distance, as a multiple of the round trip in fibre (2/3 c) over
// the geodesic. Each at least 1, rising.
struct PathKnot {
  Distance distance;
  std::array<double, kPathModelProbabilities.size()> inflation;
};

// RTT quantiles as a function of distance:
//
//  - at least 100 km apart: ln(inflation) is interpolated linearly in ln(distance) between the
//    knots, each at the geometric mean of the band it was measured in, and is constant beyond the
//    last one, so that RTT is continuous in distance (the bands by themselves would make it jump
//    down by a third at 300 km);
//  - nearer than 100 km: access dominates, and the quantiles are times, the same for every
//  distance;
//  - never shorter than the round trip in fibre over the geodesic.
//
// RTT is strictly increasing in the probability between 1 % and 99 %. It is not always increasing
// in distance: the measured upper tail is heavier below 100 km (99 %: 115 ms) than at 200 km.
//
// Immutable; safe from any thread.
class PathModel {
 public:
  // Measured between 174 hosting nodes of WonderNetwork, all ordered pairs, 19 and 20 July 2020:
  // per pair the median over hourly bursts of 30 pings of the burst's minimum. Quantiles over pairs
  // in seven bands of geodesic distance from 100 km up, and in milliseconds below. Nodes stand in
  // data centres; access networks are slower.
  static const PathModel& Measured2020();

  // "wondernetwork-2020-07", for reports: where the parameters come from.
  std::string_view provenance() const { return provenance_; }

  // The RTT that the share `probability` of paths over `distance` does not exceed. `probability` is
  // clamped to [0.01, 0.99], `distance` to what the Earth has room for; NaN to the low end of the
  // one and the high end of the other.
  Rtt Quantile(Distance distance, double probability) const;

  // The RTT of a path whose place among all paths of its length is `unit`, uniform in [0, 1). Draw
  // `unit` once a path and keep it: the spread is between paths, not between packets.
  Rtt Draw(Distance distance, double unit) const { return Quantile(distance, unit); }

  // The probability that a path over `distance` has an RTT above `rtt`, never overstated: 0.99 from
  // the 1 % quantile down, 0 from the 99 % quantile up, between them the inverse of Quantile.
  double ProbabilityAbove(Distance distance, Rtt rtt) const;

  // The least probability with which a responder at `distance` *or farther*, anywhere on Earth and
  // adding no delay, exceeds `threshold`: the power of a test that flags above `threshold` against
  // a zone that begins at `distance`. A responder who adds delay only exceeds it more surely.
  double PowerBeyond(Distance distance, Rtt threshold) const;

 private:
  // By kPathModelProbabilities: what it is says the name of the variable.
  using Quantiles = std::array<double, kPathModelProbabilities.size()>;

  PathModel(std::string_view provenance, const Quantiles& near_ms, std::span<const PathKnot> knots)
      : provenance_(provenance), near_ms_(near_ms), knots_(knots) {}

  Quantiles LogMilliseconds(Distance distance) const;
  Quantiles LogInflation(Distance distance) const;  // from kPathModelNear up

  std::string_view provenance_;
  Quantiles near_ms_;                // below kPathModelNear
  std::span<const PathKnot> knots_;  // rising in distance; of static storage
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_PATH_MODEL_H_
