// bench/nested.h: what choosing our constants on the data that they are scored on is worth.
#ifndef EARSHOT_BENCH_NESTED_H_
#define EARSHOT_BENCH_NESTED_H_

#include <cstdint>
#include <vector>

#include "bench/evaluate.h"
#include "bench/measured_world.h"
#include "core/base/result.h"
#include "core/locate/local_normal.h"

namespace earshot {

inline constexpr int kNestedFolds = 10;

// What the inner loop chooses from: every combination of three values of each constant, two of
// `best`. Those that need another model come first.
std::vector<LocalNormalConstants> NestedCandidates();

// Nested cross-validation of the constants of "earshot" (Varma, Simon, "Bias in error estimation when
// using cross-validation for model selection", BMC Bioinformatics 7 (2006) 91). Clusters are dealt
// into folds. In turn one fold's places are devices of which nothing is known: they teach nothing,
// measure nothing and give no threshold, as with EvaluateOptions::devices. On the other folds alone
// the candidate is chosen that flags most false declarations from 1,500 km or more, at their own
// operating point, by cross-validation among them (ties: the earlier candidate). With it, and with
// thresholds from those other folds, the devices are scored.
//
// Every rate of all folds together; a device of one fold never meets a threshold that it had a part in.
// Uses options.false_alarm_rate, from, to, threads and progress. kInvalidArgument when there are fewer
// clusters than kNestedFolds, or too few places in a training set for the rate.
Result<NestedFinding> EvaluateNested(const MeasuredWorld& world, const EvaluateOptions& options,
                                     const std::vector<DistanceBand>& bands);

}  // namespace earshot

#endif  // EARSHOT_BENCH_NESTED_H_
