// Sweeps by the processes of real MPI jobs, on this machine and its loopback alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "core/os/files.h"
#include "sim/live/child.h"
#include "tests/live/processes.h"
#include "tests/sim/sweep/sweep_text_fixture.h"

namespace earshot {
namespace {

using testing::HasSubstr;

constexpr int kPatienceMs = 60'000;

// Long enough to be interrupted.
constexpr char kSweep[] = R"(name: "small"
question: "?"
not_to_conclude: "anything"
scenario: "small.textproto"
settings { parameter: "devices" value: "40" }
seeds: 25
axes { parameter: "network.jitter" values: ["100 us", "2 ms"] }
axes { parameter: "policy.false_alarm_rate" values: ["0.02", "0.05", "0.1"] }
picture { x: "policy.false_alarm_rate" series: "network.jitter" y: "caught_share" }
)";
constexpr int kPoints = 150;

// A program that runs, and what it has said so far; its output comes through a pipe with a name.
class Program {
 public:
  Program(const std::string& pipe, const std::vector<std::string>& argv) {
    EXPECT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    said_ = UniqueFd(open(pipe.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    EXPECT_TRUE(said_.valid());
    auto child = Child::Spawn(argv.front(), argv, pipe);
    EXPECT_TRUE(child.has_value()) << child.error().message();
    if (child.has_value()) child_ = *std::move(child);
  }

  // Whether it says `text` before it ends.
  bool Says(std::string_view text) {
    while (text_.find(text) == std::string::npos) {
      if (!Wait()) return false;
    }
    return true;
  }
  // How it ends; none: it hangs.
  std::optional<ChildExit> End() {
    while (Wait()) {
    }
    return child_.has_value() ? child_->Poll() : std::nullopt;
  }
  const std::string& text() const { return text_; }

 private:
  // For more to read; false when it has ended, and all is read, or when nothing came for long.
  bool Wait() {
    if (!child_.has_value()) return false;
    std::array<pollfd, 2> waiting{{{said_.get(), POLLIN, 0}, {child_->pid_fd(), POLLIN, 0}}};
    if (poll(waiting.data(), waiting.size(), kPatienceMs) < 1) return false;
    std::array<char, 4096> bytes{};
    const ssize_t n = read(said_.get(), bytes.data(), bytes.size());
    if (n > 0) text_.append(bytes.data(), static_cast<std::size_t>(n));
    return n > 0 || waiting[1].revents == 0;
  }

  UniqueFd said_;
  std::optional<Child> child_;
  std::string text_;
};

class SweepByMpi : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Root, more ranks than cores, no network beside the loopback: as a build machine has it. Other
    // kinds of MPI pass over these.
    for (const auto& [name, value] : std::vector<std::pair<const char*, const char*>>{
             {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
             {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
             {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
             {"OMPI_MCA_plm", "isolated"},
             {"OMPI_MCA_pml", "ob1"},
             {"OMPI_MCA_btl", "self,vader"},
             {"OMPI_MCA_btl_vader_single_copy_mechanism", "none"},
             {"OMPI_MCA_oob_tcp_if_include", "lo"}}) {
      ASSERT_EQ(setenv(name, value, 1), 0);
    }
  }

  // `earshot sweep`; of 0 ranks: without mpirun.
  std::vector<std::string> Command(int ranks, const std::string& out, bool resume = false) {
    std::vector<std::string> argv;
    if (ranks > 0) argv = {EARSHOT_MPIRUN, "-n", std::to_string(ranks)};
    argv.insert(argv.end(), {EARSHOT_BINARY_DIR "/earshot", "sweep", sweep_, "--out",
                             folder_.Path(out)});
    if (resume) argv.emplace_back("--resume");
    return argv;
  }
  std::string NextPipe() { return folder_.Path("pipe-" + std::to_string(++pipes_)); }
  // Runs it to its end; what it said.
  std::string Run(int ranks, const std::string& out, bool resume = false) {
    Program program(NextPipe(), Command(ranks, out, resume));
    const std::optional<ChildExit> exit = program.End();
    EXPECT_TRUE(exit.has_value() && exit->clean())
        << (exit.has_value() ? exit->text() : "hangs") << "\n" << program.text();
    return program.text();
  }
  std::string File(const std::string& name) const {
    return ReadFile(folder_.Path(name)).value_or("none");
  }
  std::ptrdiff_t Kept(const std::string& out) const {
    return std::ranges::count(File(out + "/journal.txt"), '\n') - 1;
  }
  // The process of a rank that writes to, or works for, `out`.
  pid_t ProcessOf(int rank, const std::string& out) const {
    const std::string sign = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
    for (const pid_t pid : ProcessesNaming(folder_.Path(out))) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
      std::string variables((std::istreambuf_iterator<char>(file)), {});
      variables.insert(0, 1, '\0');
      if (variables.find('\0' + sign + '\0') != std::string::npos) return pid;
    }
    return -1;
  }
  void ExpectResumedToTheWhole(int ranks, const std::string& out) {
    const std::ptrdiff_t kept = Kept(out);
    EXPECT_THAT(Run(ranks, out, true), HasSubstr(std::to_string(kept) + " of 150 points were done"));
    EXPECT_EQ(File(out + "/rows.csv"), File("whole/rows.csv"));
    EXPECT_EQ(File(out + "/picture.svg"), File("whole/picture.svg"));
  }

  SweepFolder folder_;
  std::string sweep_ = folder_.Write("s.textproto", kSweep);
  int pipes_ = 0;
};

TEST_F(SweepByMpi, RowsAndPictureAreThoseOfOneProcessAtOneFourAndEightRanks) {
  Run(0, "whole");
  EXPECT_EQ(Kept("whole"), kPoints);
  for (const int ranks : {1, 4, 8}) {
    const std::string out = std::to_string(ranks);
    EXPECT_THAT(Run(ranks, out), HasSubstr("150 of 150 points"));
    EXPECT_EQ(File(out + "/rows.csv"), File("whole/rows.csv")) << ranks;
    EXPECT_EQ(File(out + "/picture.svg"), File("whole/picture.svg")) << ranks;
  }
  // Of another sweep they are not.
  folder_.Write("s.textproto", With(kSweep, R"("40")", R"("41")"));
  Run(4, "other");
  EXPECT_NE(File("other/rows.csv"), "none");
  EXPECT_NE(File("other/rows.csv"), File("whole/rows.csv"));
}

// Of rank 0, which writes, as of any other.
TEST_F(SweepByMpi, RankThatDiesEndsTheRunWhichGoesOnWithAnotherNumberOfRanks) {
  Run(0, "whole");
  for (const auto& [victim, ranks_after] : std::vector<std::pair<int, int>>{{2, 8}, {0, 0}}) {
    const std::string out = "killed-" + std::to_string(victim);
    Program job(NextPipe(), Command(4, out));
    ASSERT_TRUE(job.Says("1 of 150 points")) << job.text();
    const pid_t rank = ProcessOf(victim, out);
    ASSERT_GT(rank, 0);
    const std::vector<pid_t> others = ProcessesNaming(folder_.Path(out));
    EXPECT_GE(others.size(), 5U);  // and mpirun
    ASSERT_EQ(kill(rank, SIGKILL), 0);
    const std::optional<ChildExit> exit = job.End();
    ASSERT_TRUE(exit.has_value()) << "hangs";
    EXPECT_FALSE(exit->clean());
    EXPECT_TRUE(AllEnd(others));
    EXPECT_THAT(job.text(), HasSubstr("process rank " + std::to_string(victim)));
    if (victim != 0) {
      EXPECT_THAT(job.text(), HasSubstr("add --resume to go on"));
    }
    EXPECT_EQ(File(out + "/rows.csv"), "none");
    EXPECT_GE(Kept(out), 1);
    // mpirun lets the others work on for a second: they may finish all that the dead rank had not
    // taken. When rank 0 is dead nobody writes.
    EXPECT_LE(Kept(out), victim == 0 ? kPoints - 1 : kPoints);
    ExpectResumedToTheWhole(ranks_after, out);
  }
}

TEST_F(SweepByMpi, MistakeInTheSweepIsSaidOnceAndNothingIsLeft) {
  folder_.Write("s.textproto", With(kSweep, R"(["0.02", "0.05", "0.1"])", "[]"));
  Program job(NextPipe(), Command(4, "out"));
  const std::optional<ChildExit> exit = job.End();
  ASSERT_TRUE(exit.has_value()) << "hangs";
  EXPECT_EQ(exit->code, 2) << job.text();
  const std::size_t first = job.text().find("s.textproto:");
  ASSERT_NE(first, std::string::npos) << job.text();
  EXPECT_EQ(job.text().find("s.textproto:", first + 1), std::string::npos) << job.text();
  EXPECT_EQ(File("out/journal.txt"), "none");
}

}  // namespace
}  // namespace earshot
