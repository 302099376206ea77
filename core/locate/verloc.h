// core/locate/verloc.h: speed by distance, and how many landmarks agree.
#ifndef EARSHOT_CORE_LOCATE_VERLOC_H_
#define EARSHOT_CORE_LOCATE_VERLOC_H_

#include "core/locate/estimator.h"

namespace earshot {

// "verloc": the place with the least squared deviation, weighted by 1/RTT, from distances that RTTs
// stand for under one curve of speed by distance, v(d) = 5.817e7 exp(1.645e-7 d) - 4.785e7
// exp(-2.812e-6 d) m/s; a declaration scores the share of landmarks whose implied speed is not
// between 0.8 v(d) and 2/3 c (Kohls and Diaz, "VerLoc", USENIX Security 2022). Not
// monotone.
//
// Departs: the curve passes 2/3 c at 7,503 km and c at 10,000 km; it is cut at 2/3 c. The landmarks
// are the 40 nearest to the declared place (for the estimate, of the least RTT) rather than drawn. Of
// equal shares the larger mean deviation counts more. The search covers the Earth, not Europe, and
// does not begin at the declared place.
EstimatorMethod VerLocMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_VERLOC_H_
