#include "agent/engine/spin_policy.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::milliseconds;

constexpr MonotonicInstant kStart = MonotonicInstant::FromNanoseconds(5'000'000'000);

TEST(SpinPolicyTest, PollsFromTheWishToItsEnd) {
  SpinPolicy policy(milliseconds(500));
  policy.Resize(2);
  EXPECT_TRUE(policy.Poll(kStart).empty());
  policy.Want(1, kStart + milliseconds(2));
  ASSERT_EQ(policy.Poll(kStart).size(), 1U);
  EXPECT_EQ(policy.Poll(kStart)[0], 1U);
  EXPECT_EQ(policy.Poll(kStart + milliseconds(1)).size(), 1U);
  EXPECT_TRUE(policy.Poll(kStart + milliseconds(2)).empty());
  EXPECT_EQ(policy.spent(), milliseconds(2));
}

TEST(SpinPolicyTest, BudgetOfASecondIsKeptAndRenewed) {
  SpinPolicy policy(milliseconds(10));
  policy.Resize(1);
  MonotonicInstant now = kStart;
  Duration polled{0};
  for (int i = 0; i < 900; ++i) {
    policy.Want(0, now + milliseconds(2));
    if (!policy.Poll(now).empty()) polled += milliseconds(1);
    now += milliseconds(1);
  }
  EXPECT_LE(policy.spent(), milliseconds(12));
  EXPECT_GE(polled, milliseconds(10));
  EXPECT_GT(policy.refused(), 0U);
  now += std::chrono::seconds(1);
  policy.Want(0, now + milliseconds(2));
  EXPECT_FALSE(policy.Poll(now).empty());
}

TEST(SpinPolicyTest, TimeAsleepIsNotCharged) {
  SpinPolicy policy(milliseconds(10));
  policy.Resize(1);
  policy.Want(0, kStart + milliseconds(2));
  static_cast<void>(policy.Poll(kStart));
  EXPECT_TRUE(policy.Poll(kStart + milliseconds(2)).empty());
  static_cast<void>(policy.Poll(kStart + milliseconds(500)));
  EXPECT_EQ(policy.spent(), milliseconds(2));
}

}  // namespace
}  // namespace earshot
