// sim/sweep/sweep_load.h: sweep files: read, checked, and every point worked out.
#ifndef EARSHOT_SIM_SWEEP_SWEEP_LOAD_H_
#define EARSHOT_SIM_SWEEP_SWEEP_LOAD_H_

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "sim/sweep/sweep.h"

namespace earshot {

// Reads sweep.proto's Sweep in text format and works out its points: of a grid every combination of
// the axes, the last axis fastest; of a random sweep so many draws (Philox, by the sweep's seed); and
// each combination `seeds` times, under the scenario's seed and those after it. Every point's
// scenario is checked as a scenario file is. The scenario is named as for `earshot run`, in
// `scenario_directory`, or a file beside the sweep.
//
// The first thing that is wrong is the error, "file:line:column: field: cause; fix": no axes or an
// axis without values, more than kSweepPointsMax points, an unknown parameter, a value that is none
// (a wrong unit), a combination that no scenario can be, a picture of what is not there.
Result<SweepPlan> LoadSweep(const std::string& path, const std::string& scenario_directory);

// The same of a text already read; `file_name` stands in errors, and files are looked for beside it.
Result<SweepPlan> ParseSweep(std::string_view text, const std::string& file_name,
                             const std::string& scenario_directory);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_SWEEP_LOAD_H_
