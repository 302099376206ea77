// core/locate/speed_limit.h: no answer faster than 153 km/ms.
#ifndef EARSHOT_CORE_LOCATE_SPEED_LIMIT_H_
#define EARSHOT_CORE_LOCATE_SPEED_LIMIT_H_

#include "core/locate/estimator.h"

namespace earshot {

// "speed-limit": the highest speed that any answer implies for the declared place, one way, in km/ms;
// the published rule rejects above 153, 0.5104 c (Niaki et al., "ICLab", IEEE S&P 2020, arXiv
// 1907.04245, appendix B; Cho et al., "Selection of Landmarks for Efficient Active Geolocation", TMA
// 2024, who calibrate the same 153 as the fastest pair of landmarks). No equation is numbered there;
// it is max over landmarks of 2 d / RTT. Not monotone: delay makes every answer slow enough. Locates
// nothing.
//
// Departs: d is the distance to the declared place, not to the nearest border of the declared
// country; the threshold is calibrated like every other.
EstimatorMethod SpeedLimitMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_SPEED_LIMIT_H_
