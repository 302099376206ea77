#include "sim/fleet/verdict_boxes.h"

#include <gtest/gtest.h>

#include "sim/path/philox.h"

namespace earshot {
namespace {

constexpr std::size_t kLandmarks = 4;

// Verdicts as monotone in every time as those of the appraisal.
VerdictPair Monotone(std::span<const RttNs> rtts) {
  VerdictPair pair;
  const bool proved = std::uint64_t{rtts[0]} + rtts[1] < 40'000'000 || rtts[2] < 9'000'000;
  if (proved) pair.licence = Verdict::kVerified;
  if (std::uint64_t{rtts[0]} + rtts[3] < 2'000'000) pair.licence = Verdict::kContradicted;
  pair.site = rtts[0] > 16'700'000 ? Verdict::kUnexplainedDelay : Verdict::kConsistent;
  return pair;
}

TEST(VerdictBoxes, EveryAnswerIsTheJudgesOwn) {
  PhiloxRandom random(PhiloxKey{1});
  VerdictBoxes boxes(std::vector<RttNs>(kLandmarks, 0), Monotone);
  std::uint16_t hint = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::vector<RttNs> rtts;
    for (std::size_t l = 0; l < kLandmarks; ++l) {
      rtts.push_back(static_cast<RttNs>(random.NextBelow(60'000'000)));
    }
    EXPECT_EQ(boxes.Find(rtts, &hint), Monotone(rtts));
  }
  EXPECT_GT(boxes.size(), 3U);
  EXPECT_LT(boxes.judged(), 25'000U);
}

TEST(VerdictBoxes, DeviceThatStaysWhereItIsIsJudgedOnce) {
  VerdictBoxes boxes(std::vector<RttNs>(kLandmarks, 0), Monotone);
  std::uint16_t hint = 0;
  const std::vector<RttNs> rtts = {5'000'000, 9'000'000, 30'000'000, 40'000'000};
  boxes.Find(rtts, &hint);
  const std::uint64_t judged = boxes.judged();
  for (RttNs later = 0; later < 1000; ++later) {
    std::vector<RttNs> moved = rtts;
    for (RttNs& rtt : moved) rtt += later;
    EXPECT_EQ(boxes.Find(moved, &hint), Monotone(moved));
  }
  EXPECT_EQ(boxes.judged(), judged);
}

TEST(VerdictBoxes, HintOfAnotherDeviceDoesNoHarm) {
  VerdictBoxes boxes(std::vector<RttNs>(kLandmarks, 0), Monotone);
  for (const std::uint16_t wrong : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{65'535}}) {
    std::uint16_t hint = wrong;
    const std::vector<RttNs> slow = {50'000'000, 50'000'000, 50'000'000, 50'000'000};
    EXPECT_EQ(boxes.Find(slow, &hint), Monotone(slow));
  }
}

// A box reaches down to what the geometry allows, so nothing below may be taken from it.
TEST(VerdictBoxes, TimeBelowTheFastestIsJudgedByItself) {
  VerdictBoxes boxes(std::vector<RttNs>(kLandmarks, 10'000'000), Monotone);
  std::uint16_t hint = 0;
  const std::vector<RttNs> sound = {12'000'000, 12'000'000, 12'000'000, 12'000'000};
  boxes.Find(sound, &hint);
  const std::vector<RttNs> below = {500'000, 12'000'000, 12'000'000, 500'000};
  const std::uint64_t judged = boxes.judged();
  EXPECT_EQ(boxes.Find(below, &hint), Monotone(below));
  EXPECT_EQ(boxes.judged(), judged + 1);
}

}  // namespace
}  // namespace earshot
