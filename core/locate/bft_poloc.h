// core/locate/bft_poloc.h: how far off the declared place one could be.
#ifndef EARSHOT_CORE_LOCATE_BFT_POLOC_H_
#define EARSHOT_CORE_LOCATE_BFT_POLOC_H_

#include "core/locate/estimator.h"

namespace earshot {

// "bft-poloc": the radius around the declared place within which the answers leave a device: in each
// direction theta the least over landmarks of
//
//   R(theta) = sqrt(D^2 - d^2 sin^2 a) - d cos a,
//
// D the distance that the RTT stands for, d that of the landmark, a the angle between theta and the
// way from the landmark; then the largest over theta (Sheng et al., "BFT-PoLoc", 2024, arXiv 2403.13230). Scores that
// radius in kilometres. Monotone.
//
// Departs: f = 0, so the least over landmarks stands for the quantile; D is the farthest of the
// landmark's paths that are no slower (at least 4/9 c); the square root that a public program lacks is
// there. Locates nothing.
EstimatorMethod BftPolocMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_BFT_POLOC_H_
