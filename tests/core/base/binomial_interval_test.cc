#include "core/base/binomial_interval.h"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot {
namespace {

TEST(ClopperPearson, NoHitsGiveTheClosedForm) {
  // (1 - high)^n = 0.025.
  const BinomialInterval interval = ClopperPearson(0, 168);
  EXPECT_EQ(interval.low, 0.0);
  EXPECT_NEAR(interval.high, 1.0 - std::pow(0.025, 1.0 / 168), 1e-12);
}

TEST(ClopperPearson, AllHitsMirrorNone) {
  const BinomialInterval interval = ClopperPearson(168, 168);
  EXPECT_NEAR(interval.low, std::pow(0.025, 1.0 / 168), 1e-12);
  EXPECT_EQ(interval.high, 1.0);
}

TEST(ClopperPearson, KnownTableValueIsReproduced) {
  const BinomialInterval interval = ClopperPearson(2, 20);  // 1.2 % to 31.7 %, printed in tables
  EXPECT_NEAR(interval.low, 0.01235, 1e-5);
  EXPECT_NEAR(interval.high, 0.31698, 1e-5);
}

TEST(ClopperPearson, MoreTrialsOrLessConfidenceNarrowIt) {
  const BinomialInterval wide = ClopperPearson(5, 100);
  EXPECT_LT(ClopperPearson(50, 1000).high, wide.high);
  EXPECT_LT(ClopperPearson(5, 100, 0.5).high, wide.high);
  EXPECT_GT(ClopperPearson(5, 100, 0.99).high, wide.high);
}

TEST(ClopperPearson, NonsenseTellsNothingAndDoesNotThrow) {
  EXPECT_EQ(ClopperPearson(0, 0).low, 0.0);
  EXPECT_EQ(ClopperPearson(0, 0).high, 1.0);
  EXPECT_EQ(ClopperPearson(9, 3).low, ClopperPearson(3, 3).low);
  EXPECT_EQ(ClopperPearson(1, 3, std::nan("")).high, ClopperPearson(1, 3, 0.95).high);
  EXPECT_EQ(ClopperPearson(1, 3, 7).high, ClopperPearson(1, 3, 0.95).high);
}

}  // namespace
}  // namespace earshot
