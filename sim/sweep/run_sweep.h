// sim/sweep/run_sweep.h: a whole sweep into a folder, from its beginning or from where it stopped.
#ifndef EARSHOT_SIM_SWEEP_RUN_SWEEP_H_
#define EARSHOT_SIM_SWEEP_RUN_SWEEP_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/sweep/point_pool.h"
#include "sim/sweep/sweep.h"

namespace earshot {

struct SweepRunOptions {
  std::string out;
  bool resume = false;  // go on with what OUT/journal.txt holds; without one, begin
  std::string commit;   // of this program, for the journal
  PointRunner runner;
  // Called after each point, and once before the first, with how many are done of all; may be empty.
  std::function<void(std::size_t done, std::size_t of)> on_point;
};

// Runs what is not in the journal yet, then writes OUT/rows.csv and, where the plan has a picture,
// OUT/picture.svg. The rows, by number: the same by any runner, resumed or not.
//
// Errors leave the finished points in OUT/journal.txt and no rows.csv. kInvalidArgument: OUT holds
// something else, or an unfinished sweep and `resume` is not asked for; a journal of another sweep
// or a damaged one. kUnavailable: another process writes to OUT, or a file cannot be written. Else
// as the runner.
Result<std::vector<SweepRow>> RunSweep(const SweepPlan& plan, const SweepRunOptions& options);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_RUN_SWEEP_H_
