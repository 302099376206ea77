// cli/arguments.h: from the command line to a command.
#ifndef EARSHOT_CLI_ARGUMENTS_H_
#define EARSHOT_CLI_ARGUMENTS_H_

#include <string>
#include <vector>

#include "cli/commands.h"

namespace earshot {

// Why there is no command to run: help or the version were asked for (kRan, text for stdout), or
// the arguments are wrong (kUsage, text for stderr with cause and fix).
struct NoCommand {
  ExitCode code = ExitCode::kUsage;
  std::string text;
};

// `arguments` without the program's name. Unknown options and commands get "did you mean"; options
// that do not go together are refused.
tl::expected<Command, NoCommand> ParseArguments(const std::vector<std::string>& arguments);

}  // namespace earshot

#endif  // EARSHOT_CLI_ARGUMENTS_H_
