// earshot: shows, with real cryptography, where a chip can and cannot be.
#include <string>
#include <vector>

#include "cli/arguments.h"

int main(int argc, char** argv) {
  const earshot::Console console = earshot::SystemConsole();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto command = earshot::ParseArguments(arguments);
  if (!command) {
    const bool asked_for = command.error().code == earshot::ExitCode::kRan;
    (asked_for ? console.out : console.err) << command.error().text;
    return static_cast<int>(command.error().code);
  }
  const earshot::ExitCode code = earshot::Execute(*command, console);
  if (console.out.flush()) return static_cast<int>(code);
  console.err << "earshot: standard output could not be written (is its disk full?)\n";
  return static_cast<int>(earshot::ExitCode::kFailed);
}
