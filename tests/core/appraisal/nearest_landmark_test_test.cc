#include "core/appraisal/nearest_landmark_test.h"

#include <gtest/gtest.h>

#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

using Kind = PlacementOutcome::Kind;

struct Question {
  Question() {
    landmarks = {Landmark("near", At(1.40, 103.82), 5.0), Landmark("next", At(1.35, 104.30), 5.0)};
  }
  static ExpectedLandmark Landmark(const char* id, Position at, double rtt_ms) {
    return {.id = LandmarkId(id),
            .position = at,
            .rtt_min = Rtt::FromDuration(Milliseconds(rtt_ms)),
            .samples = 5,
            .covered_by_evidence = true,
            .healthy = true};
  }
  PlacementOutcome Judge() const {
    return test.Judge({.site = scene.declaration.site,
                       .licence = scene.declaration.licence,
                       .policy = scene.policy,
                       .map = scene.map,
                       .landmarks = landmarks});
  }

  Scene scene;
  std::vector<ExpectedLandmark> landmarks;
  NearestLandmarkTest test;
};

TEST(NearestLandmarkTest, ThresholdIsThe95thPercentileBelowAHundredKilometres) {
  const NearestLandmarkTest test;
  Policy policy;
  EXPECT_NEAR(test.Threshold(policy).milliseconds(), 16.7, 1e-6);
  EXPECT_EQ(test.FalseAlarmProbability(policy), 0.05);
  policy.false_alarm_rate = 0.5;
  EXPECT_NEAR(test.Threshold(policy).milliseconds(), 4.0, 1e-6);
}

TEST(NearestLandmarkTest, RateBelowWhatTheModelKnowsIsNotClaimed) {
  const NearestLandmarkTest test;
  Policy policy;
  policy.false_alarm_rate = 1e-6;
  EXPECT_NEAR(test.FalseAlarmProbability(policy), 0.01, 1e-12);
  EXPECT_NEAR(test.Threshold(policy).milliseconds(), 115.0, 1e-6);
  policy.false_alarm_rate = std::nan("");
  EXPECT_NEAR(test.FalseAlarmProbability(policy), 0.01, 1e-12);
  policy.false_alarm_rate = 7;
  EXPECT_NEAR(test.FalseAlarmProbability(policy), 0.99, 1e-12);
}

TEST(NearestLandmarkTest, AnswerAtTheThresholdIsNormalAndANanosecondLaterIsNot) {
  Question q;
  q.landmarks[0].rtt_min = q.test.Threshold(q.scene.policy);
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  q.landmarks[0].rtt_min =
      Rtt::FromDuration(q.test.Threshold(q.scene.policy).duration() + Duration(1));
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(NearestLandmarkTest, OnlyTheNearestIsLookedAt) {
  Question q;
  q.landmarks[1].rtt_min = Rtt::FromDuration(Milliseconds(900));
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  q.landmarks[1].rtt_min = Rtt::FromDuration(Milliseconds(1));
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(NearestLandmarkTest, OrderOfTheListDoesNotMatter) {
  Question q;
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  std::swap(q.landmarks[0], q.landmarks[1]);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
  q.landmarks[0].position = q.landmarks[1].position;  // equally near: the id decides
  EXPECT_EQ(q.Judge().reasons[0].landmarks[0].value(), "near");
}

TEST(NearestLandmarkTest, DeviceCannotChooseItsJudgeBySilence) {
  Question q;
  q.landmarks[0].samples = 0;
  q.landmarks[0].rtt_min.reset();
  const PlacementOutcome outcome = q.Judge();
  EXPECT_EQ(outcome.kind, Kind::kUnexplained);
  EXPECT_EQ(outcome.reasons[0].code, ReasonCode::kExpectedLandmarkUnheard);
  EXPECT_EQ(outcome.false_alarm_probability, 0.05);
}

TEST(NearestLandmarkTest, LandmarkNobodyWasHeardByIsPassedOverOrExcuses) {
  Question q;
  q.landmarks[0].samples = 0;
  q.landmarks[0].rtt_min.reset();
  q.landmarks[0].healthy = false;
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);  // by the next one
  q.landmarks.resize(1);
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kNoExpectedLandmark);
}

TEST(NearestLandmarkTest, NearerLandmarkThatHeardTheDeviceAndNobodyElseJudges) {
  Question q;
  q.landmarks[0].healthy = false;
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
  EXPECT_EQ(q.Judge().reasons[0].landmarks[0].value(), "near");
}

TEST(NearestLandmarkTest, FartherLandmarkThatHeardTheDeviceAndNobodyElseDoesNotJudge) {
  Question q;
  q.landmarks[1].healthy = false;
  q.landmarks[1].rtt_min = Rtt::FromDuration(Milliseconds(1));
  q.landmarks[0].samples = 0;
  q.landmarks[0].rtt_min.reset();
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kExpectedLandmarkUnheard);
}

TEST(NearestLandmarkTest, LandmarkThatRefusedTheDevicesAddressTellsNothingAndStaysTheJudge) {
  Question q;
  ExpectedLandmark& near = q.landmarks[0];
  near.samples = 0;
  near.rtt_min.reset();
  near.healthy = false;
  near.refused_for = std::chrono::seconds(5);
  const PlacementOutcome outcome = q.Judge();  // the next one heard a normal answer
  EXPECT_EQ(outcome.kind, Kind::kCannotTell);
  EXPECT_EQ(outcome.reasons[0].code, ReasonCode::kHandshakesRefused);
  EXPECT_EQ(outcome.reasons[0].landmarks[0].value(), "near");
  EXPECT_EQ(outcome.reasons[0].age, Duration(std::chrono::seconds(5)));
}

TEST(NearestLandmarkTest, RefusalExcusesNoAnswerThatWasHeard) {
  Question q;
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  q.landmarks[0].refused_for = std::chrono::seconds(5);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(NearestLandmarkTest, OnlyDeviceOfALandmarkIsStillTested) {
  Question q;
  for (auto& landmark : q.landmarks) landmark.healthy = false;  // heard nobody else
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(NearestLandmarkTest, LandmarkBeyondThePolicysDistanceIsNotExpected) {
  Question q;
  q.landmarks = {Question::Landmark("far", At(2.20, 103.82), 5.0)};  // 94 km
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  q.scene.policy.expected_landmark_within = Km(90);
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kNoExpectedLandmark);
  // The quantiles are of places below 100 km apart, whatever the policy says.
  q.scene.policy.expected_landmark_within = Km(500);
  q.landmarks = {Question::Landmark("far", At(2.40, 103.82), 5.0)};  // 116 km
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
}

TEST(NearestLandmarkTest, UnsignedAnswersFlagAndAreNeverNormal) {
  Question q;
  q.landmarks[0].covered_by_evidence = false;
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kEvidenceMissing);
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(NearestLandmarkTest, OnlySpoiltSamplesAreNoTest) {
  Question q;
  q.landmarks[0].rtt_min.reset();
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kTaintedSamples);
}

TEST(NearestLandmarkTest, NeighbourWithinTheNoiseTakesThePowerAway) {
  Question q;
  q.scene.declaration.licence.countries = Codes({"MY"});
  const PlacementOutcome outcome = q.Judge();
  EXPECT_EQ(outcome.kind, Kind::kCannotTell);
  EXPECT_EQ(outcome.reasons[0].code, ReasonCode::kNoPower);
  EXPECT_NEAR(outcome.reasons[0].probability.value(), 0.05, 1e-3);
  EXPECT_EQ(outcome.false_alarm_probability, 0.05);
  q.scene.policy.power_min = 0.04;
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
}

TEST(NearestLandmarkTest, MarginBringsAZoneNearer) {
  Question q;
  q.scene.declaration.licence.countries = Codes({"JP"});
  q.scene.map.Add(Code("JP"), At(20.0, 103.82), Km(500));  // 1,557 km from the landmark
  const PlacementOutcome near = q.Judge();
  EXPECT_EQ(near.kind, Kind::kNormal);
  q.scene.policy.zone_margin = Km(1000);
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kNoPower);
}

TEST(NearestLandmarkTest, SlowAnswerIsFlaggedEvenWithoutPower) {
  Question q;
  q.scene.declaration.licence.countries = Codes({"MY"});
  q.landmarks[0].rtt_min = Rtt::FromDuration(Milliseconds(900));
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(NearestLandmarkTest, ForbiddenSeaIsAZoneAtTheShore) {
  Question q;
  q.scene.declaration.licence = {LicenceTerms::Kind::kAllowed,
                                 Codes({"SG", "MY", "HK", "MO", "JP"})};
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);  // CN is 2,300 km away
  q.scene.policy.sea_is_permitted = false;
  EXPECT_EQ(q.Judge().reasons[0].code, ReasonCode::kNoPower);
}

TEST(NearestLandmarkTest, NoLandmarksAtAllIsNoTest) {
  Question q;
  q.landmarks.clear();
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
}

}  // namespace
}  // namespace earshot
