// server/io/server_process.h: a server as a process: sockets, timers, commands around ServerEngine.
#ifndef EARSHOT_SERVER_IO_SERVER_PROCESS_H_
#define EARSHOT_SERVER_IO_SERVER_PROCESS_H_

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/os/system_clock.h"
#include "server/io/server_config.h"

namespace earshot {

struct ServerProcessOptions {
  bool kernel_stamps = true;  // false: as where the kernel refuses them
  // How often a landmark list that is not there yet, or not valid yet, is looked for.
  Duration list_check_interval = std::chrono::milliseconds(100);
  SystemClock::Suspended suspended = &TimeSuspended;  // tests: when this machine was
};

// Confined to one thread.
class ServerProcess {
 public:
  // Binds every landmark, opens the command socket, writes the ready file (lines "landmark-id
  // endpoint"). A landmark that cannot bind is left out, said so on stderr, and expected of nobody;
  // kUnavailable when none can.
  static Result<std::unique_ptr<ServerProcess>> Create(ServerSettings settings,
                                                       const ServerProcessOptions& options);
  ~ServerProcess();

  // Waits for the landmark list, runs the rounds and returns once they are over, or on SIGTERM,
  // SIGINT, the command "stop" or Stop: a round that is open then is given up. An error: something
  // could not be written, the verifier could not be made, or its key was withdrawn meanwhile.
  Status Run();
  // Makes Run return. Thread-safe.
  void Stop();

 private:
  class Impl;
  explicit ServerProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct ServerMainOptions {
  std::string config;
  int supervisor_pid = 0;  // die with this parent process; 0: live on
};

// What `earshot serve` does. Narrates on stderr, prints JSON lines on stdout. Returns the exit code:
// 0 done; 2 configuration error; 3 the system refused.
int RunServer(const ServerMainOptions& options);

}  // namespace earshot

#endif  // EARSHOT_SERVER_IO_SERVER_PROCESS_H_
