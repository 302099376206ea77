// core/locate/delay_hull.h: the two hulls between which Octant takes a distance to be.
#ifndef EARSHOT_CORE_LOCATE_DELAY_HULL_H_
#define EARSHOT_CORE_LOCATE_DELAY_HULL_H_

#include <optional>
#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/locate/estimator.h"

namespace earshot {

// The farthest and the nearest that a device can be by one landmark's points (RTT, distance): their
// upper hull as far as the median RTT, then 55 km more a millisecond; their lower hull as far as the
// 75th percentile (both interpolated between order statistics), then 100 km more. Before the first
// point of a hull its first edge goes on.
class DelayHull {
 public:
  // None when fewer than three points are feasible (at most 100 km/ms, at least 55 km/ms after
  // 55 ms), or all are at one RTT.
  static std::optional<DelayHull> Fit(std::span<const MeasuredPath> paths);

  // At least 0, at most half the equator.
  Distance Farthest(Rtt rtt) const;
  Distance Nearest(Rtt rtt) const;
  // The least RTT with Farthest(rtt) >= distance, to the nanosecond.
  Rtt LeastRttFor(Distance distance) const;

 private:
  struct Point {
    double ms;
    double km;
  };
  using Chain = std::vector<Point>;
  static Chain HullOf(std::span<const Point> sorted, double side);
  static Chain Cut(const Chain& hull, double at, double slope);
  static double Along(const Chain& chain, double ms);

  Chain upper_;
  Chain lower_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_DELAY_HULL_H_
