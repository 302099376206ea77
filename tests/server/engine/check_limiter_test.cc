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

TEST(CheckLimiterTest, StrangersCannotSpendTheReserveOfADevice) {
  CheckLimiter limiter({.per_endpoint = {3, 1}, .per_address = {10, 1}, .per_device = {2, 1}});
  for (std::uint16_t port = 1; port <= 100; ++port) {
    static_cast<void>(limiter.Allow(Endpoint{1, port}, kStart));
  }
  const DeviceId device(Bytes32{7});
  EXPECT_FALSE(limiter.Allow(Endpoint{1, 200}, kStart));
  EXPECT_TRUE(limiter.AllowKnown(device, kStart));
  EXPECT_TRUE(limiter.AllowKnown(device, kStart));
  EXPECT_FALSE(limiter.AllowKnown(device, kStart)) << "a device has a limit of its own";
  EXPECT_TRUE(limiter.AllowKnown(device, kStart + std::chrono::seconds(1)));
  EXPECT_TRUE(limiter.AllowKnown(DeviceId(Bytes32{8}), kStart)) << "and each has its own";
}

TEST(CheckLimiterTest, AddressThatOutspentItsBudgetIsShortAndNoOtherIs) {
  CheckLimiter limiter({.per_endpoint = {3, 1}, .per_address = {10, 1}});
  EXPECT_EQ(limiter.ShortageAt(1, kStart), Shortage::kNone);
  for (std::uint16_t port = 1; port <= 11; ++port) {
    static_cast<void>(limiter.Allow(Endpoint{1, port}, kStart));
  }
  EXPECT_EQ(limiter.ShortageAt(1, kStart), Shortage::kOwnAddress);
  EXPECT_EQ(limiter.ShortageAt(2, kStart), Shortage::kNone);
  EXPECT_EQ(limiter.ShortageAt(1, kStart + Duration(1)), Shortage::kNone) << "before that instant";
}

TEST(CheckLimiterTest, EndpointThatOutspendsItselfExcusesNobody) {
  CheckLimiter limiter({.per_endpoint = {3, 1}, .per_address = {10, 1}});
  for (int i = 0; i < 4; ++i) static_cast<void>(limiter.Allow(Endpoint{1, 1}, kStart));
  EXPECT_EQ(limiter.ShortageAt(1, kStart), Shortage::kNone);
}

TEST(CheckLimiterTest, FullTableIsEverybodysShortage) {
  CheckLimiter limiter({.per_endpoint = {2, 1}, .per_address = {2, 1}, .buckets_max = 2});
  for (std::uint32_t address = 1; address <= 3; ++address) {
    static_cast<void>(limiter.Allow(Endpoint{address, 1}, kStart));
  }
  EXPECT_EQ(limiter.ShortageAt(99, kStart), Shortage::kEverybody);
}

TEST(CheckLimiterTest, FloodOfPortsAtAnEmptyBudgetFillsNoTable) {
  CheckLimiter limiter({.per_endpoint = {2, 1}, .per_address = {2, 1}});
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    static_cast<void>(limiter.Allow(Endpoint{1, port}, kStart));
  }
  EXPECT_LE(limiter.buckets(), 3U);
}

}  // namespace
}  // namespace earshot
