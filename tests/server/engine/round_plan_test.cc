#include "server/engine/round_plan.h"

#include <gtest/gtest.h>

#include <set>

#include "core/crypto/seeded_random.h"

namespace earshot {
namespace {

using std::chrono::seconds;

constexpr MonotonicInstant kFirstRound = MonotonicInstant::FromNanoseconds(1'000'000'000);

std::vector<Landmark> Landmarks() {
  std::vector<Landmark> landmarks;
  for (const double longitude : {103.8, 114.1, 139.7, 4.9, -74.0}) {
    Landmark landmark;
    landmark.id = LandmarkId("l" + std::to_string(landmarks.size()));
    landmark.position = *Position::FromDegrees(1.0, longitude);
    landmarks.push_back(landmark);
  }
  return landmarks;
}

TEST(RoundPlanTest, TrainsLieInsideTheRoundWithRoomForTheEvidence) {
  RoundOptions options;
  const RoundTiming timing = TimeRound(options);
  SeededRandom random(1);
  for (int i = 0; i < 200; ++i) {
    const auto starts = PlanTrainStarts(options, 4, kFirstRound, kFirstRound + options.length, random);
    ASSERT_TRUE(starts.has_value());
    ASSERT_EQ(starts->size(), 4U);
    EXPECT_GE(starts->front(), kFirstRound);
    EXPECT_LE(starts->back() + timing.closing, kFirstRound + options.length);
    for (std::size_t t = 1; t < starts->size(); ++t) {
      EXPECT_GE((*starts)[t] - (*starts)[t - 1], timing.gap_min);
      EXPECT_LE((*starts)[t] - (*starts)[t - 1], timing.gap_max);
    }
  }
}

TEST(RoundPlanTest, OneLostTrainDoesNotLookLikeTheEndOfTheRound) {
  for (const int length : {2, 6, 20, 60}) {
    RoundOptions options;
    options.length = seconds(length);
    const RoundTiming timing = TimeRound(options);
    EXPECT_GT(timing.evidence_idle, 2 * timing.gap_max) << length;
    EXPECT_LT(timing.evidence_idle, timing.closing) << length;
  }
}

TEST(RoundPlanTest, SessionThatComesTooLateIsNotAsked) {
  RoundOptions options;
  SeededRandom random(1);
  const MonotonicInstant end = kFirstRound + options.length;
  EXPECT_TRUE(PlanTrainStarts(options, 4, end - seconds(4), end, random).has_value());
  EXPECT_FALSE(PlanTrainStarts(options, 4, end - seconds(1), end, random).has_value());
}

TEST(RoundPlanTest, FirstTrainIsNotToBeGuessed) {
  RoundOptions options;
  SeededRandom random(1);
  std::set<std::int64_t> tenths;
  for (int i = 0; i < 200; ++i) {
    const auto starts = PlanTrainStarts(options, 4, kFirstRound, kFirstRound + options.length, random);
    tenths.insert((starts->front() - kFirstRound) / std::chrono::milliseconds(100));
  }
  EXPECT_GT(tenths.size(), 20U);
}

TEST(RoundPlanTest, NearestLandmarkIsAlwaysAmongTheChosen) {
  const std::vector<Landmark> landmarks = Landmarks();
  SeededRandom random(1);
  std::set<std::vector<std::size_t>> choices;
  for (int i = 0; i < 100; ++i) {
    const auto chosen =
        ChooseLandmarks(landmarks, *Position::FromDegrees(2.0, 138.0), 3, random);
    ASSERT_EQ(chosen.size(), 3U);
    EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
    EXPECT_EQ(std::set(chosen.begin(), chosen.end()).size(), 3U);
    EXPECT_NE(std::find(chosen.begin(), chosen.end(), 2U), chosen.end());
    choices.insert(chosen);
  }
  EXPECT_EQ(choices.size(), 6U) << "all pairs of the other four turn up";
}

TEST(RoundPlanTest, ZeroMeansAllLandmarks) {
  SeededRandom random(1);
  EXPECT_EQ(ChooseLandmarks(Landmarks(), *Position::FromDegrees(0, 0), 0, random).size(), 5U);
  EXPECT_EQ(ChooseLandmarks(Landmarks(), *Position::FromDegrees(0, 0), 9, random).size(), 5U);
}

TEST(RoundPlanTest, RoundWithoutRoomForItsTrainsIsRefused) {
  RoundOptions options;
  EXPECT_TRUE(CheckRoundOptions(options).has_value());
  options.length = seconds(61);
  EXPECT_FALSE(CheckRoundOptions(options).has_value());
  options.length = seconds(1);
  EXPECT_FALSE(CheckRoundOptions(options).has_value());
  options = {};
  options.trains = 0;
  EXPECT_FALSE(CheckRoundOptions(options).has_value());
  options.trains = 20;
  EXPECT_FALSE(CheckRoundOptions(options).has_value());
}

}  // namespace
}  // namespace earshot
