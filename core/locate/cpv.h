// core/locate/cpv.h: areas of triangles around the declared place.
#ifndef EARSHOT_CORE_LOCATE_CPV_H_
#define EARSHOT_CORE_LOCATE_CPV_H_

#include "core/locate/estimator.h"

namespace earshot {

// "cpv": for three landmarks around the declared place, the triangles that the device forms with each
// two of them, their sides by delay, must not exceed the landmarks' own triangle by much (Abdou et
// al., "CPV: Delay-Based Location Verification for the Internet", IEEE TDSC 14(2), 2017).
// Scores the least relative excess over such triangles. Cannot tell when no three of the ten nearest
// landmarks surround the place. Not monotone: a triangle grows flat again.
//
// Departs: one RTT takes the place of both one-way delays; delay becomes distance by the median speed
// of the calibration; sides that no triangle has count by how far they fail to meet. Locates nothing.
EstimatorMethod CpvMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_CPV_H_
