// A whole round over real sockets.
#include "tests/server/io/loopback_round.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot {
namespace {

using testing::SizeIs;

TEST(LoopbackRoundTest, FullRoundOverSocketsYieldsEvidenceAndKernelStampedSamples) {
  LoopbackRound round;
  ASSERT_TRUE(round.PumpUntil([&] { return round.Ready(); }));
  round.PlanTrains(4);
  ASSERT_TRUE(round.PumpUntil([&] { return !round.observer().closed.empty(); }));
  const CheckedReceipt& receipt = round.observer().closed[0];
  EXPECT_EQ(receipt.observation.evidence, EvidenceState::kValid);
  ASSERT_THAT(receipt.observation.samples, SizeIs(20));
  for (const Sample& sample : receipt.observation.samples) {
    EXPECT_GT(sample.rtt.duration(), Duration(0));
    EXPECT_FALSE(Has(sample.taint, Taint::kStampMisplaced));
    if (round.kernel_stamps()) {
      EXPECT_EQ(sample.stamps, StampKind::kKernelBoth);
    }
  }
}

TEST(LoopbackRoundTest, WithoutKernelStampsTheSamplesSayUserSpace) {
  LoopbackRound round({.kernel_stamps = false});
  ASSERT_TRUE(round.PumpUntil([&] { return round.Ready(); }));
  round.PlanTrains(4);
  ASSERT_TRUE(round.PumpUntil([&] { return !round.observer().closed.empty(); }));
  const CheckedReceipt& receipt = round.observer().closed[0];
  ASSERT_THAT(receipt.observation.samples, SizeIs(20));
  for (const Sample& sample : receipt.observation.samples) {
    EXPECT_EQ(sample.stamps, StampKind::kUserSpace);
    EXPECT_GT(sample.rtt.duration(), Duration(0));
  }
}

}  // namespace
}  // namespace earshot
