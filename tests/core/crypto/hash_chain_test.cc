#include "core/crypto/hash_chain.h"

#include <gtest/gtest.h>

#include "core/crypto/seeded_random.h"
#include "core/crypto/sha256.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

constexpr std::uint64_t kSession = 0x0102030405060708;
constexpr std::uint32_t kLength = 20;
constexpr std::uint32_t kStepsMax = 5;
using enum HashChainAnswer;

class HashChainTest : public testing::Test {
 protected:
  HashChainAnswer Accept(std::uint32_t index) {
    return verifier_.Accept(index, chain_.Nonce(index));
  }

  SeededRandom random_{7};
  HashChain chain_ = HashChain::Generate(kSession, kLength, random_);
  HashChainVerifier verifier_{kSession, chain_.anchor(), kLength, kStepsMax};
};

// Computed apart, with Python's hashlib, from the formula at the top of the header.
TEST(HashChain, StepIsTheHashOfLabelSessionIndexAndPreimage) {
  EXPECT_EQ(HexEncode(HashChainStep(kSession, 3, Hex32(std::string(64, 'a')))),
            "6d47633ed030065e0092c1a2ee674cb69e04f18c5d780b18a6c5717b0570279b");
  const HashChain chain = HashChain::FromLast(kSession, 3, Hex32(std::string(64, 'a')));
  EXPECT_EQ(HexEncode(chain.anchor()),
            "fc0d3c9292ccf5ff3031694d5e69701f1ea0ca8dc4be754791069c92ebeb9134");
}

TEST_F(HashChainTest, EveryNonceInOrderIsAcceptedOnce) {
  for (std::uint32_t index = 1; index <= kLength; ++index) {
    EXPECT_EQ(Accept(index), kAccepted) << index;
    EXPECT_EQ(Accept(index), kDuplicate) << index;
    EXPECT_EQ(verifier_.highest(), index);
  }
}

TEST_F(HashChainTest, LossesUpToTheBoundAreBridged) {
  EXPECT_EQ(Accept(kStepsMax), kAccepted);
  EXPECT_EQ(Accept(2 * kStepsMax), kAccepted);
}

TEST_F(HashChainTest, LossBeyondTheBoundIsRefusedWithoutAChange) {
  EXPECT_EQ(Accept(kStepsMax + 1), kTooFar);
  EXPECT_EQ(verifier_.highest(), 0U);
  EXPECT_EQ(Accept(1), kAccepted);
  EXPECT_EQ(Accept(kStepsMax + 1), kAccepted);
}

TEST_F(HashChainTest, LateLowerNonceIsAcceptedOnceAndDoesNotMoveTheHighest) {
  ASSERT_EQ(Accept(5), kAccepted);
  EXPECT_EQ(Accept(3), kAccepted);
  EXPECT_EQ(Accept(3), kDuplicate);
  EXPECT_EQ(verifier_.highest(), 5U);
  EXPECT_EQ(Accept(6), kAccepted);
}

TEST_F(HashChainTest, LateNonceBelowTheBoundIsRefused) {
  ASSERT_EQ(Accept(5), kAccepted);
  ASSERT_EQ(Accept(8), kAccepted);
  EXPECT_EQ(Accept(2), kTooFar);
  EXPECT_EQ(Accept(3), kAccepted);
}

TEST_F(HashChainTest, NonceOfAnotherIndexIsForged) {
  EXPECT_EQ(verifier_.Accept(2, chain_.Nonce(1)), kForged);
  EXPECT_EQ(verifier_.Accept(1, chain_.Nonce(2)), kForged);
  ASSERT_EQ(Accept(5), kAccepted);
  EXPECT_EQ(verifier_.Accept(3, chain_.Nonce(4)), kForged);
  EXPECT_EQ(Accept(3), kAccepted);
}

TEST_F(HashChainTest, NonceOfAnotherSessionIsForged) {
  const HashChain other = HashChain::FromLast(kSession + 1, kLength, chain_.Nonce(kLength));
  EXPECT_EQ(verifier_.Accept(1, other.Nonce(1)), kForged);
  HashChainVerifier foreign(kSession + 1, chain_.anchor(), kLength, kStepsMax);
  EXPECT_EQ(foreign.Accept(1, chain_.Nonce(1)), kForged);
}

TEST_F(HashChainTest, AnyBitFlippedIsForgedAndChangesNothing) {
  ASSERT_EQ(Accept(4), kAccepted);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_EQ(verifier_.Accept(6, WithBitFlipped(chain_.Nonce(6), bit)), kForged);
    EXPECT_EQ(verifier_.Accept(2, WithBitFlipped(chain_.Nonce(2), bit)), kForged);
  }
  EXPECT_EQ(verifier_.highest(), 4U);
  EXPECT_EQ(Accept(6), kAccepted);
  EXPECT_EQ(Accept(2), kAccepted);
}

TEST_F(HashChainTest, IndexOutsideTheChainIsOutOfRange) {
  EXPECT_EQ(verifier_.Accept(0, chain_.anchor()), kOutOfRange);
  EXPECT_EQ(verifier_.Accept(kLength + 1, chain_.Nonce(kLength)), kOutOfRange);
  EXPECT_EQ(verifier_.Accept(UINT32_MAX, chain_.Nonce(kLength)), kOutOfRange);
}

TEST(HashChain, LongestChainWorksToItsEnd) {
  SeededRandom random(1);
  const HashChain chain = HashChain::Generate(kSession, kHashChainLengthMax, random);
  HashChainVerifier verifier(kSession, chain.anchor(), kHashChainLengthMax, kHashChainLengthMax);
  EXPECT_EQ(verifier.Accept(kHashChainLengthMax, chain.Nonce(kHashChainLengthMax)), kAccepted);
  for (std::uint32_t index = 1; index < kHashChainLengthMax; ++index) {
    EXPECT_EQ(verifier.Accept(index, chain.Nonce(index)), kAccepted) << index;
  }
}

TEST(HashChain, TwoChainsOfOneGeneratorDiffer) {
  SeededRandom random(1);
  EXPECT_NE(HashChain::Generate(kSession, 1, random).anchor(),
            HashChain::Generate(kSession, 1, random).anchor());
}

TEST(HashChainDeathTest, LengthsAndIndicesOutsideTheLimitsAreOurBug) {
  SeededRandom random(1);
  EXPECT_DEATH(HashChain::Generate(kSession, 0, random), "check failed");
  EXPECT_DEATH(HashChain::Generate(kSession, kHashChainLengthMax + 1, random), "check failed");
  const HashChain chain = HashChain::Generate(kSession, 3, random);
  EXPECT_DEATH(static_cast<void>(chain.Nonce(0)), "check failed");
  EXPECT_DEATH(static_cast<void>(chain.Nonce(4)), "check failed");
}

}  // namespace
}  // namespace earshot
