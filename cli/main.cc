// earshot: shows, with real cryptography, where a chip can and cannot be.
#include <string>
#include <vector>

#include "cli/arguments.h"

int main(int argc, char** argv) {
  const earshot::Console console = earshot::SystemConsole();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto command = earshot::ParseArguments(arguments);
  earshot::ExitCode code = earshot::ExitCode::kRan;
  if (command.has_value()) {
    code = earshot::Execute(*command, console);
  } else {
    code = command.error().code;
    (code == earshot::ExitCode::kRan ? console.out : console.err) << command.error().text;
  }
  if (console.out.flush()) return static_cast<int>(code);
  console.err << "earshot: standard output could not be written (is its disk full?)\n";
  return static_cast<int>(earshot::ExitCode::kFailed);
}
