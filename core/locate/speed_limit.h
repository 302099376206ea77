// core/locate/speed_limit.h: no answer faster than 153 km/ms.
#ifndef EARSHOT_CORE_LOCATE_SPEED_LIMIT_H_
#define EARSHOT_CORE_LOCATE_SPEED_LIMIT_H_

#include "core/locate/estimator.h"

namespace earshot {

// "speed-limit": the highest speed that any answer implies for the declared place, one way, in km/ms;
// the published rule rejects above 153, 0.5104 c (Cho et al., TMA 2024, after Niaki et al., "ICLab",
// NDSS 2020). Here the threshold is calibrated like every other. Not monotone: delay
// makes every answer slow enough. Locates nothing.
EstimatorMethod SpeedLimitMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_SPEED_LIMIT_H_
