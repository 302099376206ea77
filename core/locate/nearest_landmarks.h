// core/locate/nearest_landmarks.h: the simplest sound rule, and the one to beat.
#ifndef EARSHOT_CORE_LOCATE_NEAREST_LANDMARKS_H_
#define EARSHOT_CORE_LOCATE_NEAREST_LANDMARKS_H_

#include "core/locate/estimator.h"

namespace earshot {

// "nearest-landmarks": of the three landmarks nearest to the declared place, the least excess
// RTT - 2 d / (2/3 c), in milliseconds. Monotone; fitted on nothing. Locates nothing.
EstimatorMethod NearestLandmarksMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_NEAREST_LANDMARKS_H_
