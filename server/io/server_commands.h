// server/io/server_commands.h: the commands of the owner: status, ping DEVICE N, report, stop.
#ifndef EARSHOT_SERVER_IO_SERVER_COMMANDS_H_
#define EARSHOT_SERVER_IO_SERVER_COMMANDS_H_

#include <functional>
#include <string>

#include "server/engine/server_engine.h"
#include "server/io/command_socket.h"
#include "server/io/run_recorder.h"

namespace earshot {

// What the commands act on; `engine` is null while the landmark list is awaited.
struct CommandTargets {
  ServerEngine* engine = nullptr;
  const RunRecorder* recorder = nullptr;
  std::function<void()> stop;
};

// Answers one request with one line of JSON. "ping" answers with a PingReport, "report" with the
// RunReport; an error is {"error":{"code":...,"message":...}}.
void AnswerCommand(const std::string& line, const CommandTargets& targets, CommandReply reply);

}  // namespace earshot

#endif  // EARSHOT_SERVER_IO_SERVER_COMMANDS_H_
