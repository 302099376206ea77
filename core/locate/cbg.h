// core/locate/cbg.h: constraint-based geolocation.
#ifndef EARSHOT_CORE_LOCATE_CBG_H_
#define EARSHOT_CORE_LOCATE_CBG_H_

#include "core/locate/estimator.h"

namespace earshot {

// "cbg": the intersection of one disc a landmark, its radius by that landmark's bestline (bestline.h;
// Gueye et al., IEEE/ACM ToN 14(6), 2006); the estimate is its centroid. A declaration scores by how
// far it lies outside its worst disc, in kilometres. Not monotone: delay widens every disc.
//
// Departs: discs on the sphere and their exact intersection, where the paper cuts polygons.
EstimatorMethod CbgMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_CBG_H_
