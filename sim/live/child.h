// sim/live/child.h: a process that cannot outlive its supervisor.
#ifndef EARSHOT_SIM_LIVE_CHILD_H_
#define EARSHOT_SIM_LIVE_CHILD_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/files.h"

namespace earshot {

// How a process ended: an exit code, or the signal that ended it.
struct ChildExit {
  int code = 0;
  int signal = 0;  // 0: it exited by itself

  bool clean() const { return code == 0 && signal == 0; }
  std::string text() const;  // "exit code 3", "signal 9"
};

// Where and how a child runs; all of it is in force before its first instruction.
struct ChildPlace {
  int network_namespace = -1;  // a descriptor for setns; -1: the supervisor's own
  int core = -1;               // the one processor it may use; -1: any
  // SCHED_FIFO for it and for what it starts; 0: the ordinary class. Asked for, never assumed: a
  // child that is refused runs in the ordinary class, and SchedulingOf says so.
  unsigned priority = 0;
  std::string library_path;  // LD_LIBRARY_PATH; empty: as the supervisor's
};

// Move-only. Destroying a running child kills it and waits for it.
//
// The child asks the kernel for SIGKILL when the thread that spawned it dies, before it runs the
// program, and gives up if that thread is gone already: so it dies with its supervisor, however
// that dies. Spawn therefore only from a thread that lives until the children are meant to end.
class Child {
 public:
  // Runs `argv` (argv[0] is a path) with no input and with output and errors appended to
  // `log_file`, in a process group of its own, so that a terminal's interrupt reaches the
  // supervisor alone. `name` is for messages. kUnavailable when the program cannot be started.
  static Result<Child> Spawn(std::string name, const std::vector<std::string>& argv,
                             const std::string& log_file, const ChildPlace& place = {});
  // The same with a function of this program instead: its result is the exit code. Call it from a
  // process of one thread: others would be missing in the child, with the locks they hold.
  static Result<Child> Fork(std::string name, const std::function<int()>& body,
                            const std::string& log_file, const ChildPlace& place = {});

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  const std::string& name() const { return name_; }
  pid_t pid() const { return pid_; }
  const std::string& log_file() const { return log_file_; }
  // Readable once the process has ended.
  int pid_fd() const { return pid_fd_.get(); }

  // How it ended; none while it runs. Collects it the first time.
  const std::optional<ChildExit>& Poll();
  // Sends a signal; nothing when it has ended.
  void Signal(int signal);

 private:
  Child() = default;
  static Result<Child> Start(std::string name, const std::string& log_file,
                             const ChildPlace& place, const std::function<int()>& body);

  std::string name_;
  std::string log_file_;
  pid_t pid_ = -1;
  UniqueFd pid_fd_;
  std::optional<ChildExit> exit_;
};

// How the process `pid` is scheduled, in words: "SCHED_FIFO 40", "SCHED_OTHER".
std::string SchedulingOf(pid_t pid);

// The last lines of a child's log, for an error message; empty when there are none.
std::string LogTail(const std::string& log_file);

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_CHILD_H_
