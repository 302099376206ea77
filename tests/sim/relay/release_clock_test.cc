#include "sim/relay/release_clock.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(SpinBudget, SpentBudgetForbidsSpinningUntilTimePasses) {
  SpinBudget budget(0.5, milliseconds(10));
  EXPECT_TRUE(budget.Allows());
  budget.Spend(milliseconds(10));
  EXPECT_FALSE(budget.Allows());
  budget.Earn(milliseconds(2));
  EXPECT_TRUE(budget.Allows());
  budget.Spend(milliseconds(1));
  EXPECT_FALSE(budget.Allows());
}

TEST(SpinBudget, QuietTimeEarnsNoMoreThanTheBurst) {
  SpinBudget budget(0.5, milliseconds(10));
  budget.Earn(std::chrono::hours(1));
  budget.Spend(milliseconds(10));
  EXPECT_FALSE(budget.Allows());
}

TEST(ErrorHistogram, QuantilesAreUpperEndsOfTheirSteps) {
  ErrorHistogram errors;
  EXPECT_EQ(errors.Quantile(0.5), Duration(0));
  for (int i = 0; i < 99; ++i) errors.Add(Duration(150));
  errors.Add(microseconds(70));
  EXPECT_EQ(errors.Quantile(0.5), Duration(200));
  EXPECT_EQ(errors.Quantile(0.99), Duration(200));
  EXPECT_EQ(errors.Quantile(1.0), microseconds(70) + Duration(100));
}

TEST(ErrorHistogram, ErrorsBeyondTheLastStepCountInIt) {
  ErrorHistogram errors;
  errors.Add(std::chrono::seconds(5));
  EXPECT_EQ(errors.Quantile(0.5), milliseconds(10));
}

}  // namespace
}  // namespace earshot
