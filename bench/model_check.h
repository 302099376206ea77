// bench/model_check.h: a fitted delay model held against measurements.
#ifndef EARSHOT_BENCH_MODEL_CHECK_H_
#define EARSHOT_BENCH_MODEL_CHECK_H_

#include "bench/measured_world.h"
#include "core/base/result.h"

namespace earshot::v1 {
class DelayModel;
class ModelCheck;
}  // namespace earshot::v1

namespace earshot {

// Band by band, for the model's pooled bands: inflations of simulated paths, drawn from the model
// over the distances that were measured, beside those measured. A simulated quantile fits when it
// lies in the 95 % bootstrap interval of the measured one; the bootstrap resamples clusters of
// nodes, a path counting as often as both its ends were drawn (Efron and Tibshirani, "An
// Introduction to the Bootstrap", 1993, ch. 8). The same world and model give the same check.
//
// kInvalidArgument for a model with a band that is not one (quantiles missing, not rising, not
// above zero and finite).
Result<v1::ModelCheck> CheckDelayModel(const v1::DelayModel& model, const MeasuredWorld& world);

}  // namespace earshot

#endif  // EARSHOT_BENCH_MODEL_CHECK_H_
