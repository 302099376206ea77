// sim/sweep/sweep_point.h: one point of a sweep, run: a pure function from the point to its row.
#ifndef EARSHOT_SIM_SWEEP_SWEEP_POINT_H_
#define EARSHOT_SIM_SWEEP_SWEEP_POINT_H_

#include "core/base/result.h"
#include "sim/sweep/sweep.h"

namespace earshot {

// Runs `point` by core/locate's measured paths and the server's test of delay, in memory alone. The
// row is the same at any number of threads, from 1 to kRoundThreadsMax. Safe from any thread.
// Errors as RoundWorld::Create and VirtualWorld::Create; kUnsupported when verdicts from boxes are
// not the appraisal's own, a bug that must not become a row.
Result<SweepRow> RunSweepPoint(SweepFidelity fidelity, const SweepPoint& point, unsigned threads);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_SWEEP_POINT_H_
