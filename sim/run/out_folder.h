// sim/run/out_folder.h: the folder that a run writes to.
#ifndef EARSHOT_SIM_RUN_OUT_FOLDER_H_
#define EARSHOT_SIM_RUN_OUT_FOLDER_H_

#include <string>

#include "core/base/result.h"
#include "core/os/files.h"

namespace earshot {

// Held by one run alone for as long as this lives.
struct OutFolder {
  std::string path;  // absolute
  UniqueFd lock;
};

// Makes the folder `out` if it is missing and holds it, whatever is in it. kUnavailable when it
// cannot be made or another run, of whatever process, still writes it.
Result<OutFolder> LockOutFolder(const std::string& out);

// Makes the folder `out`, or clears an earlier run out of it (nothing else is ever deleted), and
// writes `resolved_text` as resolved.textproto. kInvalidArgument for a folder that holds something else than an earlier
// run, kUnavailable when it cannot be written or another run, of whatever process, still writes it.
Result<OutFolder> PrepareOutFolder(const std::string& out, const std::string& resolved_text);

}  // namespace earshot

#endif  // EARSHOT_SIM_RUN_OUT_FOLDER_H_
