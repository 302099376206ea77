#include <fmt/format.h>

#include "agent/io/agent_main.h"
#include "cli/commands.h"
#include "core/crypto/pooled_random.h"
#include "server/io/server_process.h"
#include "sim/adversary/forging_transport.h"
#include "sim/relay/relay.h"

namespace earshot {
namespace {

ExitCode Relaying(const std::string& config, const Console& console) {
  const auto summary = RunRelay(config);
  if (!summary) return Complain(console, summary.error());
  console.err << fmt::format("relay: {} packets released, {} {:.1f} us late at the median, {:.1f} us at "
                             "99 %\n", summary->released, summary->scheduling,
                             ToSeconds(summary->error_median) * 1e6,
                             ToSeconds(summary->error_p99) * 1e6);
  return ExitCode::kRan;
}

// An agent without the session's keys: it opens sessions like the device and answers wrongly.
int RunAdversary(const std::string& config) {
  SystemRandom random;
  AgentMainOptions options;
  options.config = config;
  options.process.wrap_transport = ForgeEveryAnswer(random);
  return RunAgent(options);
}

}  // namespace

ExitCode RunService(const ServiceCommand& command, const Console& console) {
  switch (command.kind) {
    case ServiceCommand::Kind::kServe: return static_cast<ExitCode>(RunServer({.config = command.config}));
    case ServiceCommand::Kind::kAgent: {
      AgentMainOptions options;
      options.config = command.config;
      return static_cast<ExitCode>(RunAgent(options));
    }
    case ServiceCommand::Kind::kRelay: return Relaying(command.config, console);
    case ServiceCommand::Kind::kAdversary:
      return static_cast<ExitCode>(RunAdversary(command.config));
  }
  return ExitCode::kUsage;
}

}  // namespace earshot
