// core/locate/local_normal_fit.h: fits what is normal around each reference place to measured
// paths, and makes our method of it.
#ifndef EARSHOT_CORE_LOCATE_LOCAL_NORMAL_FIT_H_
#define EARSHOT_CORE_LOCATE_LOCAL_NORMAL_FIT_H_

#include <cstdint>
#include <vector>

#include "core/locate/estimator.h"
#include "core/locate/local_normal.h"

namespace earshot {

// Every place to which a path from another cluster is known becomes a reference. Paths within a
// cluster teach nothing: the places of one cluster know each other. Landmarks keep the numbers of
// their places. The band values of a reference are drawn towards its own mean, and that towards
// what is usual, each as if by three more paths.
LocalNormalParameters FitLocalNormal(const CalibrationSet& known,
                                     const LocalNormalConstants& constants = {});

// The same without what is known about single landmarks: what a model holds that is used with other
// landmarks than it was fitted on, and that carries no measured path.
LocalNormalParameters WithoutLandmarks(LocalNormalParameters fitted);

// The score that each reference of `fitted` gets at its own place, in order, from the paths of
// `known` it was fitted on, its own cluster left out as landmarks and as references.
std::vector<double> OwnScores(const LocalNormal& fitted, const CalibrationSet& known);

// "earshot": the score of local_normal.h. Monotone. Its region are the points in the smallest fibre
// disc at which the answers would look no slower than 95 % of the references do at their own place:
// the test turned round, so that it covers the truth as often as honest devices pass. Its centre is
// where expected and heard RTTs agree best.
EstimatorMethod EarshotMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_LOCAL_NORMAL_FIT_H_
