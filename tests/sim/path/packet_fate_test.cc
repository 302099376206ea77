#include "sim/path/packet_fate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot {
namespace {

constexpr Duration kMean = std::chrono::milliseconds(1);

double Means(std::uint32_t word) {
  return static_cast<double>(ExponentialQuantile(kMean, word).count()) / 1e6;
}

TEST(ExponentialQuantile, IsTheInverseDistributionWithinItsStatedError) {
  for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32U); word += 999'983) {
    const double exact = -std::log1p(-static_cast<double>(word) * 0x1.0p-32);
    if (exact > kJitterMeansMax) continue;
    const double error = Means(static_cast<std::uint32_t>(word)) - exact;
    EXPECT_GE(error, -3e-6) << word;  // of rounding down to the nanosecond and to 2^-20
    EXPECT_LE(error, 3.2e-5) << word;
  }
}

TEST(ExponentialQuantile, NeverFalls) {
  Duration last(0);
  for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32U); word += 65'521) {
    const Duration now = ExponentialQuantile(std::chrono::seconds(1), static_cast<std::uint32_t>(word));
    EXPECT_GE(now, last) << word;
    last = now;
  }
}

TEST(ExponentialQuantile, EndsAreZeroAndTheCutOff) {
  EXPECT_EQ(ExponentialQuantile(kMean, 0), Duration(0));
  EXPECT_EQ(ExponentialQuantile(kMean, 0xffffffff), kMean * kJitterMeansMax);
  EXPECT_EQ(ExponentialQuantile(Duration(0), 0xffffffff), Duration(0));
  EXPECT_EQ(ExponentialQuantile(Duration::max(), 0xffffffff), kJitterMeanMax * kJitterMeansMax);
}

// The same on every machine: these were written down once.
TEST(ExponentialQuantile, ValuesAreCommitted) {
  EXPECT_EQ(ExponentialQuantile(kMean, 0x80000000).count(), 693'146);
  EXPECT_EQ(ExponentialQuantile(kMean, 0x40000000).count(), 287'681);
  EXPECT_EQ(ExponentialQuantile(kMean, 0xfffffff0).count(), 19'408'120);
}

TEST(DrawFate, OneNumberHasOneFateAndAnotherNumberAnother) {
  PathConditions path;
  path.jitter = kMean;
  const PacketFate first = DrawFate(PhiloxKey{1}, 0, 5, path);
  EXPECT_EQ(first.extra, DrawFate(PhiloxKey{1}, 0, 5, path).extra);
  EXPECT_NE(first.extra, DrawFate(PhiloxKey{1}, 0, 6, path).extra);
  EXPECT_NE(first.extra, DrawFate(PhiloxKey{1}, 1, 5, path).extra);
  EXPECT_NE(first.extra, DrawFate(PhiloxKey{2}, 0, 5, path).extra);
}

TEST(DrawFate, ConditionsDoNotShiftOneAnother) {
  PathConditions quiet;
  quiet.jitter = kMean;
  PathConditions rough = quiet;
  rough.duplicate = 1;
  rough.corrupt = 1;
  for (std::uint64_t number = 0; number < 100; ++number) {
    EXPECT_EQ(DrawFate(PhiloxKey{1}, 0, number, quiet).extra,
              DrawFate(PhiloxKey{1}, 0, number, rough).extra);
  }
}

TEST(DrawFate, CertainFatesHappenAndImpossibleOnesDoNot) {
  PathConditions never;
  PathConditions always;
  always.duplicate = always.reorder = always.corrupt = 1;
  always.jitter = kMean;
  PathConditions dead;
  dead.loss = 1;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const PacketFate calm = DrawFate(PhiloxKey{3}, 0, number, never);
    EXPECT_FALSE(calm.lost || calm.reordered || calm.copy.has_value() || calm.corrupted.has_value());
    EXPECT_EQ(calm.extra, Duration(0));
    const PacketFate wild = DrawFate(PhiloxKey{3}, 0, number, always);
    EXPECT_TRUE(!wild.lost && wild.reordered && wild.copy.has_value() && wild.corrupted.has_value());
    EXPECT_GE(wild.extra, kReorderJitters * kMean);
    EXPECT_TRUE(DrawFate(PhiloxKey{3}, 0, number, dead).lost);
  }
}

}  // namespace
}  // namespace earshot
