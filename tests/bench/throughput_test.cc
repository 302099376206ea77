#include "bench/throughput/throughput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/throughput/engine_pair.h"
#include "bench/throughput/memory_costs.h"
#include "core/protocol/receipt_check.h"

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
  EXPECT_THAT(report->notes, testing::Contains(testing::HasSubstr("chronyd skipped")));
}

TEST(ThroughputBench, BenchWithoutRoundsIsRefused) {
  EXPECT_EQ(RunThroughputBench({.rounds = 0}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(RunThroughputBench({.landmarks = 201}).error().code(), ErrorCode::kInvalidArgument);
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
