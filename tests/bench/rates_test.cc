#include "bench/rates.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <optional>

namespace earshot {
namespace {

using testing::DoubleNear;

TEST(RateCounter, IntervalCountsClustersNotCases) {
  RateCounter few;
  RateCounter many;
  for (std::uint32_t i = 0; i < 100; ++i) few.Add(i % 2, i % 2 == 0);
  for (std::uint32_t i = 0; i < 100; ++i) many.Add(i, i % 2 == 0);
  EXPECT_EQ(few.Finish().rate, 0.5);
  EXPECT_EQ(many.Finish().rate, 0.5);
  EXPECT_THAT(few.Finish().low, DoubleNear(0.0126, 1e-4));   // 1 of 2
  EXPECT_THAT(many.Finish().low, DoubleNear(0.3983, 1e-4));  // 50 of 100
  EXPECT_THAT(many.Finish().high, DoubleNear(0.6017, 1e-4));
  EXPECT_EQ(RateCounter().Finish().high, 1);
}

TEST(RateCounter, PooledIntervalHoldsTheRateWhereClustersDifferInCases) {
  RateCounter counter;
  RateCounter renamed;
  for (std::uint32_t cluster = 0; cluster < 20; ++cluster) {
    for (std::uint32_t i = 0; i < (cluster == 7 ? 400U : 10U); ++i) {
      counter.Add(cluster, cluster == 7 || i == 0);
      renamed.Add(40 - cluster, cluster == 7 || i == 0);
    }
  }
  const RateFinding by_cluster = counter.Finish();
  const RateFinding pooled = counter.FinishPooled();
  EXPECT_THAT(pooled.rate, DoubleNear(419.0 / 590, 1e-12));
  EXPECT_THAT(pooled.cluster_mean, DoubleNear(2.9 / 20, 1e-12));
  EXPECT_LT(by_cluster.high, by_cluster.rate);  // the interval is of the mean of shares
  EXPECT_LE(pooled.low, pooled.rate);
  EXPECT_GE(pooled.high, pooled.rate);
  EXPECT_THAT(pooled.low, DoubleNear(0.1, 1e-12));  // that one cluster is missing in 36 % of draws
  EXPECT_LT(pooled.high, 0.95);
  EXPECT_EQ(renamed.FinishPooled().low, pooled.low);
  EXPECT_EQ(renamed.FinishPooled().high, pooled.high);
}

TEST(RateCounter, FewClustersAndUnanimousOnesGetNoBootstrap) {
  RateCounter two;
  RateCounter never;
  RateCounter many;
  for (std::uint32_t i = 0; i < 100; ++i) {
    two.Add(i % 2, i % 2 == 0 || i < 10);
    never.Add(i, false);
    many.Add(i, i % 2 == 0);
  }
  EXPECT_LT(two.FinishPooled().low, 0.05);  // a bootstrap of two would say 0.1
  EXPECT_GT(two.FinishPooled().high, two.FinishPooled().rate);
  EXPECT_EQ(never.FinishPooled().low, 0);
  EXPECT_THAT(never.FinishPooled().high, DoubleNear(0.0362, 1e-4));  // a bootstrap would say 0
  EXPECT_THAT(many.FinishPooled().low, DoubleNear(0.40, 0.011));
  EXPECT_THAT(many.FinishPooled().high, DoubleNear(0.60, 0.011));
  EXPECT_EQ(RateCounter().FinishPooled().high, 1);
}

TEST(HonestScores, ThresholdLeavesOutBothClustersAndNeedsEnoughOthers) {
  HonestScores scores;
  for (std::uint32_t i = 0; i < 20; ++i) scores.Add(i, i);
  scores.Sort();
  EXPECT_EQ(scores.ThresholdFor(30, 30, 0.05), 19);  // 20 others: the 20th smallest
  EXPECT_EQ(scores.ThresholdFor(19, 18, 0.10), 17);  // 18 others: the 18th
  EXPECT_EQ(scores.ThresholdFor(19, 18, 0.05), std::nullopt);
  EXPECT_EQ(scores.OperatingPoint(0.05), 18);
  EXPECT_EQ(scores.OperatingPoint(0.04), 19);
}

}  // namespace
}  // namespace earshot
