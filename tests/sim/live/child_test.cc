// Children of a supervisor: real, short-lived processes.
#include "sim/live/child.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/live/processes.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 10'000;

int OpenPid(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

class ChildTest : public testing::Test {
 protected:
  ChildTest()
      : log_((fs::path(testing::TempDir()) /
              (std::string("child-") +
               testing::UnitTest::GetInstance()->current_test_info()->name() + ".log"))
                 .string()) {
    fs::remove(log_);
  }
  ~ChildTest() override { fs::remove(log_); }

  Result<Child> Shell(const std::string& script) {
    return Child::Spawn("shell", {"/bin/sh", "-c", script}, log_);
  }
  static std::optional<ChildExit> WaitFor(Child& child) {
    pollfd waiting{child.pid_fd(), POLLIN, 0};
    poll(&waiting, 1, kPatienceMs);
    return child.Poll();
  }

  std::string log_;
};

TEST_F(ChildTest, ExitCodeAndLogAreKept) {
  auto child = Shell("echo narrated; exit 3");
  ASSERT_TRUE(child.has_value()) << child.error().message();
  const auto exit = WaitFor(*child);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->text(), "exit code 3");
  EXPECT_FALSE(exit->clean());
  EXPECT_EQ(LogTail(log_), "narrated");
}

TEST_F(ChildTest, CleanExitIsClean) {
  auto child = Shell("exit 0");
  ASSERT_TRUE(child.has_value());
  EXPECT_TRUE(WaitFor(*child).value().clean());
}

TEST_F(ChildTest, SignalThatEndedItIsNamed) {
  auto child = Shell("exec cat /dev/zero > /dev/null");
  ASSERT_TRUE(child.has_value());
  EXPECT_FALSE(child->Poll().has_value());
  child->Signal(SIGTERM);
  EXPECT_EQ(WaitFor(*child).value().text(), "signal 15");
}

// Whatever the supervisor's own class is: a class that is not asked for is not inherited.
TEST_F(ChildTest, HasTheClassItWasGivenOrTheOrdinaryOne) {
  for (const unsigned priority : {0U, 7U}) {
    auto child = Child::Spawn("shell", {"/bin/sh", "-c", "kill -STOP $$"}, log_,
                              {.priority = priority});
    ASSERT_TRUE(child.has_value()) << child.error().message();
    std::string seen;
    do {  // the class is set between fork and exec: until then it is the supervisor's
      std::ifstream name(fmt::format("/proc/{}/comm", child->pid()));
      std::getline(name, seen);
    } while (seen != "sh" && !child->Poll().has_value());
    const bool granted = priority > 0 && RealTimePermitted();
    EXPECT_EQ(SchedulingOf(child->pid()), granted ? "SCHED_FIFO 7" : "SCHED_OTHER");
  }
}

TEST_F(ChildTest, ProgramThatDoesNotExistIsAnError) {
  const auto child = Child::Spawn("ghost", {"/no/such/program"}, log_);
  ASSERT_FALSE(child.has_value());
  EXPECT_NE(child.error().message().find("ghost"), std::string::npos);
}

TEST_F(ChildTest, DestroyingARunningChildEndsIt) {
  int pid_fd = -1;
  {
    auto child = Shell("exec cat /dev/zero > /dev/null");
    ASSERT_TRUE(child.has_value());
    pid_fd = OpenPid(child->pid());
    ASSERT_GE(pid_fd, 0);
  }
  pollfd waiting{pid_fd, POLLIN, 0};
  EXPECT_EQ(poll(&waiting, 1, kPatienceMs), 1);
  close(pid_fd);
}

// A supervisor that dies without a word takes its children with it.
TEST_F(ChildTest, KilledSupervisorLeavesNoOrphan) {
  int report[2];
  ASSERT_EQ(pipe(report), 0);
  const pid_t supervisor = fork();
  ASSERT_GE(supervisor, 0);
  if (supervisor == 0) {
    auto child = Child::Spawn("orphan", {"/bin/sh", "-c", "exec cat /dev/zero > /dev/null"}, log_);
    const pid_t pid = child.has_value() ? child->pid() : -1;
    if (write(report[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    pause();
    _exit(0);
  }
  pid_t orphan = -1;
  ASSERT_EQ(read(report[0], &orphan, sizeof orphan), static_cast<ssize_t>(sizeof orphan));
  ASSERT_GT(orphan, 0);
  const int pid_fd = OpenPid(orphan);
  ASSERT_GE(pid_fd, 0);
  pollfd waiting{pid_fd, POLLIN, 0};
  EXPECT_EQ(poll(&waiting, 1, 0), 0) << "it must live as long as its supervisor";
  kill(supervisor, SIGKILL);
  waitpid(supervisor, nullptr, 0);
  EXPECT_EQ(poll(&waiting, 1, kPatienceMs), 1);
  close(pid_fd);
  close(report[0]);
  close(report[1]);
}

}  // namespace
}  // namespace earshot
