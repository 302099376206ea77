// core/locate/bestline.h: the line under a landmark's delays, by which CBG turns delay to distance.
#ifndef EARSHOT_CORE_LOCATE_BESTLINE_H_
#define EARSHOT_CORE_LOCATE_BESTLINE_H_

#include <span>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/locate/estimator.h"

namespace earshot {

// Half the equator, and the RTT by which a bestline must have reached it: beyond lie satellites
// (Weinberg et al., "How to Catch when Proxies Lie", IMC 2018, section 5.1, and its programs). Along
// this slowline a millisecond of RTT stands for 84.5 km, along the baseline of 2/3 c for 100.
inline constexpr Distance kHalfEquator = Distance::Kilometres(20037.508);
inline constexpr Rtt kSlowlineRtt = Rtt::FromDuration(std::chrono::microseconds(237160));

// RTT = intercept + slope * distance, below all points of a landmark.
//
// Of all lines that lie on or below every point, with an intercept of at least 0 and at least 1 ms
// per 100 km, the one with the least sum of vertical distances to the points (Gueye et al.,
// "Constraint-Based Geolocation of Internet Hosts", IEEE/ACM ToN 14(6), 2006, section III). Exact, not a
// linear program: the sum depends on the line's height above the mean distance alone, so the best
// slope is that of the lower convex hull's edge there, brought into the range that the constraints
// leave.
class Bestline {
 public:
  // The baseline: nothing known but 100 km a millisecond.
  Bestline() = default;
  // `keep_above_slowline` adds the slowline's end as a point that the line must not pass above.
  // With a point above the baseline's speed no line is left: the baseline.
  static Bestline Fit(std::span<const MeasuredPath> paths, bool keep_above_slowline);

  // The distance at which the line reaches `rtt`; zero below the intercept.
  Distance Reach(Rtt rtt) const;
  Rtt intercept() const;
  // RTT over 1,000 km of the line, without the intercept.
  Rtt per_1000_km() const;

 private:
  // RTT in milliseconds, distance in kilometres, so 0.01 is 2/3 c to three digits.
  double slope_ = 0.01;
  double intercept_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_BESTLINE_H_
