#include "core/appraisal/calibrated_placement_test.h"

#include <gtest/gtest.h>

#include <random>

#include "core/appraisal/policy_placement_test.h"
#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

using Kind = PlacementOutcome::Kind;

const Position kShanghai = At(31.23, 121.47);

struct Question {
  Question() {
    scene.declaration.licence.countries = Codes({"CN"});
    scene.policy.false_alarm_rate = 0.05;
    scene.policy.power_min = 0.9;
    AnswerFrom(kSingapore);
  }

  // As a host there would: 1.6 times the time in fibre, and 3 ms.
  void AnswerFrom(Position place) {
    landmarks.clear();
    const auto add = [&](const char* id, const char* domain, Position at) {
      const double fibre = RoundTripOver(GeodesicDistance(at, place), kFibreSpeed).milliseconds();
      landmarks.push_back({.id = LandmarkId(id),
                           .domain = TrustDomain(domain),
                           .position = at,
                           .rtt_min = Rtt::FromDuration(Milliseconds(1.6 * fibre + 3)),
                           .samples = 5,
                           .covered_by_evidence = true,
                           .healthy = true});
    };
    add("sin-1", "north", At(1.40, 103.82));
    add("sin-2", "east", At(1.35, 104.00));
    add("sin-3", "delta", At(1.30, 103.79));
    add("sin-4", "inner", At(1.10, 104.05));
    add("sin-5", "lower", At(1.49, 103.74));
    add("kul-1", "south", At(3.14, 101.69));
    add("jkt-1", "west", At(-6.20, 106.80));
    add("bkk-1", "tidal", At(13.75, 100.50));
    add("sgn-1", "upper", At(10.80, 106.70));
    add("tyo-1", "outer", At(35.68, 139.77));
  }
  ExpectedLandmark& Of(const char* id) {
    return *std::ranges::find(landmarks, LandmarkId(id), &ExpectedLandmark::id);
  }
  void Set(const char* id, double ms) { Of(id).rtt_min = Rtt::FromDuration(Milliseconds(ms)); }
  void Lose(ExpectedLandmark& landmark) {
    landmark.rtt_min.reset();
    landmark.samples = 0;
    landmark.covered_by_evidence = false;
  }
  PlacementOutcome Judge() const {
    return test.Judge({.site = scene.declaration.site,
                       .licence = scene.declaration.licence,
                       .policy = scene.policy,
                       .map = scene.map,
                       .landmarks = landmarks});
  }
  ReasonCode Code() const { return Judge().reasons.at(0).code; }

  Scene scene;
  std::vector<ExpectedLandmark> landmarks;
  CalibratedPlacementTest test;
};

TEST(CalibratedPlacementTest, HostAtTheSiteIsNormalAndOneFarAwayIsNot) {
  Question q;
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  EXPECT_EQ(q.Code(), ReasonCode::kDelayNormal);
  EXPECT_EQ(q.Judge().false_alarm_probability, 0.05);
  q.AnswerFrom(kShanghai);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
  EXPECT_EQ(q.Code(), ReasonCode::kDelayUnexplained);
  EXPECT_EQ(q.Judge().false_alarm_probability, 0.05);
  EXPECT_LT(q.Judge().reasons[0].threshold.value(), q.Judge().reasons[0].rtt.value());
}

TEST(CalibratedPlacementTest, RateBelowWhatTheModelKnowsIsNotClaimed) {
  Question q;
  Policy policy;
  policy.false_alarm_rate = 1e-6;
  EXPECT_NEAR(q.test.FalseAlarmProbability(policy), 1.0 / 169, 1e-12);
  policy.false_alarm_rate = std::nan("");
  EXPECT_NEAR(q.test.FalseAlarmProbability(policy), 1.0 / 169, 1e-12);
  policy.false_alarm_rate = 0.02;
  EXPECT_EQ(q.test.FalseAlarmProbability(policy), 0.02);
}

TEST(CalibratedPlacementTest, LiarWithinTheBudgetNeitherFlagsNorClears) {
  Question q;
  q.Set("sin-1", 900);
  EXPECT_NE(q.Judge().kind, Kind::kUnexplained);
  q.AnswerFrom(kShanghai);
  q.Set("sin-1", 0.5);
  EXPECT_NE(q.Judge().kind, Kind::kNormal);
  // Beyond the budget each does: the negative twins.
  q.scene.policy.liars_max = 0;
  for (const char* id : {"sin-2", "sin-3", "sin-4", "sin-5"}) q.Set(id, 0.5);
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  q.AnswerFrom(kSingapore);
  for (const char* id : {"sin-1", "sin-2", "sin-3", "sin-4", "sin-5"}) q.Set(id, 900);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(CalibratedPlacementTest, LandmarksOfOneDomainCountOnce) {
  Question q;
  q.AnswerFrom(kShanghai);
  for (const char* id : {"sin-1", "sin-2", "sin-3", "sin-4", "sin-5"}) q.Set(id, 0.5);
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
  for (const char* id : {"sin-1", "sin-2", "sin-3", "sin-4", "sin-5"}) {
    q.Of(id).domain = TrustDomain("north");
  }
  EXPECT_NE(q.Judge().kind, Kind::kNormal);
}

TEST(CalibratedPlacementTest, NoMoreDomainsThanLiarsIsNoTest) {
  Question q;
  q.landmarks.resize(1);
  EXPECT_EQ(q.Code(), ReasonCode::kTooFewDomains);
  q.landmarks.clear();
  EXPECT_EQ(q.Code(), ReasonCode::kNoExpectedLandmark);
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  Question many;
  many.scene.policy.liars_max = kPlacementLiarsMax + 1;
  EXPECT_EQ(many.Code(), ReasonCode::kTooFewDomains);
}

// The threshold is of hosts whose best answer was the best of three.
TEST(CalibratedPlacementTest, FewerAnswersThanTheBestIsTakenFromAreNoTest) {
  Question q;
  q.scene.policy.liars_max = 0;
  for (ExpectedLandmark& landmark : q.landmarks) q.Set(landmark.id.value().c_str(), 400);
  q.landmarks.resize(3);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
  q.landmarks.resize(2);
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Code(), ReasonCode::kTooFewDomains);
}

TEST(CalibratedPlacementTest, SilenceIsSlowWhereTheLandmarkIsHealthy) {
  Question q;
  for (ExpectedLandmark& landmark : q.landmarks) q.Lose(landmark);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
  EXPECT_EQ(q.Code(), ReasonCode::kExpectedLandmarkUnheard);
  for (ExpectedLandmark& landmark : q.landmarks) landmark.healthy = false;
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Code(), ReasonCode::kNoExpectedLandmark);
}

TEST(CalibratedPlacementTest, DeviceCannotChooseItsJudgesBySilence) {
  // Far away, it answers only where it is quick; nobody else is heard by anyone.
  Question q;
  q.AnswerFrom(kShanghai);
  for (ExpectedLandmark& landmark : q.landmarks) landmark.healthy = false;
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
  for (const char* id : {"sin-1", "sin-2", "sin-3", "sin-4", "sin-5", "kul-1"}) q.Lose(q.Of(id));
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
}

TEST(CalibratedPlacementTest, LandmarkThatHeardNobodyIsPassedOver) {
  Question q;
  q.Lose(q.Of("sin-1"));
  q.Of("sin-1").healthy = false;
  EXPECT_EQ(q.Judge().kind, Kind::kNormal);
}

TEST(CalibratedPlacementTest, RefusedHandshakesAreNoSilence) {
  Question q;
  for (ExpectedLandmark& landmark : q.landmarks) {
    q.Lose(landmark);
    landmark.refused_for = std::chrono::seconds(9);
  }
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Code(), ReasonCode::kHandshakesRefused);
  EXPECT_EQ(q.Judge().reasons[0].age, Duration(std::chrono::seconds(9)));
}

TEST(CalibratedPlacementTest, AnswersWithoutEvidenceFlagAndAreNeverNormal) {
  Question q;
  for (ExpectedLandmark& landmark : q.landmarks) landmark.covered_by_evidence = false;
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Code(), ReasonCode::kEvidenceMissing);
  q.AnswerFrom(kShanghai);
  for (ExpectedLandmark& landmark : q.landmarks) landmark.covered_by_evidence = false;
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(CalibratedPlacementTest, OnlySpoiltSamplesAreNoTest) {
  Question q;
  q.AnswerFrom(kShanghai);
  for (ExpectedLandmark& landmark : q.landmarks) landmark.rtt_min.reset();
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Code(), ReasonCode::kTaintedSamples);
}

TEST(CalibratedPlacementTest, ZoneNextDoorTakesThePowerAway) {
  Question q;
  q.scene.declaration.licence.countries = Codes({"CN", "MY"});
  EXPECT_EQ(q.Judge().kind, Kind::kCannotTell);
  EXPECT_EQ(q.Code(), ReasonCode::kNoPower);
  EXPECT_EQ(Text(q.Judge().reasons[0].countries), "MY");
  EXPECT_EQ(q.Judge().reasons[0].probability, 0.0);
  // Without power nobody is normal, but the slow are flagged all the same.
  q.AnswerFrom(kShanghai);
  EXPECT_EQ(q.Judge().kind, Kind::kUnexplained);
}

TEST(CalibratedPlacementTest, ZoneOffTheMapTakesThePowerAway) {
  Question q;
  q.scene.declaration.licence.countries = Codes({"XX"});
  EXPECT_EQ(q.Code(), ReasonCode::kNoPower);
}

TEST(CalibratedPlacementTest, ForbiddenSeaTakesThePowerAway) {
  Question q;
  q.scene.declaration.licence = {LicenceTerms::Kind::kAllowed, Codes({"SG", "MY"})};
  q.scene.policy.sea_is_permitted = false;
  EXPECT_EQ(q.Code(), ReasonCode::kNoPower);
}

TEST(CalibratedPlacementTest, WorseAnswersNeverTurnFlaggedIntoNormal) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> unit(0, 1);
  int flagged = 0;
  int normal = 0;
  for (int round = 0; round < 300; ++round) {
    Question q;
    q.scene.policy.liars_max = static_cast<std::uint32_t>(random() % 3);
    for (ExpectedLandmark& landmark : q.landmarks) {
      const double ms = landmark.rtt_min->milliseconds() * (1 + 6 * unit(random) * unit(random));
      landmark.rtt_min = Rtt::FromDuration(Milliseconds(ms));
      landmark.healthy = unit(random) < 0.9;
      landmark.covered_by_evidence = unit(random) < 0.9;
      if (unit(random) < 0.1) q.Lose(landmark);
    }
    const Kind before = q.Judge().kind;
    (before == Kind::kUnexplained ? flagged : normal) += before == Kind::kCannotTell ? 0 : 1;
    for (ExpectedLandmark& landmark : q.landmarks) {
      if (unit(random) < 0.3 && landmark.rtt_min.has_value()) {
        landmark.rtt_min = Rtt::FromDuration(landmark.rtt_min->duration() + Milliseconds(40));
      }
      if (unit(random) < 0.2) landmark.covered_by_evidence = false;
      if (unit(random) < 0.2) q.Lose(landmark);
    }
    const Kind after = q.Judge().kind;
    EXPECT_FALSE(before != Kind::kNormal && after == Kind::kNormal) << round;
  }
  EXPECT_GT(flagged, 10);
  EXPECT_GT(normal, 10);
}

// Without a landmark near the site the two tests have different answers to give.
TEST(PolicyPlacementTest, EachPolicyGetsTheTestThatItNames) {
  Question q;
  q.AnswerFrom(At(51.5, -0.1));
  std::erase_if(q.landmarks,
                [](const ExpectedLandmark& l) { return l.id.value().starts_with("sin-"); });
  const auto judge = [&] {
    return PolicyPlacementTest().Judge({.site = q.scene.declaration.site,
                                        .licence = q.scene.declaration.licence,
                                        .policy = q.scene.policy,
                                        .map = q.scene.map,
                                        .landmarks = q.landmarks});
  };
  EXPECT_EQ(q.scene.policy.placement_test, PlacementRule::kNearestLandmark);
  EXPECT_EQ(judge().kind, Kind::kCannotTell);
  EXPECT_EQ(judge().reasons.at(0).code, ReasonCode::kNoExpectedLandmark);
  q.scene.policy.placement_test = PlacementRule::kCalibrated;
  EXPECT_EQ(judge().kind, Kind::kUnexplained);
  EXPECT_EQ(judge().kind, q.Judge().kind);
}

TEST(PolicyPlacementTest, RateIsThatOfTheTestThatThePolicyNames) {
  const PolicyPlacementTest test;
  Policy policy;
  policy.false_alarm_rate = 0.001;
  EXPECT_EQ(test.FalseAlarmProbability(policy), NearestLandmarkTest().FalseAlarmProbability(policy));
  policy.placement_test = PlacementRule::kCalibrated;
  EXPECT_NEAR(test.FalseAlarmProbability(policy), 1.0 / 169, 1e-12);
}

}  // namespace
}  // namespace earshot
