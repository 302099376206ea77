#include "core/appraisal/bound_history.h"

#include <gtest/gtest.h>

#include "core/appraisal/facts.h"
#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

LandmarkObservation Answered(const char* id, MonotonicInstant begin, double rtt_ms,
                             Taint taint = Taint::kNone) {
  LandmarkObservation seen;
  seen.landmark = LandmarkId(id);
  seen.begin = begin;
  seen.end = begin + seconds(5);
  seen.expected = true;
  seen.packets_refused = 3;
  Sample sample;
  sample.rtt = Rtt::FromDuration(Milliseconds(rtt_ms));
  sample.taint = taint;
  seen.samples = {sample};
  return seen;
}
MonotonicInstant Minute(int minute) {
  return MonotonicInstant::FromNanoseconds(0) + minutes(minute);
}

TEST(BoundHistory, KnowsNothingAtFirst) {
  const BoundHistory history(minutes(30));
  EXPECT_TRUE(history.Complete({}, Minute(5)).empty());
}

TEST(BoundHistory, LandmarkNotProbedThisRoundIsCarriedAsNotExpected) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> first = {Answered("b", Minute(0), 5)};
  history.Remember(first);
  const std::vector<LandmarkObservation> second = {Answered("a", Minute(10), 7)};
  const auto all = history.Complete(second, Minute(10) + seconds(6));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].landmark.value(), "a");
  EXPECT_TRUE(all[0].expected);
  EXPECT_EQ(all[1].landmark.value(), "b");
  EXPECT_FALSE(all[1].expected);
  EXPECT_EQ(all[1].packets_refused, 0U);
}

TEST(BoundHistory, LandmarkThatAnsweredThisRoundIsNotCarried) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> first = {Answered("a", Minute(0), 5)};
  history.Remember(first);
  const std::vector<LandmarkObservation> second = {Answered("a", Minute(10), 7)};
  EXPECT_EQ(history.Complete(second, Minute(11)).size(), 1U);
}

TEST(BoundHistory, LandmarkUnheardThisRoundKeepsItsOldBoundBesideTheUnheardOne) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> first = {Answered("a", Minute(0), 5)};
  history.Remember(first);
  LandmarkObservation unheard = Answered("a", Minute(10), 0);
  unheard.samples.clear();
  const std::vector<LandmarkObservation> second = {unheard};
  history.Remember(second);
  const auto all = history.Complete(second, Minute(11));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].expected);
  EXPECT_TRUE(all[0].samples.empty());
  EXPECT_FALSE(all[1].expected);
}

TEST(BoundHistory, WhatIsOlderThanTheWindowIsNotCarried) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> first = {Answered("a", Minute(0), 5)};
  history.Remember(first);
  EXPECT_EQ(history.Complete({}, Minute(30) - Duration(1)).size(), 1U);
  EXPECT_TRUE(history.Complete({}, Minute(30)).empty());
}

TEST(BoundHistory, SteppedSamplesAreNotRemembered) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> round = {
      Answered("a", Minute(0), 5, Taint::kClockStep),
      Answered("b", Minute(0), 5, Taint::kReceiveQueueLag)};
  history.Remember(round);
  const auto all = history.Complete({}, Minute(1));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].landmark.value(), "b");
}

TEST(BoundHistory, EarlierObservationDoesNotReplaceALaterOne) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> late = {Answered("a", Minute(9), 5)};
  const std::vector<LandmarkObservation> early = {Answered("a", Minute(1), 6)};
  history.Remember(late);
  history.Remember(early);
  EXPECT_EQ(history.Complete({}, Minute(10)).at(0).begin, Minute(9));
}

TEST(BoundHistory, ClearForgets) {
  BoundHistory history(minutes(30));
  const std::vector<LandmarkObservation> round = {Answered("a", Minute(0), 5)};
  history.Remember(round);
  history.Clear();
  EXPECT_TRUE(history.Complete({}, Minute(1)).empty());
}

TEST(BoundHistory, CarriedBoundProvesAndTakesNoPartInTheTest) {
  Scene scene;
  scene.AnswersFrom(kSingapore);
  BoundHistory history(minutes(30));
  auto older = scene.observation.landmarks;
  for (auto& seen : older) {
    seen.begin = seen.begin - minutes(5);
    seen.end = seen.end - minutes(5);
  }
  history.Remember(older);
  // This round probes only one of six.
  scene.observation.landmarks.resize(1);
  EXPECT_EQ(scene.Judge().licence.verdict, Verdict::kConsistent);
  scene.observation.landmarks =
      history.Complete(scene.observation.landmarks, scene.observation.now);
  EXPECT_EQ(scene.observation.landmarks.size(), 6U);
  const Appraisal a = scene.Judge();
  EXPECT_EQ(a.licence.verdict, Verdict::kVerified);
  int old = 0;
  for (const LandmarkRings& rings : a.rings) old += rings.age >= minutes(5) ? 1 : 0;
  EXPECT_EQ(old, 5);
  EXPECT_EQ(a.rings[0].age, Duration(0));  // sin-1 stands nearest, and answered now
  // Nothing heard this round: the old answers are no answer.
  scene.Seen("sin-1").samples.clear();
  EXPECT_TRUE(Says(scene.Judge().site, ReasonCode::kNoAnswer));
}

}  // namespace
}  // namespace earshot
