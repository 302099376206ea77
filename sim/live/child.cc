#include "sim/live/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr int kExitNotStarted = 127;
constexpr std::size_t kLogTailBytes = 600;
constexpr std::size_t kLogBytesMax = std::size_t{8} << 20U;

// Between fork and exec: only calls that a signal handler may make.
bool EnterPlace(const ChildPlace& place) {
  if (place.network_namespace >= 0 && setns(place.network_namespace, CLONE_NEWNET) != 0) {
    return false;
  }
  if (place.core >= 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(static_cast<std::size_t>(place.core), &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) return false;
  }
  // Always set: the supervisor may be of the real-time class itself.
  sched_param wanted{};
  wanted.sched_priority = static_cast<int>(place.priority);
  if (place.priority > 0 && sched_setscheduler(0, SCHED_FIFO, &wanted) == 0) return true;
  wanted.sched_priority = 0;
  return sched_setscheduler(0, SCHED_OTHER, &wanted) == 0;
}

bool BecomeChild(int log, pid_t supervisor, const ChildPlace& place) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int no_input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == supervisor &&
         no_input >= 0 && dup2(no_input, 0) >= 0 && dup2(log, 1) >= 0 && dup2(log, 2) >= 0 &&
         EnterPlace(place);
}

// The environment of a child, with its library path in place of ours.
std::vector<std::string> Environment(const ChildPlace& place) {
  constexpr std::string_view kName = "LD_LIBRARY_PATH=";
  std::vector<std::string> words;
  for (char** word = environ; *word != nullptr; ++word) {
    if (place.library_path.empty() || !std::string_view(*word).starts_with(kName)) {
      words.emplace_back(*word);
    }
  }
  if (!place.library_path.empty()) words.push_back(std::string(kName) + place.library_path);
  return words;
}

// As execve wants them; they point into `words`.
std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string ChildExit::text() const {
  return signal != 0 ? fmt::format("signal {}", signal) : fmt::format("exit code {}", code);
}

Result<Child> Child::Spawn(std::string name, const std::vector<std::string>& argv,
                           const std::string& log_file, const ChildPlace& place) {
  EARSHOT_CHECK(!argv.empty());
  if (access(argv[0].c_str(), X_OK) != 0) {
    return tl::unexpected<Error>(ErrnoError(errno, fmt::format("start {}: {}", name, argv[0])));
  }
  const std::vector<char*> words = Pointers(argv);
  const std::vector<std::string> environment = Environment(place);
  const std::vector<char*> variables = Pointers(environment);
  return Start(std::move(name), log_file, place, [&] {
    execve(words[0], words.data(), variables.data());
    return kExitNotStarted;
  });
}

Result<Child> Child::Fork(std::string name, const std::function<int()>& body,
                          const std::string& log_file, const ChildPlace& place) {
  return Start(std::move(name), log_file, place, body);
}

Result<Child> Child::Start(std::string name, const std::string& log_file, const ChildPlace& place,
                           const std::function<int()>& body) {
  const UniqueFd log(open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log.valid()) return tl::unexpected<Error>(ErrnoError(errno, "create " + log_file));
  const pid_t supervisor = getpid();
  const pid_t pid = fork();
  if (pid < 0) return tl::unexpected<Error>(ErrnoError(errno, "start " + name));
  if (pid == 0) _exit(BecomeChild(log.get(), supervisor, place) ? body() : kExitNotStarted);
  Child child;
  child.name_ = std::move(name);
  child.log_file_ = log_file;
  child.pid_ = pid;
  child.pid_fd_ = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!child.pid_fd_.valid()) {
    return tl::unexpected<Error>(ErrnoError(errno, "watch " + child.name_));
  }
  return child;
}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)),
      log_file_(std::move(other.log_file_)),
      pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::move(other.pid_fd_)),
      exit_(other.exit_) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(log_file_, other.log_file_);
  std::swap(pid_, other.pid_);
  std::swap(pid_fd_, other.pid_fd_);
  std::swap(exit_, other.exit_);
  return *this;
}

Child::~Child() {
  if (pid_ <= 0 || exit_.has_value()) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

const std::optional<ChildExit>& Child::Poll() {
  if (exit_.has_value() || pid_ <= 0) return exit_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return exit_;
  exit_ = WIFSIGNALED(status) ? ChildExit{0, WTERMSIG(status)} : ChildExit{WEXITSTATUS(status), 0};
  return exit_;
}

void Child::Signal(int signal) {
  if (pid_ > 0 && !Poll().has_value()) kill(pid_, signal);
}

std::string SchedulingOf(pid_t pid) {
  const int policy = sched_getscheduler(pid) & ~SCHED_RESET_ON_FORK;
  if (policy != SCHED_FIFO) return "SCHED_OTHER";
  sched_param actual{};
  sched_getparam(pid, &actual);
  return fmt::format("SCHED_FIFO {}", actual.sched_priority);
}

std::string LogTail(const std::string& log_file) {
  const Result<std::string> log = ReadFile(log_file, kLogBytesMax);
  if (!log.has_value() || log->empty()) return {};
  std::string tail = log->substr(log->size() > kLogTailBytes ? log->size() - kLogTailBytes : 0);
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  return tail;
}

}  // namespace earshot
