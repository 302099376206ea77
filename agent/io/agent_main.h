// agent/io/agent_main.h: what `earshot-agent` and `earshot agent` do, once they know their file.
#ifndef EARSHOT_AGENT_IO_AGENT_MAIN_H_
#define EARSHOT_AGENT_IO_AGENT_MAIN_H_

#include <string>

#include "agent/io/agent_process.h"

namespace earshot {

struct AgentMainOptions {
  std::string config;
  // Die with this parent process; 0: live on.
  int supervisor_pid = 0;
  AgentProcessOptions process;
};

// Runs an agent until it is told to stop. Narrates on stderr. Returns the exit code: 0 stopped when
// told; 2 configuration error; 3 the system refused.
int RunAgent(const AgentMainOptions& options);

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_AGENT_MAIN_H_
