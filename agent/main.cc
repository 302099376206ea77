// earshot-agent: answers the pings of listed landmarks for the devices of one configuration.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "agent/io/agent_main.h"

namespace {

constexpr std::string_view kUsage =
    "usage: earshot-agent CONFIG [--die-with PID]\n"
    "Answers the pings of the landmarks of a signed list for the devices that CONFIG names.\n"
    "  --die-with PID  end when the process PID, which must be the parent, ends\n";

}  // namespace

int main(int argc, char** argv) {
  earshot::AgentMainOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help") {
      fmt::print("{}", kUsage);
      return 0;
    }
    if (argument == "--die-with" && i + 1 < argc) {
      const std::string_view pid = argv[++i];
      const auto [stop, error] =
          std::from_chars(pid.data(), pid.data() + pid.size(), options.supervisor_pid);
      if (error != std::errc() || stop != pid.data() + pid.size() || options.supervisor_pid <= 0) {
        fmt::print(stderr, "earshot-agent: --die-with {}: not a process id\n{}", pid, kUsage);
        return 2;
      }
    } else if (!argument.starts_with("-") && options.config.empty()) {
      options.config = argument;
    } else {
      fmt::print(stderr, "earshot-agent: unexpected argument {}\n{}", argument, kUsage);
      return 2;
    }
  }
  if (options.config.empty()) {
    fmt::print(stderr, "earshot-agent: name a configuration file\n{}", kUsage);
    return 2;
  }
  return earshot::RunAgent(options);
}
