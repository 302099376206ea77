#include "sim/sweep/run_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "core/crypto/sha256.h"
#include "core/os/files.h"
#include "sim/sweep/journal.h"
#include "sim/sweep/sweep_picture.h"
#include "sim/sweep/sweep_point.h"
#include "tests/sim/sweep/sweep_text_fixture.h"
#include "tests/support/recorded_hashes.h"

namespace earshot {
namespace {

using testing::HasSubstr;

PointRunner OnThreads(unsigned threads) {
  return [threads](const SweepPlan& plan, std::span<const std::uint32_t> todo,
                   const RowSink& sink) { return RunPointsOnThreads(threads, plan, todo, sink); };
}

// Runs `count` points, then ends as a process that was killed does.
PointRunner KilledAfter(std::size_t count) {
  return [count](const SweepPlan& plan, std::span<const std::uint32_t> todo,
                 const RowSink& sink) -> Status {
    EARSHOT_RETURN_IF_ERROR(
        RunPointsOnThreads(1, plan, todo.first(std::min(count, todo.size())), sink));
    return Fail(ErrorCode::kUnavailable, "killed");
  };
}

// Counts the points that it runs.
PointRunner Counting(std::atomic<std::size_t>* ran) {
  return [ran](const SweepPlan& plan, std::span<const std::uint32_t> todo, const RowSink& sink) {
    *ran += todo.size();
    return RunPointsOnThreads(2, plan, todo, sink);
  };
}

class RunSweepTest : public testing::Test {
 protected:
  Result<std::vector<SweepRow>> Run(const std::string& name, const PointRunner& runner,
                                    bool resume = false, const std::string& commit = "c") {
    return RunSweep(plan_, {folder_.Path(name), resume, commit, runner, {}});
  }
  std::string File(const std::string& name) {
    return ReadFile(folder_.Path(name)).value_or("none");
  }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(folder_.Path(name), text).has_value());
  }

  SweepFolder folder_;
  SweepPlan plan_ = folder_.Plan();
};

TEST_F(RunSweepTest, RowsAreTheSameAtAnyNumberOfThreads) {
  for (const unsigned threads : {1U, 2U, 8U}) {
    const auto rows = Run(std::to_string(threads), OnThreads(threads));
    ASSERT_TRUE(rows.has_value()) << rows.error().message();
    ASSERT_EQ(rows->size(), 6U);
    for (std::uint32_t i = 0; i < 6; ++i) EXPECT_EQ((*rows)[i].point, i);
  }
  EXPECT_NE(File("1/rows.csv"), "none");
  EXPECT_EQ(File("1/rows.csv"), File("2/rows.csv"));
  EXPECT_EQ(File("1/rows.csv"), File("8/rows.csv"));
  EXPECT_EQ(File("1/picture.svg"), File("8/picture.svg"));
  const std::string table = File("1/rows.csv");
  ExpectRecorded("rows of the small sweep", Sha256(AsBytes(table)));
  ++plan_.points[3].scenario.seed;
  ASSERT_TRUE(Run("other", OnThreads(1)).has_value());
  EXPECT_NE(File("1/rows.csv"), File("other/rows.csv"));
}

TEST_F(RunSweepTest, PacketRowsAreTheSameAtAnyNumberOfThreadsAndAgreeWithRounds) {
  SweepPoint point = plan_.points[0];
  const auto one = RunSweepPoint(SweepFidelity::kPacket, point, 1);
  const auto two = RunSweepPoint(SweepFidelity::kPacket, point, 2);
  const auto rounds = RunSweepPoint(SweepFidelity::kRound, point, 1);
  ASSERT_TRUE(one.has_value() && two.has_value() && rounds.has_value());
  EXPECT_EQ(*one, *two);
  const auto& columns = SweepColumns();
  for (const char* const name : {"honest", "dishonest", "dishonest_flagged_last", "caught_share"}) {
    const auto at = static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
    ASSERT_LT(at, columns.size()) << name;
    EXPECT_EQ(one->cells[at], rounds->cells[at]) << name;
  }
  EXPECT_NE(one->cells.back(), rounds->cells.back());
}

TEST_F(RunSweepTest, KilledSweepIsResumedToTheRowsOfOneThatWasNot) {
  ASSERT_TRUE(Run("whole", OnThreads(2)).has_value());
  EXPECT_FALSE(Run("killed", KilledAfter(4)).has_value());
  EXPECT_EQ(File("killed/rows.csv"), "none");
  std::atomic<std::size_t> ran{0};
  ASSERT_TRUE(Run("killed", Counting(&ran), true).has_value());
  EXPECT_EQ(ran, 2U);
  EXPECT_EQ(File("killed/rows.csv"), File("whole/rows.csv"));
  // And once more: nothing is left to run.
  ASSERT_TRUE(Run("killed", Counting(&ran), true).has_value());
  EXPECT_EQ(ran, 2U);
  EXPECT_EQ(File("killed/rows.csv"), File("whole/rows.csv"));
}

TEST_F(RunSweepTest, TornLastLineIsDroppedAndItsPointRunAgain) {
  ASSERT_TRUE(Run("whole", OnThreads(1)).has_value());
  ASSERT_FALSE(Run("killed", KilledAfter(3)).has_value());
  const std::string journal = File("killed/journal.txt");
  const std::size_t last = journal.rfind('\n', journal.size() - 2) + 1;
  // Cut anywhere, its newline alone included; and whole in length, with a byte that is not as written.
  std::vector<std::string> torn;
  for (std::size_t size = last + 1; size < journal.size(); size += 7) {
    torn.push_back(journal.substr(0, size));
  }
  torn.push_back(journal.substr(0, journal.size() - 1));
  torn.push_back(journal.substr(0, journal.size() - 4) + "x" + journal.substr(journal.size() - 3));
  for (const std::string& text : torn) {
    const auto contents = ReadJournal(text, plan_, "c");
    ASSERT_TRUE(contents.has_value()) << contents.error().message();
    EXPECT_EQ(contents->rows.size(), 2U);
    EXPECT_EQ(contents->sound_bytes, last);
  }
  EXPECT_EQ(ReadJournal(journal, plan_, "c")->rows.size(), 3U);
  Write("killed/journal.txt", torn.front());
  std::atomic<std::size_t> ran{0};
  ASSERT_TRUE(Run("killed", Counting(&ran), true).has_value());
  EXPECT_EQ(ran, 4U);
  EXPECT_EQ(File("killed/rows.csv"), File("whole/rows.csv"));
}

TEST_F(RunSweepTest, DamageInTheMiddleIsAnErrorAndTheJournalIsLeftAsItIs) {
  ASSERT_FALSE(Run("killed", KilledAfter(3)).has_value());
  std::string journal = File("killed/journal.txt");
  const std::size_t second = journal.find('\n') + 1;
  journal[journal.find(',', second) + 1] ^= 1;
  Write("killed/journal.txt", journal);
  const auto rows = Run("killed", OnThreads(1), true);
  ASSERT_FALSE(rows.has_value());
  EXPECT_THAT(rows.error().message(), HasSubstr("journal.txt: line 2: damaged"));
  EXPECT_EQ(File("killed/journal.txt"), journal);
}

TEST_F(RunSweepTest, PointThatStandsTwiceIsAnError) {
  ASSERT_FALSE(Run("killed", KilledAfter(2)).has_value());
  const std::string journal = File("killed/journal.txt");
  Write("killed/journal.txt", journal + journal.substr(journal.rfind('\n', journal.size() - 2) + 1));
  const auto rows = Run("killed", OnThreads(1), true);
  ASSERT_FALSE(rows.has_value());
  EXPECT_THAT(rows.error().message(), HasSubstr("stands there already"));
}

TEST_F(RunSweepTest, JournalOfAnotherSweepOrProgramIsRefused) {
  ASSERT_FALSE(Run("killed", KilledAfter(2)).has_value());
  const auto newer = Run("killed", OnThreads(1), true, "d");
  ASSERT_FALSE(newer.has_value());
  EXPECT_THAT(newer.error().message(), HasSubstr("another version of the program"));
  ++plan_.points[5].scenario.seed;
  EXPECT_FALSE(Run("killed", OnThreads(1), true).has_value());
  --plan_.points[5].scenario.seed;
  EXPECT_TRUE(Run("killed", OnThreads(1), true).has_value());
}

TEST_F(RunSweepTest, InterruptedSweepIsNotOverwrittenUnasked) {
  ASSERT_FALSE(Run("killed", KilledAfter(2)).has_value());
  const auto again = Run("killed", OnThreads(1));
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error().message(), HasSubstr("add --resume"));
  ASSERT_TRUE(Run("killed", OnThreads(1), true).has_value());
  // A finished one may be made anew.
  EXPECT_TRUE(Run("killed", OnThreads(1)).has_value());
}

TEST_F(RunSweepTest, FolderOfSomethingElseIsRefusedAndAnEmptyOneTaken) {
  std::filesystem::create_directory(folder_.Path("mine"));
  EXPECT_TRUE(Run("mine", OnThreads(1)).has_value());
  std::filesystem::create_directory(folder_.Path("theirs"));
  Write("theirs/letter.txt", "dear");
  const auto rows = Run("theirs", OnThreads(1), true);
  ASSERT_FALSE(rows.has_value());
  EXPECT_THAT(rows.error().message(), HasSubstr("holds no sweep"));
  EXPECT_EQ(File("theirs/letter.txt"), "dear");
}

// A limit on the size of files stands for a full disk: the write comes back short.
TEST_F(RunSweepTest, FullDiskIsAnErrorThatKeepsTheFinishedPoints) {
  ASSERT_TRUE(Run("whole", OnThreads(1)).has_value());
  const std::size_t bytes = File("whole/journal.txt").size();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto signalled = std::signal(SIGXFSZ, SIG_IGN);
  rlimit tight = before;
  tight.rlim_cur = bytes * 2 / 3;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto rows = Run("full", OnThreads(1));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, signalled);
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(rows.error().message(), HasSubstr("journal.txt"));
  EXPECT_EQ(File("full/rows.csv"), "none");
  const auto kept = ReadJournal(File("full/journal.txt"), plan_, "c");
  ASSERT_TRUE(kept.has_value()) << kept.error().message();
  EXPECT_GE(kept->rows.size(), 2U);
  EXPECT_EQ(kept->sound_bytes, File("full/journal.txt").size());
  ASSERT_TRUE(Run("full", OnThreads(1), true).has_value());
  EXPECT_EQ(File("full/rows.csv"), File("whole/rows.csv"));
}

TEST_F(RunSweepTest, PointThatFailsIsNamedAndTheOthersAreKept) {
  plan_.points[4].every = std::chrono::milliseconds(1);
  const auto rows = Run("out", OnThreads(1));
  ASSERT_FALSE(rows.has_value());
  EXPECT_THAT(rows.error().message(),
              HasSubstr("point 4 (network.jitter = 2 ms, policy.false_alarm_rate = 0.05): a round every"));
  EXPECT_EQ(ReadJournal(File("out/journal.txt"), plan_, "c")->rows.size(), 4U);
}

TEST_F(RunSweepTest, RunnerThatLosesPointsMakesNoTable) {
  const auto rows = Run("out", [](const SweepPlan& plan, std::span<const std::uint32_t> todo,
                                  const RowSink& sink) {
    return RunPointsOnThreads(1, plan, todo.first(5), sink);
  });
  ASSERT_FALSE(rows.has_value());
  EXPECT_THAT(rows.error().message(), HasSubstr("5 of 6 points came back"));
  EXPECT_EQ(File("out/rows.csv"), "none");
}

TEST_F(RunSweepTest, ThreadsOutsideTheLimitsAreRefused) {
  EXPECT_FALSE(Run("none", OnThreads(0)).has_value());
  EXPECT_FALSE(Run("many", OnThreads(100'000)).has_value());
}

TEST_F(RunSweepTest, TableQuotesWhatSeparatesItsFields) {
  plan_.points[0].values[0] = "1,\"2\" ms";
  const auto row = RunSweepPoint(plan_.fidelity, plan_.points[0], 1);
  ASSERT_TRUE(row.has_value());
  const std::string csv = SweepCsv(plan_, std::span(&*row, 1));
  EXPECT_THAT(csv, HasSubstr("\n0,\"1,\"\"2\"\" ms\",0.02,7,"));
  EXPECT_THAT(csv, testing::StartsWith("point,network.jitter,policy.false_alarm_rate,seed,rounds,"));
}

TEST_F(RunSweepTest, PictureNamesItsAxesSeriesAndLimitsAndEscapesThem) {
  plan_.not_to_conclude = {"that a < b & c"};
  const auto rows = Run("out", OnThreads(2));
  ASSERT_TRUE(rows.has_value());
  const std::string svg = SweepPicture(plan_, *rows);
  for (const char* const text :
       {"policy.false_alarm_rate", "network.jitter", "100 us", "2 ms", "caught_share", "0.02",
        "that a &lt; b &amp; c", "</svg>"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_THAT(svg, testing::Not(HasSubstr("http://www.w3.org/1999")));
  EXPECT_THAT(svg, testing::Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace earshot
