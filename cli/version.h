// cli/version.h: which program this is.
#ifndef EARSHOT_CLI_VERSION_H_
#define EARSHOT_CLI_VERSION_H_

#include <string_view>

namespace earshot {

extern const std::string_view kProgramVersion;  // "0.1.0"
// The commit it was built from, "-dirty" appended when files differed; "unknown" outside a
// repository. Refreshed by every build.
extern const std::string_view kCommit;

}  // namespace earshot

#endif  // EARSHOT_CLI_VERSION_H_
