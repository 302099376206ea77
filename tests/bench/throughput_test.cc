#include "bench/throughput/throughput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "bench/peer_programs.h"
#include "bench/throughput/allocation_count.h"
#include "bench/throughput/engine_pair.h"
#include "bench/throughput/memory_costs.h"
#include "core/protocol/receipt_check.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

using testing::SizeIs;

// What is timed must be what happens: rates are no business of a test.
TEST(ThroughputBench, EnginePairAnswersEveryPingAndClosesEveryRound) {
  EnginePair pair({.agents = 8, .trains = 3, .welcome_batch = 4});
  const Result<EnginePairCosts> costs = pair.Run();
  ASSERT_TRUE(costs.has_value()) << costs.error().message();
  EXPECT_EQ(costs->sessions, 8U);
  EXPECT_EQ(costs->welcome_signatures, 2U);
  EXPECT_EQ(costs->pings, 8U * 10);
  EXPECT_EQ(costs->landmark.allocations, 0U);
  EXPECT_EQ(costs->agent.allocations, 0U);
  ASSERT_THAT(costs->rounds, SizeIs(8));
  for (const ClosedRound& round : costs->rounds) {
    const Result<CheckedReceipt> checked =
        CheckReceipt(round.receipt, round.evidence, pair.listed());
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(checked->observation.evidence, EvidenceState::kValid);
    EXPECT_THAT(checked->observation.samples, SizeIs(15));
  }
}

TEST(ThroughputBench, FloodIsAnsweredByRetriesAloneWithoutPublicKeyOperation) {
  const SpoofedHellos flood = FloodWithHellos(5'000);
  EXPECT_EQ(flood.hellos, 5'000U);
  EXPECT_EQ(flood.answered, 5'000U) << "a RETRY for each HELLO, silence for each HELLO2";
  EXPECT_EQ(flood.sessions, 0U);
  EXPECT_EQ(flood.public_key_operations, 0U);
}

TEST(ThroughputBench, WholeBenchMeasuresEverySideAndStatesEveryGoal) {
  ThroughputOptions options;
  options.rounds = 1;
  options.landmarks = 4;
  options.spoofed_hellos = 1'000;
  options.peers = "/dev/null/nowhere";  // no folder can be made there: the peer is skipped, and said
  const Result<ThroughputReport> report = RunThroughputBench(options);
  if (!report.has_value() && report.error().code() == ErrorCode::kUnsupported) {
    GTEST_SKIP() << report.error().message();
  }
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_GE(report->goals.size(), 8U);
  for (const ThroughputRow& row : report->rows) {
    EXPECT_EQ(row.ours.median > 0, true) << row.name;
  }
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(report->rows, [&](const auto& row) { return row.name.starts_with(name); });
  };
  EXPECT_TRUE(has("pings answered, no junk") && has("pings answered, 10x junk"));
  const auto echo = std::ranges::find(report->goals, "share of a bare echo", &BenchGoal::name);
  ASSERT_TRUE(echo != report->goals.end() && echo->rounds.has_value());
  EXPECT_EQ(echo->rounds->of, 1);
  EXPECT_DOUBLE_EQ(echo->rounds->least, echo->value) << "of one round the ratio is the whole's";
  EXPECT_EQ(echo->rounds->met == 1, echo->met);
  const auto rim = std::ranges::find_if(report->goals, [](const BenchGoal& goal) {
    return goal.name.ends_with("whole agent, sockets");
  });
  ASSERT_NE(rim, report->goals.end());
  EXPECT_EQ(rim->value, 0) << rim->name;
  EXPECT_FALSE(rim->name.starts_with("allocations for 0 pings"));
  EXPECT_THAT(report->scheduling, testing::StartsWith("SCHED_"));
  EXPECT_THAT(report->notes, testing::Contains(testing::HasSubstr("chronyd skipped")));
}

// The negative twin of every count of none: what Asio's operations come from is seen, too.
TEST(ThroughputBench, AllocationsPastOperatorNewAreCounted) {
  void* (*volatile allocate)(std::size_t, std::size_t) = &std::aligned_alloc;  // not to be left out
  const std::uint64_t before = AllocationsOfThisThread();
  void* const block = allocate(64, 64);
  EXPECT_NE(block, nullptr);
  std::free(block);
  EXPECT_EQ(AllocationsOfThisThread(), before + 1);
  EXPECT_EQ(AllocationCountOfThisThread().load(), before + 1);
}

TEST(ThroughputBench, BenchWithoutRoundsIsRefused) {
  EXPECT_EQ(RunThroughputBench({.rounds = 0}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(RunThroughputBench({.landmarks = 201}).error().code(), ErrorCode::kInvalidArgument);
}

// The current folder, for as long as this lives.
class CurrentFolder {
 public:
  explicit CurrentFolder(const std::string& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~CurrentFolder() { std::filesystem::current_path(before_); }
  CurrentFolder(const CurrentFolder&) = delete;
  CurrentFolder& operator=(const CurrentFolder&) = delete;

 private:
  std::filesystem::path before_;
};

TEST(SetUpPeers, OutsideASourceTreeNothingIsDoneAndThatIsSaid) {
  const TestFolder folder;
  const CurrentFolder here(folder.path());
  const Status done = SetUpPeers("peers");
  EXPECT_THAT(done.error().message(), testing::HasSubstr("run it in the source tree"));
  EXPECT_FALSE(std::filesystem::exists("peers"));
}

TEST(SetUpPeers, InASourceTreeItsScriptIsGivenTheFolderAndItsFailureIsToldInItsWords) {
  const TestFolder folder;
  const CurrentFolder here(folder.path());
  std::filesystem::create_directory("tools");
  folder.Write("tools/unpack-peers", "#!/bin/sh\ntouch \"$1/found\"\n");
  std::filesystem::permissions("tools/unpack-peers", std::filesystem::perms::owner_all);
  EXPECT_TRUE(SetUpPeers("build/peers").has_value());
  EXPECT_TRUE(std::filesystem::exists("build/peers/found"));
  folder.Write("tools/unpack-peers", "#!/bin/sh\necho left out: irtt\nexit 3\n");
  EXPECT_THAT(SetUpPeers("build/peers").error().message(), testing::HasSubstr("left out: irtt"));
}

TEST(ThroughputBench, SpreadIsOfTheMiddleAndTheEnds) {
  const Spread spread = SpreadOf({3, 1, 2, 9, 4});
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.most, 9);
  EXPECT_EQ(SpreadOf({}).median, 0);
}

}  // namespace
}  // namespace earshot
