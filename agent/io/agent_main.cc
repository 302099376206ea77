#include "agent/io/agent_main.h"

#include <fmt/format.h>

#include <cstdio>

#include "agent/io/agent_config.h"
#include "agent/io/agent_process.h"
#include "core/os/process.h"

namespace earshot {
namespace {

constexpr int kExitConfiguration = 2;
constexpr int kExitRuntime = 3;

int Report(const Error& error, int exit_code) {
  fmt::print(stderr, "earshot-agent: {}\n", error.message());
  return exit_code;
}

}  // namespace

int RunAgent(const AgentMainOptions& options) {
  if (options.supervisor_pid != 0) {
    if (const Status bound = DieWithParent(options.supervisor_pid); !bound.has_value()) {
      return Report(bound.error(), kExitRuntime);
    }
  }
  Result<AgentSettings> settings = LoadAgentConfig(options.config);
  if (!settings.has_value()) return Report(settings.error(), kExitConfiguration);
  auto process = AgentProcess::Create(*std::move(settings), options.process);
  if (!process.has_value()) return Report(process.error(), kExitRuntime);
  fmt::print(stderr, "earshot-agent: {}\n", (*process)->Summary());
  (*process)->Run();
  const AgentEngineCounters counters = (*process)->engine().counters();
  fmt::print(stderr,
             "earshot-agent: stopped; {} pings answered in {} sessions and {} resumed rounds, {} "
             "packets refused\n",
             counters.pongs, counters.sessions_opened, counters.rounds_resumed,
             counters.refusals.refused() + counters.refused_by_sessions);
  return 0;
}

}  // namespace earshot
