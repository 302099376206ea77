// bench/calibrate.h: what is normal for landmarks, as parameters in a file.
#ifndef EARSHOT_BENCH_CALIBRATE_H_
#define EARSHOT_BENCH_CALIBRATE_H_

#include <string>
#include <vector>

#include "bench/measured_world.h"

namespace earshot::v1 {
class DelayModel;
}  // namespace earshot::v1

namespace earshot {

struct CalibrateOptions {
  std::vector<std::string> files;  // named as the provenance
  bool pooled_only = false;        // nothing of single landmarks: fit to be published
};

// Fewer paths than this in a band say nothing by themselves: those of the landmark's region are
// taken, or all.
inline constexpr std::size_t kBandPathsMin = 20;

// Per band of distance, pooled and for each landmark: quantiles of RTT over (that of fibre + the
// access overhead); per landmark also its bestline, access overhead and jitter. The shares of left
// out paths below the pooled quantiles come from cross-validation by clusters.
v1::DelayModel FitDelayModel(const MeasuredWorld& world, const CalibrateOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_CALIBRATE_H_
