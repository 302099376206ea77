#include "core/crypto/cookie.h"

#include <gtest/gtest.h>

#include "core/crypto/seeded_random.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

constexpr Endpoint kSource{0x7f000001, 4000};

class CookieTest : public testing::Test {
 protected:
  static MonotonicInstant At(std::int64_t seconds) {
    return MonotonicInstant::FromNanoseconds(seconds * 1'000'000'000);
  }

  SeededRandom random_{1};
  Bytes32 hello_ = random_.NextBytes32();
  // Slots begin at multiples of 120 s: 1200 is the start of one.
  CookieMint mint_{random_, At(1200)};
};

TEST_F(CookieTest, FreshCookieIsAcceptedFromItsSourceForItsHello) {
  const Cookie cookie = mint_.Mint(kSource, hello_, At(1200));
  EXPECT_TRUE(mint_.Accept(cookie, kSource, hello_, At(1201)));
}

TEST_F(CookieTest, CookieOfAnotherSourceOrHelloIsRefused) {
  const Cookie cookie = mint_.Mint(kSource, hello_, At(1200));
  EXPECT_FALSE(mint_.Accept(cookie, Endpoint{kSource.address, 4001}, hello_, At(1200)));
  EXPECT_FALSE(mint_.Accept(cookie, Endpoint{0x7f000002, kSource.port}, hello_, At(1200)));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_FALSE(mint_.Accept(cookie, kSource, WithBitFlipped(hello_, bit), At(1200)));
  }
}

TEST_F(CookieTest, CookieWithAnyBitFlippedOrAnotherLengthIsRefused) {
  const Cookie cookie = mint_.Mint(kSource, hello_, At(1200));
  for (std::size_t bit = 0; bit < kCookieBytes * 8; ++bit) {
    EXPECT_FALSE(mint_.Accept(WithBitFlipped(cookie, bit), kSource, hello_, At(1200)));
  }
  EXPECT_FALSE(mint_.Accept({}, kSource, hello_, At(1200)));
  EXPECT_FALSE(mint_.Accept(ByteSpan(cookie).first(31), kSource, hello_, At(1200)));
}

TEST_F(CookieTest, CookieLivesThroughTheNextSlotAndNoLonger) {
  const Cookie early = mint_.Mint(kSource, hello_, At(1200));
  const Cookie late = mint_.Mint(kSource, hello_, At(1319));
  EXPECT_EQ(early, late);
  EXPECT_TRUE(mint_.Accept(early, kSource, hello_, At(1439)));
  EXPECT_FALSE(mint_.Accept(early, kSource, hello_, At(1440)));
}

TEST_F(CookieTest, CookieIsRefusedAfterAGapInWhichNobodyAsked) {
  const Cookie cookie = mint_.Mint(kSource, hello_, At(1200));
  EXPECT_FALSE(mint_.Accept(cookie, kSource, hello_, At(100'000)));
  const Cookie fresh = mint_.Mint(kSource, hello_, At(100'000));
  EXPECT_TRUE(mint_.Accept(fresh, kSource, hello_, At(100'000)));
}

TEST_F(CookieTest, SecretsDifferBetweenSlotsAndBetweenMints) {
  const Cookie first = mint_.Mint(kSource, hello_, At(1200));
  EXPECT_NE(mint_.Mint(kSource, hello_, At(1320)), first);
  CookieMint other(random_, At(1200));
  EXPECT_FALSE(other.Accept(first, kSource, hello_, At(1200)));
}

// A restarted landmark, or a clock that repeats, must not honour what an earlier secret signed.
TEST_F(CookieTest, ClockThatGoesBackKeepsTheNewestSecret) {
  const Cookie old = mint_.Mint(kSource, hello_, At(1200));
  const Cookie next = mint_.Mint(kSource, hello_, At(1440));
  EXPECT_FALSE(mint_.Accept(old, kSource, hello_, At(1200)));
  EXPECT_TRUE(mint_.Accept(next, kSource, hello_, At(1200)));
}

}  // namespace
}  // namespace earshot
