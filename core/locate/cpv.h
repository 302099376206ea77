// core/locate/cpv.h: areas of triangles around the declared place.
#ifndef EARSHOT_CORE_LOCATE_CPV_H_
#define EARSHOT_CORE_LOCATE_CPV_H_

#include "core/locate/estimator.h"

namespace earshot {

// "cpv": for three landmarks V1, V2, V3 around the declared place, the triangles that the device C
// forms with each two of them, their sides by delay, must not exceed the landmarks' own by much,
//
//   A(C V1 V2) + A(C V2 V3) + A(C V3 V1) <= (1 + tolerance) A(V1 V2 V3)
//
// (Abdou et al., "CPV: Delay-Based Location Verification for the Internet", IEEE TDSC 14(2), 2017;
// the rule as Abdou and van Oorschot sum it up in arXiv 1906.11288, the part on Client Presence
// Verification: the journal's numbers of sections and equations are not known to us).
// Scores the least tolerance over such triangles. Cannot tell when no three of the ten nearest
// landmarks surround the place. Not monotone: a triangle grows flat again.
//
// Departs: one RTT takes the place of both one-way delays; delay becomes distance by the median speed
// of the calibration; sides that no triangle has count by how far they fail to meet. Locates nothing.
EstimatorMethod CpvMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_CPV_H_
