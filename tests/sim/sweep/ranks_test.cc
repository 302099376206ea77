#include "sim/sweep/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include "core/os/files.h"
#include "sim/sweep/journal.h"
#include "sim/sweep/run_sweep.h"
#include "tests/sim/sweep/sweep_text_fixture.h"

namespace earshot {
namespace {

using testing::HasSubstr;

// Ranks that are threads of this process.
class NearDesk final : public RankDesk {
 public:
  explicit NearDesk(int seats) {
    while (static_cast<int>(seats_.size()) < seats) seats_.emplace_back();
  }
  int seats() const override { return static_cast<int>(seats_.size()); }
  RankWord Hear() override {
    for (;;) {
      for (int rank = 0; rank < seats(); ++rank) {
        if (auto text = seat(rank).Heard(std::chrono::milliseconds(1))) {
          return {rank, *std::move(text)};
        }
      }
    }
  }
  void Answer(int rank, std::optional<std::uint32_t> point) override { seat(rank).Answer(point); }

  NearSeat& seat(int rank) { return seats_.at(static_cast<std::size_t>(rank)); }

 private:
  std::deque<NearSeat> seats_;  // they cannot be moved
};

class RanksTest : public testing::Test {
 protected:
  // What rank `rank` does with its seat.
  using Conduct = std::function<void(int rank, RankSeat& seat)>;

  Conduct Honest() {
    return [this](int, RankSeat& seat) { TakePoints(seat, plan_, {"c", 1}); };
  }
  // As Honest, but for rank 1.
  Conduct ButRankOne(const std::function<void(RankSeat& seat)>& conduct) {
    return [this, conduct](int rank, RankSeat& seat) {
      rank == 1 ? conduct(seat) : TakePoints(seat, plan_, {"c", 1});
    };
  }
  // Comes back only when every rank was let go.
  PointRunner ByRanks(int count, Conduct conduct) {
    return [count, conduct = std::move(conduct)](const SweepPlan& plan,
                                                 std::span<const std::uint32_t> todo,
                                                 const RowSink& sink) {
      NearDesk desk(count);
      std::vector<std::jthread> ranks;
      for (int rank = 0; rank < count; ++rank) {
        ranks.emplace_back([&, rank] { conduct(rank, desk.seat(rank)); });
      }
      return HandOutPoints(desk, plan, "c", todo, sink);
    };
  }
  Result<std::vector<SweepRow>> Run(const std::string& name, const PointRunner& runner) {
    return RunSweep(plan_, {folder_.Path(name), false, "c", runner, {}});
  }
  std::string ErrorOf(const std::string& name, const PointRunner& runner) {
    const auto rows = Run(name, runner);
    return rows.has_value() ? "sound" : rows.error().message();
  }
  std::string File(const std::string& name) {
    return ReadFile(folder_.Path(name)).value_or("none");
  }
  std::size_t RowsKept(const std::string& name) {
    const auto journal = ReadJournal(File(name + "/journal.txt"), plan_, "c");
    return journal.has_value() ? journal->rows.size() : 0;
  }

  SweepFolder folder_;
  SweepPlan plan_ = folder_.Plan();
};

TEST_F(RanksTest, RowsAreThoseOfOneProcessAtAnyNumberOfRanks) {
  const PointRunner threads = [](const SweepPlan& plan, std::span<const std::uint32_t> todo,
                                 const RowSink& sink) {
    return RunPointsOnThreads(1, plan, todo, sink);
  };
  ASSERT_TRUE(Run("threads", threads).has_value());
  for (const int count : {1, 4, 8}) {
    const std::string name = std::to_string(count);
    EXPECT_EQ(ErrorOf(name, ByRanks(count, Honest())), "sound");
    EXPECT_EQ(File(name + "/rows.csv"), File("threads/rows.csv"));
    EXPECT_EQ(File(name + "/picture.svg"), File("threads/picture.svg"));
  }
  EXPECT_NE(File("threads/rows.csv"), "none");
}

TEST_F(RanksTest, RankWithAnotherSweepEndsTheSweep) {
  SweepPlan other = plan_;
  ++other.points[5].scenario.seed;
  const std::string error = ErrorOf(
      "out", ByRanks(3, ButRankOne([&](RankSeat& seat) { TakePoints(seat, other, {"c", 1}); })));
  EXPECT_THAT(error, HasSubstr("rank 1: has read another sweep"));
  EXPECT_EQ(File("out/rows.csv"), "none");
}

TEST_F(RanksTest, RankOfAnotherVersionEndsTheSweep) {
  const std::string error = ErrorOf(
      "out", ByRanks(3, ButRankOne([&](RankSeat& seat) { TakePoints(seat, plan_, {"d", 1}); })));
  EXPECT_THAT(error, HasSubstr("rank 1: has read another sweep or scenario, or is another version"));
}

TEST_F(RanksTest, RankThatCannotReadTheSweepSaysWhyAndEndsIt) {
  const Error why(ErrorCode::kNotFound, "s.textproto: no such file");
  const auto rows =
      Run("out", ByRanks(3, ButRankOne([&](RankSeat& seat) { Decline(seat, why); })));
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(rows.error().message(), "rank 1: s.textproto: no such file");
}

TEST_F(RanksTest, RowThatIsNotAsItWasSentIsRefused) {
  const std::string error =
      ErrorOf("out", ByRanks(2, ButRankOne([&](RankSeat& seat) {
                seat.Say("?" + JournalHeading(plan_, "c"));
                if (!seat.Await().has_value()) return;
                seat.Say("=0 0123456789abcdef 1,2,3");
                EXPECT_FALSE(seat.Await().has_value());
              })));
  EXPECT_EQ(error, "rank 1: its row is damaged");
  EXPECT_EQ(File("out/rows.csv"), "none");
}

TEST_F(RanksTest, PointThatFailsIsNamedAndTheOthersAreKept) {
  plan_.points[4].every = std::chrono::milliseconds(1);
  EXPECT_THAT(ErrorOf("out", ByRanks(1, Honest())),
              HasSubstr("rank 0: point 4 (network.jitter = 2 ms, policy.false_alarm_rate = 0.05): "
                        "a round every"));
  EXPECT_EQ(RowsKept("out"), 4U);
}

TEST_F(RanksTest, RowThatCannotBeKeptEndsTheSweepAndIsTheLastOffered) {
  int offered = 0;
  const PointRunner ranks = ByRanks(4, Honest());
  const std::vector<std::uint32_t> todo = {0, 1, 2, 3, 4, 5};
  const Status status = ranks(plan_, todo, [&](const SweepRow&) -> Status {
    if (++offered == 2) return Fail(ErrorCode::kUnavailable, "no space left");
    return {};
  });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message(), "no space left");
  EXPECT_EQ(offered, 2);
}

TEST_F(RanksTest, NothingToDoLetsEveryRankGo) {
  const Status status = ByRanks(8, Honest())(plan_, {}, [](const SweepRow&) -> Status {
    return Fail(ErrorCode::kUnavailable, "a row of nothing");
  });
  EXPECT_TRUE(status.has_value());
}

TEST_F(RanksTest, ProcessThatNobodyElseJoinsIsRankZeroOfOneAndHasThreads) {
  ASSERT_EQ(setenv("OMPI_COMM_WORLD_SIZE", "1", 1), 0);
  const auto ranks = Ranks::Join();
  ASSERT_EQ(unsetenv("OMPI_COMM_WORLD_SIZE"), 0);
  ASSERT_TRUE(ranks.has_value());
  EXPECT_EQ((*ranks)->rank(), 0);
  EXPECT_EQ((*ranks)->count(), 1);
  EXPECT_EQ(ErrorOf("out", [&](const SweepPlan& plan, std::span<const std::uint32_t> todo,
                               const RowSink& sink) {
              return (*ranks)->Run(plan, {"c", 2}, "", todo, sink);
            }), "sound");
}

#if !EARSHOT_HAS_MPI
TEST_F(RanksTest, ProcessOfALargerJobIsRefusedByABuildWithoutMpi) {
  ASSERT_EQ(setenv("OMPI_COMM_WORLD_SIZE", "8", 1), 0);
  const auto ranks = Ranks::Join();
  ASSERT_EQ(unsetenv("OMPI_COMM_WORLD_SIZE"), 0);
  ASSERT_FALSE(ranks.has_value());
  EXPECT_EQ(ranks.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(ranks.error().message(), HasSubstr("one of 8 processes"));
}
#endif

}  // namespace
}  // namespace earshot
