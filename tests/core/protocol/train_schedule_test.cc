#include "core/protocol/train_schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

SessionTerms Terms() {
  SessionTerms terms;
  terms.chain_length = 12;
  return terms;
}

// Sends whatever the train under way has to send; the indices.
std::vector<std::uint32_t> Drain(TrainSchedule& trains, MonotonicInstant& now) {
  std::vector<std::uint32_t> sent;
  while (const auto index = trains.Next(now)) {
    sent.push_back(*index);
    now += microseconds(200);
  }
  return sent;
}

TEST(TrainSchedule, IndicesRiseAndComeOnceWithTheirGap) {
  TrainSchedule trains(Terms(), seconds(1));
  MonotonicInstant now;
  EXPECT_FALSE(trains.Next(now).has_value());
  ASSERT_TRUE(trains.Start(now));
  EXPECT_EQ(trains.Next(now), 1U);
  EXPECT_FALSE(trains.Next(now).has_value());
  EXPECT_FALSE(trains.Next(now + microseconds(199)).has_value());
  EXPECT_EQ(trains.NextWake(), now + microseconds(200));
  now += microseconds(200);
  EXPECT_EQ(Drain(trains, now), (std::vector<std::uint32_t>{2, 3, 4, 5}));
}

TEST(TrainSchedule, OneTrainBeforeTheFirstAnswerTwoAfterIt) {
  TrainSchedule trains(Terms(), seconds(1));
  MonotonicInstant now;
  ASSERT_TRUE(trains.Start(now));
  EXPECT_FALSE(trains.Start(now)) << "while the first is being sent";
  Drain(trains, now);
  EXPECT_FALSE(trains.Start(now)) << "before the first answer";
  trains.OnAnswer(3);
  ASSERT_TRUE(trains.Start(now));
  Drain(trains, now);
  EXPECT_FALSE(trains.Start(now)) << "two are outstanding";
  for (const std::uint32_t index : {1U, 2U, 4U, 5U}) trains.OnAnswer(index);
  EXPECT_TRUE(trains.Start(now)) << "the first is answered in full";
}

TEST(TrainSchedule, LastTrainEndsWithTheChain) {
  TrainSchedule trains(Terms(), seconds(1));
  MonotonicInstant now;
  for (int train = 0; train < 3; ++train) {
    ASSERT_TRUE(trains.Start(now));
    for (const std::uint32_t index : Drain(trains, now)) trains.OnAnswer(index);
  }
  EXPECT_EQ(trains.sent(), 12U);
  EXPECT_TRUE(trains.exhausted());
  EXPECT_FALSE(trains.Start(now));
  EXPECT_FALSE(trains.NextWake().has_value());
}

TEST(TrainSchedule, ThreeUnansweredTrainsInARowEndIt) {
  TrainSchedule trains(Terms(), seconds(1));
  MonotonicInstant now;
  for (int train = 0; train < 3; ++train) {
    EXPECT_FALSE(trains.unanswered());
    ASSERT_TRUE(trains.Start(now));
    Drain(trains, now);
    now += seconds(1);
    trains.OnTimer(now);
  }
  EXPECT_TRUE(trains.unanswered());
  EXPECT_FALSE(trains.Start(now));
}

TEST(TrainSchedule, OneAnswerHoweverLateStartsTheCountAgain) {
  TrainSchedule trains(Terms(), seconds(1));
  MonotonicInstant now;
  for (int train = 0; train < 2; ++train) {
    ASSERT_TRUE(trains.Start(now));
    Drain(trains, now);
    now += seconds(1);
    trains.OnTimer(now);
  }
  trains.OnAnswer(1);
  ASSERT_TRUE(trains.Start(now));
  Drain(trains, now);
  now += seconds(1);
  trains.OnTimer(now);
  EXPECT_FALSE(trains.unanswered());
}

TEST(TrainSchedule, TrainBeingSentIsNotTimedOut) {
  TrainSchedule trains(Terms(), seconds(1));
  MonotonicInstant now;
  ASSERT_TRUE(trains.Start(now));
  ASSERT_TRUE(trains.Next(now).has_value());
  now += seconds(5);
  trains.OnTimer(now);
  EXPECT_EQ(trains.Next(now), 2U);
}

}  // namespace
}  // namespace earshot
