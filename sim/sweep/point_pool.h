// sim/sweep/point_pool.h: points of a sweep, run side by side.
#ifndef EARSHOT_SIM_SWEEP_POINT_POOL_H_
#define EARSHOT_SIM_SWEEP_POINT_POOL_H_

#include <cstdint>
#include <functional>
#include <span>

#include "core/base/result.h"
#include "sim/sweep/sweep.h"

namespace earshot {

// Gets a row, one call at a time, in whatever order points end. An error ends the sweep.
using RowSink = std::function<Status(SweepRow row)>;

// Runs the points `todo` (numbers) and hands every row to `sink`. The first error of a point, "point
// 7 (a = 1): ...", or of the sink ends it: points that are running are finished and handed over
// still, unless it was the sink that failed; no other is begun.
using PointRunner = std::function<Status(const SweepPlan& plan, std::span<const std::uint32_t> todo,
                                         const RowSink& sink)>;

// A PointRunner on so many threads of this process (1 to kVirtualThreadsMax, else kInvalidArgument).
// With fewer points than threads, each point has several.
Status RunPointsOnThreads(unsigned threads, const SweepPlan& plan,
                          std::span<const std::uint32_t> todo, const RowSink& sink);

// One point, with its name in the error.
Result<SweepRow> RunNamedPoint(const SweepPlan& plan, std::uint32_t number, unsigned threads);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_POINT_POOL_H_
