#include <fmt/format.h>

#include "sim/sweep/ranks.h"

namespace earshot {

Result<std::unique_ptr<Ranks>> JoinJob(const std::string& size) {
  return Fail(ErrorCode::kUnsupported,
              fmt::format("this is one of {} processes of an MPI job, and this build has no MPI; "
                          "configure with -DEARSHOT_MPI=ON, or start it without mpirun", size));
}

}  // namespace earshot
