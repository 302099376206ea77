#include "tests/live/processes.h"

#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace earshot {

std::vector<pid_t> ProcessesNaming(const std::string& text) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) continue;
    std::ifstream file(it->path() / "cmdline", std::ios::binary);
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (pid != getpid() && line.find(text) != std::string::npos) found.push_back(pid);
  }
  return found;
}

bool AllEnd(const std::vector<pid_t>& processes) {
  bool all = true;
  for (const pid_t pid : processes) {
    const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) continue;  // gone already
    pollfd waiting{fd, POLLIN, 0};
    all = all && poll(&waiting, 1, 10'000) == 1;
    close(fd);
  }
  return all;
}

bool RealTimePermitted() {
  const pid_t child = fork();
  if (child == 0) {
    sched_param lowest{};
    lowest.sched_priority = 1;
    _exit(sched_setscheduler(0, SCHED_FIFO, &lowest) == 0 ? 0 : 1);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace earshot
