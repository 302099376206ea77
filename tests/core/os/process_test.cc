#include "core/os/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

namespace earshot {
namespace {

using testing::StartsWith;

constexpr uid_t kNobody = 65534;

// What `say` says in a process of its own, so that what it gives up is given up there alone.
std::string SaidByAChild(const std::function<std::string()>& say) {
  std::array<int, 2> pipe_ends{};
  EXPECT_EQ(pipe(pipe_ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string said = say();
    _exit(write(pipe_ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(pipe_ends[1]);
  std::array<char, 256> buffer{};
  const ssize_t size = read(pipe_ends[0], buffer.data(), buffer.size());
  close(pipe_ends[0]);
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
}

TEST(RequestSchedulingTest, RefusedRealTimeClassIsNoErrorAndSaysWhoRefused) {
  const std::string said = SaidByAChild([] {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_RTPRIO, &none) != 0) return std::string("limit not set");
    if (geteuid() == 0 && setuid(kNobody) != 0) return std::string("user not changed");
    return RequestScheduling(40).value_or("error");
  });
  EXPECT_EQ(said, "SCHED_OTHER (SCHED_FIFO refused: Operation not permitted)");
}

TEST(RequestSchedulingTest, WhatIsGrantedIsWhatTheSchedulerSays) {
  const std::string said = SaidByAChild([] {
    const std::string granted = RequestScheduling(7).value_or("error");
    return granted == CurrentScheduling() ? "granted " + granted : "refused " + granted;
  });
  // Either the class is in force, or the words say that it is not: nothing is assumed.
  if (said.starts_with("granted")) {
    EXPECT_EQ(said, "granted SCHED_FIFO 7");
  } else {
    EXPECT_THAT(said, StartsWith("refused SCHED_OTHER (SCHED_FIFO refused: "));
  }
}

TEST(RequestSchedulingTest, ZeroAsksForNothingAndHundredIsRefused) {
  EXPECT_EQ(RequestScheduling(0).value_or("error"), CurrentScheduling());
  const auto refused = RequestScheduling(100);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace earshot
