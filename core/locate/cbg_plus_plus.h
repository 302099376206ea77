// core/locate/cbg_plus_plus.h: the largest consistent subset of discs.
#ifndef EARSHOT_CORE_LOCATE_CBG_PLUS_PLUS_H_
#define EARSHOT_CORE_LOCATE_CBG_PLUS_PLUS_H_

#include "core/locate/estimator.h"

namespace earshot {

// "cbg++": the points inside as many bestline discs as any point is, after the largest consistent
// subset of the discs of 100 km/ms (Weinberg et al., "How to Catch when Proxies Lie", IMC 2018,
// section 5.1); bestlines stay above the slowline. A declaration scores its distance from that
// region, in kilometres. Not monotone.
//
// Departs: the largest subset comes from the arrangement of circles in O(n^2 log n), not from a
// search of subsets; of the discs of 100 km/ms the smallest clips the region, which is implied by
// their intersection; no map of land is applied.
EstimatorMethod CbgPlusPlusMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_CBG_PLUS_PLUS_H_
