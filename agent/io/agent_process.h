// agent/io/agent_process.h: an agent as a process: sockets, timers, signals around AgentEngine.
#ifndef EARSHOT_AGENT_IO_AGENT_PROCESS_H_
#define EARSHOT_AGENT_IO_AGENT_PROCESS_H_

#include <functional>
#include <memory>
#include <string>

#include "agent/engine/agent_engine.h"
#include "agent/io/agent_config.h"
#include "core/base/result.h"

namespace earshot {

struct AgentProcessOptions {
  AgentEngineOptions engine;
  // How often the landmark list file is looked at for a newer list.
  Duration list_check_interval = std::chrono::seconds(30);
  // Puts something between the engine and each socket; empty: nothing. The socket outlives it.
  std::function<std::unique_ptr<DatagramTransport>(DatagramTransport& socket)> wrap_transport;
};

// Confined to one thread.
class AgentProcess {
 public:
  // Binds every socket, reads the list, asks for the scheduling class and writes the ready file
  // (lines "name endpoint"). Any failure undoes everything; nothing is left half started.
  static Result<std::unique_ptr<AgentProcess>> Create(AgentSettings settings,
                                                      const AgentProcessOptions& options);
  ~AgentProcess();

  // Answers until SIGTERM, SIGINT or Stop.
  void Run();
  // Answers for `duration` at most; for tests.
  void RunFor(Duration duration);
  // Makes Run return. Thread-safe.
  void Stop();

  // One line for people: identities, landmarks, scheduling class.
  std::string Summary() const;
  const AgentEngine& engine() const;

 private:
  class Impl;
  explicit AgentProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_AGENT_PROCESS_H_
