#include "core/latency/estimator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/check.h"
#include "core/latency/order_statistics.h"

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

Sample At(Duration sent, Duration rtt, Taint taint = Taint::kNone) {
  return {.index = 1,
          .rtt = Rtt::FromDuration(rtt),
          .stamps = StampKind::kKernelBoth,
          .taint = taint,
          .sent_at = MonotonicInstant::FromNanoseconds(1'000'000'000'000) + sent};
}

SampleWindow Filled(std::initializer_list<Duration> rtts, const FloorOptions& options = {}) {
  SampleWindow window(options);
  Duration sent{0};
  for (const Duration rtt : rtts) window.Add(At(sent += milliseconds(10), rtt));
  return window;
}

const FloorEstimator& Named(std::string_view name) {
  const FloorEstimator* estimator = FindFloorEstimator(name);
  EARSHOT_CHECK(estimator != nullptr);
  return *estimator;
}

TEST(EstimatorsTest, NamesFindTheirEstimatorsAndUnknownOnesNothing) {
  ASSERT_GE(FloorEstimators().size(), 3U);
  for (const FloorEstimator& estimator : FloorEstimators()) {
    EXPECT_EQ(FindFloorEstimator(estimator.name), &estimator);
    EXPECT_FALSE(estimator.model.empty()) << estimator.name;
  }
  EXPECT_EQ(FindFloorEstimator("mean"), nullptr);
}

TEST(EstimatorsTest, NoSampleGivesNoEstimateAndOneGivesItselfWithoutAStatement) {
  for (const FloorEstimator& estimator : FloorEstimators()) {
    EXPECT_FALSE(SampleWindow({}).Estimate(estimator).has_value()) << estimator.name;
    const auto one = Filled({milliseconds(7)}).Estimate(estimator);
    ASSERT_TRUE(one.has_value()) << estimator.name;
    EXPECT_GE(one->floor.duration(), milliseconds(7)) << estimator.name;
    EXPECT_LE(one->floor.duration(), milliseconds(7) + microseconds(1)) << estimator.name;
    EXPECT_FALSE(one->above_max.has_value()) << estimator.name;
  }
}

TEST(EstimatorsTest, NoEstimateLiesBelowEverySample) {
  const SampleWindow window = Filled({milliseconds(9), milliseconds(7), milliseconds(8)});
  for (const FloorEstimator& estimator : FloorEstimators()) {
    EXPECT_GE(window.Estimate(estimator)->floor.duration(), milliseconds(7)) << estimator.name;
  }
}

TEST(MinimumEstimatorTest, StatementGrowsWithTheGapOfTheLowestAndWithTheExponent) {
  const FloorEstimator& minimum = Named("minimum");
  const auto near = Filled({milliseconds(7), milliseconds(7) + microseconds(1)}).Estimate(minimum);
  const auto far = Filled({milliseconds(7), milliseconds(7) + microseconds(9)}).Estimate(minimum);
  const auto steep = Filled({milliseconds(7), milliseconds(7) + microseconds(9)},
                            {.tail_exponent = 1}).Estimate(minimum);
  EXPECT_LT(*near->above_max, *far->above_max);
  EXPECT_LT(*steep->above_max, *far->above_max);
  EXPECT_EQ(near->floor.duration(), milliseconds(7));
}

TEST(LowQuantileEstimatorTest, StatementNeedsFiftyNineSamplesAtFivePerCent) {
  SampleWindow window({});
  for (int i = 0; i < 58; ++i) window.Add(At(milliseconds(i), milliseconds(10) + microseconds(i)));
  EXPECT_FALSE(window.Estimate(Named("low-quantile"))->above_max.has_value());
  window.Add(At(milliseconds(58), milliseconds(11)));
  const auto estimate = window.Estimate(Named("low-quantile"));
  ASSERT_TRUE(estimate->above_max.has_value());
  EXPECT_EQ(estimate->floor.duration(), milliseconds(10) + microseconds(2));
  EXPECT_EQ(*estimate->above_max, microseconds(2));
}

TEST(LowerEnvelopeEstimatorTest, OldMinimumFadesAtTheStatedRateAndNotWithoutOne) {
  const FloorEstimator& envelope = Named("lower-envelope");
  FloorOptions options;
  options.drift_per_second = microseconds(1);
  SampleWindow drifting(options);
  options.drift_per_second = Duration(0);
  SampleWindow fixed(options);
  for (SampleWindow* window : {&drifting, &fixed}) {
    window->Add(At(seconds(0), milliseconds(5)));
    window->Add(At(seconds(30), milliseconds(6)));
  }
  EXPECT_NEAR(drifting.Estimate(envelope)->floor.microseconds(), 5030.0, 0.01);
  EXPECT_NEAR(fixed.Estimate(envelope)->floor.microseconds(), 5000.0, 0.01);
}

TEST(SampleWindowTest, SamplesThatAreTooOldAreForgotten) {
  FloorOptions options;
  options.window = seconds(10);
  SampleWindow window(options);
  window.Add(At(seconds(0), milliseconds(5)));
  window.Add(At(seconds(10), milliseconds(6)));
  EXPECT_EQ(window.samples().size(), 2U);
  window.Add(At(seconds(11), milliseconds(7)));
  EXPECT_EQ(window.samples().size(), 2U);
  EXPECT_EQ(window.Estimate(Named("minimum"))->floor.duration(), milliseconds(6));
}

TEST(SampleWindowTest, AtTheLimitTheOldestIsForgotten) {
  SampleWindow window({});
  window.Add(At(microseconds(0), milliseconds(1)));
  const auto add = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      window.Add(At(window.samples().back().sent_at - At(Duration(0), Duration(0)).sent_at +
                        microseconds(1), milliseconds(2)));
    }
  };
  add(kWindowSamplesMax - 1);
  EXPECT_EQ(window.samples().size(), kWindowSamplesMax);
  EXPECT_EQ(window.Estimate(Named("minimum"))->floor.duration(), milliseconds(1));
  const Sample* storage_begin = window.samples().data();
  add(5 * kWindowSamplesMax);
  EXPECT_EQ(window.samples().size(), kWindowSamplesMax);
  EXPECT_EQ(window.Estimate(Named("minimum"))->floor.duration(), milliseconds(2));
  // Still in the memory that was taken at construction.
  EXPECT_LT(window.samples().data() - storage_begin,
            static_cast<std::ptrdiff_t>(2 * kWindowSamplesMax));
}

TEST(SampleWindowTest, TaintedSamplesAreSetAsideAndCounted) {
  SampleWindow window({});
  window.Add(At(milliseconds(0), milliseconds(9)));
  window.Add(At(milliseconds(1), milliseconds(3), Taint::kClockStep));
  window.Add(At(milliseconds(2), milliseconds(4), Taint::kSchedulingGap));
  EXPECT_EQ(window.set_aside(), 2U);
  EXPECT_EQ(window.Estimate(Named("minimum"))->floor.duration(), milliseconds(9));
  FloorOptions lenient;
  lenient.set_aside = kTaintsThatUnbound;
  SampleWindow other(lenient);
  other.Add(At(milliseconds(0), milliseconds(9)));
  other.Add(At(milliseconds(2), milliseconds(4), Taint::kSchedulingGap));
  EXPECT_EQ(other.Estimate(Named("minimum"))->floor.duration(), milliseconds(4));
}

TEST(SampleWindowTest, OvertakenSampleTakesItsPlaceAndAClockThatWentBackStartsAnew) {
  SampleWindow window({});
  window.Add(At(seconds(100), milliseconds(5)));
  window.Add(At(seconds(101), milliseconds(6)));
  window.Add(At(seconds(99), milliseconds(4)));
  ASSERT_EQ(window.samples().size(), 3U);
  EXPECT_EQ(window.samples().front().rtt.duration(), milliseconds(4));
  window.Add(At(seconds(1), milliseconds(8)));  // 100 s back, with a window of 60 s
  ASSERT_EQ(window.samples().size(), 1U);
  EXPECT_EQ(window.Estimate(Named("minimum"))->floor.duration(), milliseconds(8));
}

TEST(SampleWindowTest, ClockThatLeaptForwardLetsAllEarlierSamplesExpire) {
  SampleWindow window = Filled({milliseconds(5), milliseconds(6)});
  window.Add(At(seconds(1'000'000), milliseconds(8)));
  EXPECT_EQ(window.samples().size(), 1U);
}

TEST(OrderStatisticsTest, TwoLowestWithUniformTailGiveTheFactorOfRobsonAndWhitlock) {
  EXPECT_NEAR(FloorGapFactor(2, 1.0, 0.95), 0.95 / 0.05, 1e-9);
  EXPECT_GT(FloorGapFactor(2, 2.0, 0.95), FloorGapFactor(10, 2.0, 0.95));
}

TEST(OrderStatisticsTest, SureRankIsTheBinomialQuantile) {
  EXPECT_FALSE(SureRankBelowQuantile(58, 0.05, 0.95).has_value());
  EXPECT_EQ(SureRankBelowQuantile(59, 0.05, 0.95), 1U);
  EXPECT_FALSE(SureRankBelowQuantile(0, 0.5, 0.5).has_value());
  // P(Binomial(10, 1/2) >= 3) = 0.9453, >= 2: 0.9893.
  EXPECT_EQ(SureRankBelowQuantile(10, 0.5, 0.95), 2U);
  EXPECT_EQ(SureRankBelowQuantile(10, 0.5, 0.94), 3U);
}

}  // namespace
}  // namespace earshot
