// sim/run/out_folder.h: the folder that a run writes to.
#ifndef EARSHOT_SIM_RUN_OUT_FOLDER_H_
#define EARSHOT_SIM_RUN_OUT_FOLDER_H_

#include <string>

#include "core/base/result.h"
#include "sim/scenario/resolve.h"

namespace earshot {

// Makes the folder `out`, or clears an earlier run out of it (nothing else is ever deleted), writes
// resolved.textproto and returns the folder's absolute path. kInvalidArgument for a folder that
// holds something else than an earlier run, kUnavailable when it cannot be written.
Result<std::string> PrepareOutFolder(const std::string& out, const ResolvedScenario& resolved);

}  // namespace earshot

#endif  // EARSHOT_SIM_RUN_OUT_FOLDER_H_
