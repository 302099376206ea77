#include "core/locate/local_normal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/locate/local_normal_fit.h"
#include "tests/core/locate/local_normal_vectors.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

Rtt Nanoseconds(std::int64_t ns) { return Rtt::FromDuration(Duration(ns)); }
CalibrationSet VectorWorld() {
  std::vector<ReferencePlace> places;
  for (const VectorPlace& place : kVectorPlaces) {
    places.push_back({At(place.latitude, place.longitude), place.cluster});
  }
  std::vector<MeasuredPath> paths;
  for (const VectorPath& path : kVectorPaths) {
    paths.push_back({path.landmark, path.target, Distance::Metres(static_cast<double>(path.metres)),
                     Nanoseconds(path.nanoseconds)});
  }
  return {std::move(places), std::move(paths)};
}

std::vector<LocalAnswer> AnswersOf(const VectorCase& one, bool known_landmarks) {
  std::vector<LocalAnswer> answers;
  for (std::uint32_t i = 0; i < one.answers.size(); ++i) {
    answers.push_back({Distance::Metres(static_cast<double>(one.answers[i].metres)),
                       Nanoseconds(one.answers[i].nanoseconds), std::nullopt});
    if (known_landmarks) answers.back().landmark = i;
  }
  return answers;
}

double ScoreAt(const LocalNormal& normal, Position place, std::span<const LocalAnswer> answers) {
  return LocalNormal::Score(normal.At(place), answers).value();
}

TEST(LocalNormal, ScoresEqualAnIndependentImplementation) {
  const CalibrationSet world = VectorWorld();
  const LocalNormal normal(FitLocalNormal(world));
  for (const VectorCase& one : kVectorCases) {
    const Position place = At(one.latitude, one.longitude);
    EXPECT_NEAR(ScoreAt(normal, place, AnswersOf(one, true)), one.score, 1e-9);
    EXPECT_NEAR(ScoreAt(normal, place, AnswersOf(one, false)), one.score_by_band, 1e-9);
  }
  const std::vector<double> own = OwnScores(normal, world);
  ASSERT_EQ(own.size(), kVectorOwnScores.size());
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], kVectorOwnScores[i], 1e-9);
}

TEST(LocalNormal, ModelWithoutLandmarksKnowsThemByDistance) {
  const LocalNormal normal(WithoutLandmarks(FitLocalNormal(VectorWorld())));
  for (const VectorCase& one : kVectorCases) {
    EXPECT_NEAR(ScoreAt(normal, At(one.latitude, one.longitude), AnswersOf(one, true)),
                one.score_by_band, 1e-9);
  }
}

TEST(LocalNormal, LongerRttNeverLowersTheScore) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  int higher = 0;
  for (int round = 0; round < 2000; ++round) {
    const VectorCase& one = kVectorCases[random() % kVectorCases.size()];
    std::vector<LocalAnswer> answers = AnswersOf(one, unit(random) < 0.5);
    for (LocalAnswer& answer : answers) answer.rtt = Ms(400 * unit(random) * unit(random));
    const Position place = At(170 * unit(random) - 85, 360 * unit(random) - 180);
    const double before = ScoreAt(normal, place, answers);
    for (LocalAnswer& answer : answers) {
      if (unit(random) < 0.5) answer.rtt = Ms(answer.rtt.milliseconds() + 300 * unit(random));
    }
    const double after = ScoreAt(normal, place, answers);
    EXPECT_GE(after, before);
    if (after > before) ++higher;
  }
  EXPECT_GT(higher, 1000);  // and it does see delay
}

TEST(LocalNormal, TwiceTheExpectedTimeCostsLnTwoAndTheExpectedTimeNothing) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  const auto here = normal.At(At(1.3, 103.9));
  LocalAnswer answer{Distance::Kilometres(9000), Rtt(), std::nullopt};
  const double expected = here.ExpectedRtt(answer).count();
  EXPECT_GT(expected, 90);
  answer.rtt = Ms(2 * expected + 5);
  const LocalTerm term = LocalNormal::Terms(here, std::span(&answer, 1)).at(0);
  EXPECT_NEAR(term.slowness, std::log(2.0), 1e-6);
  EXPECT_GT(term.excess, term.slowness);
  EXPECT_DOUBLE_EQ(LocalNormal::Score(here, std::span(&answer, 1)).value(),
                   term.slowness + 0.5 * term.excess);
  for (const double ms : {expected, 0.5 * expected, 0.0}) {
    answer.rtt = Ms(ms);
    EXPECT_NEAR(LocalNormal::Score(here, std::span(&answer, 1)).value(), 0, 1e-6) << ms;
  }
}

TEST(LocalNormal, NearLandmarkCountsMoreAndAllWhereNoneIsNear) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  const auto here = normal.At(At(1.3, 103.9));
  const auto share_of_nearest = [&](double nearest_km, double others_km) {
    std::vector<LocalAnswer> answers = {{Distance::Kilometres(nearest_km), Ms(1), std::nullopt}};
    for (int i = 1; i < 8; ++i) answers.push_back({Distance::Kilometres(others_km), Ms(1), {}});
    double sum = 0;
    const auto terms = LocalNormal::Terms(here, answers);
    for (const LocalTerm& term : terms) sum += term.weight;
    return terms.front().weight / sum;
  };
  EXPECT_GT(share_of_nearest(0, 5000), 0.9);
  EXPECT_LT(share_of_nearest(4900, 5000), 0.14);
  EXPECT_DOUBLE_EQ(share_of_nearest(5000, 5000), 0.125);
  const LocalAnswer answer{Distance::Kilometres(500), Ms(1), {}};
  EXPECT_DOUBLE_EQ(LocalNormal::Terms(here, std::span(&answer, 1)).at(0).weight, 0.25);
}

TEST(LocalNormal, OneSlowPathAmongTheNearestLeavesTheBestAnswer) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  const auto here = normal.At(At(1.3, 103.9));
  std::vector<LocalAnswer> answers;
  for (int i = 0; i < 4; ++i) answers.push_back({Distance::Kilometres(200), Ms(1), {}});
  LocalNormalConstants best_alone;
  best_alone.best_share = 1e6;
  const auto score = [&] {
    return LocalNormal::ScoreOf(LocalNormal::Terms(here, answers), best_alone).value();
  };
  EXPECT_EQ(score(), 0);
  answers[0].rtt = answers[1].rtt = Ms(500);
  EXPECT_LT(score(), 10);
  answers[2].rtt = Ms(500);  // all of the nearest three
  EXPECT_GT(score(), 1e6);
}

TEST(LocalNormal, NearestTwelveAreHeardWhateverTheyAnswer) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  std::vector<LocalAnswer> answers;
  for (int i = 0; i < 13; ++i) {
    answers.push_back({Distance::Kilometres(300 * (i + 1)), Ms(400), std::nullopt});
  }
  const Position place = At(1.3, 103.9);
  const double before = ScoreAt(normal, place, answers);
  answers[12].rtt = Ms(0.1);
  EXPECT_EQ(ScoreAt(normal, place, answers), before);
  answers[11].rtt = Ms(0.1);
  EXPECT_LT(ScoreAt(normal, place, answers), before);
}

TEST(LocalNormal, OneLandmarkIsEnoughAndNoneIsNoScore) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  const LocalAnswer answer{Distance::Kilometres(10), Ms(2), 4};
  EXPECT_TRUE(std::isfinite(ScoreAt(normal, At(1.3, 103.9), std::span(&answer, 1))));
  EXPECT_FALSE(LocalNormal::Score(normal.At(At(1.3, 103.9)), {}).has_value());
}

TEST(LocalNormal, StaysFiniteFarFromEveryReferenceAndWithoutAny) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  const LocalNormal nothing(FitLocalNormal(CalibrationSet({}, {})));
  for (const double latitude : {-90.0, 0.0, 90.0}) {
    for (const double longitude : {-180.0, 0.0, 179.9999}) {
      for (const double ms : {0.0, 1e-6, 3.6e6}) {
        for (const double km : {0.0, 1.0, 20'004.0}) {
          const LocalAnswer answer{Distance::Kilometres(km), Ms(ms), 99};
          const Position place = At(latitude, longitude);
          EXPECT_TRUE(std::isfinite(ScoreAt(normal, place, std::span(&answer, 1))));
          EXPECT_TRUE(std::isfinite(ScoreAt(nothing, place, std::span(&answer, 1))));
        }
      }
    }
  }
}

TEST(LocalNormal, AntimeridianIsNoBorder) {
  const LocalNormal normal(FitLocalNormal(VectorWorld()));
  const LocalAnswer answer{Distance::Kilometres(500), Ms(20), 0};
  const double west = ScoreAt(normal, At(10, -179.999999), std::span(&answer, 1));
  const double east = ScoreAt(normal, At(10, 179.999999), std::span(&answer, 1));
  EXPECT_NEAR(west, east, 1e-6);
}

TEST(LocalNormal, WhatIsUsualIsTakenFromNearby) {
  // Two lone places: one badly connected, one well.
  std::vector<ReferencePlace> places = {{At(0, 0), 0}, {At(0, 90), 1}, {At(40, 45), 2}};
  std::vector<MeasuredPath> paths = {{2, 0, Distance::Kilometres(6000), Ms(200)},
                                     {2, 1, Distance::Kilometres(6000), Ms(70)}};
  const LocalNormal normal(FitLocalNormal(CalibrationSet(places, paths)));
  const LocalAnswer answer{Distance::Kilometres(6000), Ms(200), 2};
  EXPECT_LT(ScoreAt(normal, At(0.1, 0), std::span(&answer, 1)), 0.1);
  EXPECT_GT(ScoreAt(normal, At(0.1, 90), std::span(&answer, 1)), 1.0);
  // And from those that are not set aside.
  EXPECT_GT(LocalNormal::Score(normal.At(At(0.1, 0), 0), std::span(&answer, 1)).value(), 0.5);
}

TEST(EarshotMethod, ScoresAsItsModelDoesAndRegionHoldsTheTruth) {
  const CalibrationSet world = VectorWorld();
  const auto estimator = EarshotMethod().fit(world);
  const VectorCase& one = kVectorCases[0];
  std::vector<LandmarkAnswer> answers;
  std::vector<Distance> distances;
  for (const LocalAnswer& answer : AnswersOf(one, true)) {
    answers.push_back({*answer.landmark, answer.rtt});
    distances.push_back(answer.distance);
  }
  const Position place = At(one.latitude, one.longitude);
  EXPECT_NEAR(estimator->ScoreDeclaration({place, answers, distances}).value(), one.score, 1e-9);
  EXPECT_FALSE(estimator->ScoreDeclaration({place, {}, {}}).has_value());

  // The host at place 6, heard as calibration heard it.
  answers.clear();
  for (const MeasuredPath& path : world.PathsTo(6)) answers.push_back({path.landmark, path.rtt});
  const LocationEstimate estimate = estimator->Locate(answers);
  EXPECT_TRUE(estimate.contains(world.places()[6].position));
  EXPECT_FALSE(estimate.contains(At(-40, -60)));
  EXPECT_FALSE(estimate.is_empty);
  EXPECT_LT(UnitVector(*estimate.centre).AngleTo(UnitVector(world.places()[6].position)).degrees(),
            20);
  EXPECT_GT(estimate.area->square_kilometres(), 0);
  EXPECT_FALSE(estimator->Locate({}).centre.has_value());
}

}  // namespace
}  // namespace earshot
