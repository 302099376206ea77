#include "core/appraisal/path_baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::HasSubstr;

ExpectedLandmark Heard(double ms) {
  ExpectedLandmark round;
  round.rtt_min = Ms(ms);
  round.samples = 5;
  round.covered_by_evidence = true;
  round.healthy = true;
  return round;
}

struct Block {
  Block() {
    policy.rounds_per_block = 4;
    policy.asked_min = 2;
  }
  void Add(const ExpectedLandmark& round, int times = 1) {
    for (int i = 0; i < times; ++i) floor.Add(round, true);
  }
  ChangePolicy policy;
  BlockFloor floor;
};

TEST(BlockFloor, IsTheLeastRttAndClosingBeginsAnew) {
  Block block;
  for (const double ms : {9.0, 7.0, 8.0}) block.Add(Heard(ms));
  EXPECT_EQ(block.floor.Close(block.policy), Ms(7.0));
  EXPECT_EQ(block.floor.Close(block.policy), std::nullopt);
}

TEST(BlockFloor, TooFewRoundsAskedIsNoBlock) {
  Block block;
  block.Add(Heard(7));
  EXPECT_EQ(block.floor.Close(block.policy), std::nullopt);
  block.Add(Heard(7), 2);
  EXPECT_EQ(block.floor.Close(block.policy), Ms(7));
}

TEST(BlockFloor, SilenceTowardsAWorkingLandmarkIsInfinitelySlow) {
  Block block;
  ExpectedLandmark unheard = Heard(7);
  unheard.rtt_min.reset();
  unheard.samples = 0;
  block.Add(unheard, 3);
  block.Add(Heard(7));
  EXPECT_EQ(block.floor.Close(block.policy), kInfinitelySlow);
  block.Add(unheard, 2);
  block.Add(Heard(7), 2);
  EXPECT_EQ(block.floor.Close(block.policy), Ms(7));
}

TEST(BlockFloor, BrokenLandmarkAndWhollySilentDeviceAreNotHeldAgainstAnybody) {
  Block block;
  ExpectedLandmark broken = Heard(7);
  broken.healthy = false;
  block.Add(broken, 4);
  EXPECT_EQ(block.floor.Close(block.policy), std::nullopt);
  ExpectedLandmark unheard;
  unheard.healthy = true;
  for (int i = 0; i < 4; ++i) block.floor.Add(unheard, false);
  EXPECT_EQ(block.floor.Close(block.policy), std::nullopt);
}

TEST(BlockFloor, DeviceThatAnswersSeldomDoesNotEscapeTheTest) {
  Block block;
  ExpectedLandmark unheard;
  unheard.healthy = true;
  for (int i = 0; i < 3; ++i) block.floor.Add(unheard, false);
  block.Add(Heard(7));
  EXPECT_EQ(block.floor.Close(block.policy), kInfinitelySlow);
}

TEST(BlockFloor, SamplesThatWeSpoiltAreNoSilence) {
  Block block;
  ExpectedLandmark spoilt = Heard(7);
  spoilt.rtt_min.reset();
  block.Add(spoilt, 4);
  EXPECT_EQ(block.floor.Close(block.policy), std::nullopt);
}

TEST(BlockFloor, QuickAnswerWithoutASignatureDoesNotLowerTheFloor) {
  Block block;
  ExpectedLandmark unsigned_answer = Heard(1);
  unsigned_answer.covered_by_evidence = false;
  block.Add(unsigned_answer, 1);
  block.Add(Heard(9), 3);
  EXPECT_EQ(block.floor.Close(block.policy), Ms(9));
  block.Add(unsigned_answer, 4);
  EXPECT_EQ(block.floor.Close(block.policy), kInfinitelySlow);
}

std::vector<Rtt> Floors(std::initializer_list<double> all) {
  std::vector<Rtt> floors;
  for (const double ms : all) floors.push_back(Ms(ms));
  return floors;
}

Result<PathBaseline> EnrolFloors(const std::vector<Rtt>& floors) {
  return EnrolPath(LandmarkId("sin-1"), Position(), floors, ChangePolicy());
}

TEST(EnrolPath, ThresholdIsTheSlowestFloorAndTheLeastChange) {
  const auto baseline = EnrolFloors(Floors({7.0, 9.0, 7.5, 8.0, 7.2}));
  ASSERT_TRUE(baseline.has_value());
  EXPECT_EQ(baseline->threshold, Ms(10.0));
  EXPECT_EQ(baseline->usual, Ms(7.5));
  EXPECT_EQ(baseline->spread, std::chrono::microseconds(500));
  EXPECT_EQ(baseline->blocks, 5U);
}

TEST(EnrolPath, TooFewBlocksAreRefusedWithTheirNumber) {
  const auto baseline = EnrolFloors(Floors({7, 9, 8}));
  ASSERT_FALSE(baseline.has_value());
  EXPECT_THAT(baseline.error().message(), HasSubstr("3 blocks"));
  EXPECT_TRUE(EnrolFloors(Floors({7, 9, 8, 8.5})).has_value());
}

TEST(EnrolPath, UnheardBlockIsRefusedRatherThanMadeTheThreshold) {
  auto floors = Floors({7, 9, 8, 8.5});
  floors.push_back(kInfinitelySlow);
  EXPECT_FALSE(EnrolFloors(floors).has_value());
}

TEST(EnrolPath, DriftIsRefusedAndNoiseIsNot) {
  std::vector<Rtt> drift;
  std::vector<Rtt> noise;
  for (int i = 0; i < 20; ++i) {
    drift.push_back(Ms(10 + i));
    noise.push_back(Ms(10 + i * 7 % 20));
  }
  EXPECT_FALSE(EnrolFloors(drift).has_value());
  EXPECT_THAT(EnrolFloors(drift).error().message(), HasSubstr("longer blocks"));
  EXPECT_TRUE(EnrolFloors(noise).has_value());
}

TEST(EnrolPath, EqualFloorsOfACoarseClockAreNoDrift) {
  EXPECT_TRUE(EnrolFloors(std::vector<Rtt>(20, Ms(10))).has_value());
}

TEST(EnrolmentBlocks, AreTheFewestThatKeepTheRate) {
  for (const double bound : {0.1, 1.0 / 3, 0.5}) {
    for (const double rate : {0.1, 1e-3, 1e-6}) {
      const std::uint32_t blocks = EnrolmentBlocksFor(bound, rate);
      EXPECT_LE(EnrolmentFailure(bound, blocks), rate * (1 + 1e-6));
      EXPECT_GT(EnrolmentFailure(bound, blocks - 1), rate);
    }
  }
}

}  // namespace
}  // namespace earshot
