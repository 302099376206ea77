// core/locate/estimators.h: the list of all methods.
#ifndef EARSHOT_CORE_LOCATE_ESTIMATORS_H_
#define EARSHOT_CORE_LOCATE_ESTIMATORS_H_

#include <span>

#include "core/locate/estimator.h"

namespace earshot {

// Ours first, then the peers by year. Names are unique. Alive until the process ends.
std::span<const EstimatorMethod> AllEstimators();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_ESTIMATORS_H_
