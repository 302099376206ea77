#include "core/latency/statistics.h"

#include <gtest/gtest.h>

#include <vector>

namespace earshot {
namespace {

Sample At(std::uint32_t index, std::int64_t us, Taint taint = Taint::kNone) {
  Sample sample;
  sample.index = index;
  sample.rtt = Rtt::FromDuration(std::chrono::microseconds(us));
  sample.taint = taint;
  return sample;
}
std::int64_t Us(const std::optional<Rtt>& rtt) {
  return rtt.has_value() ? rtt->duration().count() / 1000 : -1;
}

TEST(MinSample, NoSamplesGiveNone) {
  EXPECT_FALSE(MinSample({}).has_value());
  EXPECT_FALSE(MinRtt({}).has_value());
}

TEST(MinSample, OneSampleIsItsOwnMinimum) {
  const std::vector<Sample> samples = {At(3, 42)};
  EXPECT_EQ(MinSample(samples)->index, 3U);
  EXPECT_EQ(Us(MinRtt(samples)), 42);
}

TEST(MinSample, LeastOfManyWinsWhateverTheOrder) {
  const std::vector<Sample> samples = {At(1, 90), At(4, 30), At(2, 30), At(3, 70)};
  EXPECT_EQ(MinSample(samples)->index, 2U);
}

TEST(MinSample, UnwantedTaintIsPassedOverAndOtherTaintIsNot) {
  const std::vector<Sample> samples = {At(1, 10, Taint::kClockStep),
                                       At(2, 20, Taint::kReceiveQueueLag), At(3, 30)};
  EXPECT_EQ(Us(MinRtt(samples)), 10);
  EXPECT_EQ(Us(MinRtt(samples, kTaintsThatUnbound)), 20);
  EXPECT_EQ(Us(MinRtt(samples, kAnyTaint)), 30);
}

TEST(MinSample, OnlyUnwantedTaintGivesNone) {
  const std::vector<Sample> samples = {At(1, 10, Taint::kClockStep)};
  EXPECT_FALSE(MinRtt(samples, kAnyTaint).has_value());
}

TEST(QuantileRtt, NoSamplesGiveNone) { EXPECT_FALSE(QuantileRtt({}, 0.5).has_value()); }

TEST(QuantileRtt, OneSampleAnswersEveryProbability) {
  const std::vector<Sample> samples = {At(1, 42)};
  for (const double p : {-1.0, 0.0, 0.3, 1.0, 2.0}) EXPECT_EQ(Us(QuantileRtt(samples, p)), 42);
}

TEST(QuantileRtt, AnswersAreMeasuredValuesAndRiseWithProbability) {
  const std::vector<Sample> samples = {At(1, 40), At(2, 10), At(3, 30), At(4, 20)};
  EXPECT_EQ(Us(QuantileRtt(samples, 0.0)), 10);
  EXPECT_EQ(Us(QuantileRtt(samples, 0.25)), 10);
  EXPECT_EQ(Us(QuantileRtt(samples, 0.26)), 20);
  EXPECT_EQ(Us(QuantileRtt(samples, 0.5)), 20);
  EXPECT_EQ(Us(QuantileRtt(samples, 0.75)), 30);
  EXPECT_EQ(Us(QuantileRtt(samples, 1.0)), 40);
}

TEST(QuantileRtt, SpoiltSamplesDoNotCountWhenUnwanted) {
  const std::vector<Sample> samples = {At(1, 10), At(2, 20), At(3, 900, Taint::kSchedulingGap)};
  EXPECT_EQ(Us(QuantileRtt(samples, 1.0)), 900);
  EXPECT_EQ(Us(QuantileRtt(samples, 1.0, kAnyTaint)), 20);
}

TEST(SummariseTaint, NoSamplesCountNothing) { EXPECT_EQ(SummariseTaint({}), TaintSummary{}); }

TEST(SummariseTaint, SampleWithTwoTaintsIsOneTaintedSampleInTwoParts) {
  const std::vector<Sample> samples = {At(1, 10),
                                       At(2, 20, Taint::kReceiveQueueLag | Taint::kStampMisplaced),
                                       At(3, 30, Taint::kClockStep)};
  const TaintSummary expected = {.samples = 3,
                                 .tainted = 2,
                                 .clock_step = 1,
                                 .receive_queue_lag = 1,
                                 .scheduling_gap = 0,
                                 .stamp_misplaced = 1};
  EXPECT_EQ(SummariseTaint(samples), expected);
}

}  // namespace
}  // namespace earshot
