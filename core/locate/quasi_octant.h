// core/locate/quasi_octant.h: rings between two hulls.
#ifndef EARSHOT_CORE_LOCATE_QUASI_OCTANT_H_
#define EARSHOT_CORE_LOCATE_QUASI_OCTANT_H_

#include "core/locate/estimator.h"

namespace earshot {

// "quasi-octant": a ring a landmark, between the convex hulls of its (RTT, distance) points: the upper
// cut at the median RTT and followed by 55 km/ms, the lower cut at the 75th percentile and followed
// by 100 km/ms (Wong et al., "Octant", NSDI 2007, section 2.2, in the form of Weinberg et al., IMC
// 2018, section 5.1, without heights and routes). The estimate is the intersection of all rings. A
// declaration scores by how far it lies outside its worst ring, in kilometres. Not monotone.
//
// Departs: rings are intersected on the sphere; points that the programs of the second paper call
// infeasible (faster than 100 km/ms, slower than 55 km/ms after 55 ms) are dropped as there.
EstimatorMethod QuasiOctantMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_QUASI_OCTANT_H_
