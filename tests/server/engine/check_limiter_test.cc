#include "server/engine/check_limiter.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

constexpr MonotonicInstant kStart = MonotonicInstant::FromNanoseconds(1'000'000'000);

TEST(CheckLimiterTest, BurstIsAllowedAndThenTheRate) {
  CheckLimiter limiter({.per_endpoint = {3, 2}, .per_address = {100, 100}});
  const Endpoint source{1, 1};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.Allow(source, kStart));
  EXPECT_FALSE(limiter.Allow(source, kStart));
  EXPECT_FALSE(limiter.Allow(source, kStart + std::chrono::milliseconds(499)));
  EXPECT_TRUE(limiter.Allow(source, kStart + std::chrono::milliseconds(500)));
  EXPECT_FALSE(limiter.Allow(source, kStart + std::chrono::milliseconds(501)));
}

TEST(CheckLimiterTest, ManyPortsOfOneAddressShareItsLimit) {
  CheckLimiter limiter({.per_endpoint = {3, 1}, .per_address = {10, 1}});
  int allowed = 0;
  for (std::uint16_t port = 1; port <= 100; ++port) {
    if (limiter.Allow(Endpoint{1, port}, kStart)) ++allowed;
  }
  EXPECT_EQ(allowed, 10);
  EXPECT_TRUE(limiter.Allow(Endpoint{2, 1}, kStart)) << "another address is not held liable";
}

TEST(CheckLimiterTest, FullTableRefusesStrangersUntilBucketsAreFullAgain) {
  CheckLimiter limiter({.per_endpoint = {2, 1}, .per_address = {2, 1}, .buckets_max = 2});
  EXPECT_TRUE(limiter.Allow(Endpoint{1, 1}, kStart));
  EXPECT_TRUE(limiter.Allow(Endpoint{2, 1}, kStart));
  EXPECT_FALSE(limiter.Allow(Endpoint{3, 1}, kStart));
  EXPECT_TRUE(limiter.Allow(Endpoint{1, 1}, kStart)) << "who is known keeps its bucket";
  EXPECT_TRUE(limiter.Allow(Endpoint{3, 1}, kStart + std::chrono::seconds(5)));
  EXPECT_LE(limiter.buckets(), 4U);
}

}  // namespace
}  // namespace earshot
