// What the re-implemented methods share with their papers, and what they must not share with some
// public programs.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/geo/wgs84.h"
#include "core/locate/bestline.h"
#include "core/locate/cbg_plus_plus.h"
#include "core/locate/delay_hull.h"
#include "core/locate/estimators.h"
#include "core/locate/region_estimate.h"
#include "tests/core/locate/delay_vectors.h"

namespace earshot {
namespace {

using testing::DoubleNear;

Rtt Milliseconds(double ms) {
  return Rtt::FromDuration(Duration(std::llround(ms * 1e6)));
}

std::vector<MeasuredPath> PathsOf(const DelayVector& vector) {
  std::vector<MeasuredPath> paths;
  for (const DelayPoint& point : vector.points) {
    paths.push_back({0, 1, Distance::Kilometres(point.km), Milliseconds(point.ms)});
  }
  return paths;
}

// The line's RTT at a distance, from its two parameters.
double LineAt(const Bestline& line, double km) {
  return line.intercept().milliseconds() + line.per_1000_km().milliseconds() * km / 1000;
}

TEST(Bestline, AgreesWithTheLinearProgramByBruteForce) {
  for (const DelayVector& vector : DelayVectors()) {
    const Bestline line = Bestline::Fit(PathsOf(vector), false);
    const Bestline slow = Bestline::Fit(PathsOf(vector), true);
    for (const double km : {0.0, 1000.0}) {
      EXPECT_THAT(LineAt(line, km), DoubleNear(vector.intercept + vector.slope * km, 2e-6));
      EXPECT_THAT(LineAt(slow, km),
                  DoubleNear(vector.slowline_intercept + vector.slowline_slope * km, 2e-6));
    }
    const double reach = (100 - vector.intercept) / vector.slope;
    EXPECT_THAT(line.Reach(Milliseconds(100)).kilometres(), DoubleNear(reach, 1e-6 * reach));
  }
}

TEST(Bestline, SlowlineIsEightyFourAndAHalfKilometresAMillisecond) {
  EXPECT_THAT(kHalfEquator.kilometres() / kSlowlineRtt.milliseconds(), DoubleNear(84.5, 0.02));
  // One landmark behind a satellite: its own points would allow 20 km a millisecond.
  const std::vector<MeasuredPath> satellite = {
      {0, 1, Distance::Kilometres(5000), Milliseconds(600)},
      {0, 2, Distance::Kilometres(9000), Milliseconds(700)}};
  EXPECT_LT(Bestline::Fit(satellite, false).Reach(Milliseconds(237.16)).kilometres(), 5000);
  EXPECT_GE(Bestline::Fit(satellite, true).Reach(kSlowlineRtt).kilometres(),
            kHalfEquator.kilometres() - 1e-3);
}

TEST(Bestline, PointFasterThanTheBaselineLeavesTheBaseline) {
  const std::vector<MeasuredPath> fast = {{0, 1, Distance::Kilometres(5000), Milliseconds(40)}};
  EXPECT_THAT(Bestline::Fit(fast, false).Reach(Milliseconds(1)).kilometres(), DoubleNear(100, 1e-9));
  EXPECT_THAT(Bestline::Fit({}, true).Reach(Milliseconds(1)).kilometres(), DoubleNear(100, 1e-9));
}

TEST(DelayHull, AgreesWithHullsByBruteForce) {
  for (const DelayVector& vector : DelayVectors()) {
    const auto hull = DelayHull::Fit(PathsOf(vector));
    ASSERT_TRUE(hull.has_value());
    for (const HullAt& at : vector.hull) {
      EXPECT_THAT(hull->Nearest(Milliseconds(at.ms)).kilometres(),
                  DoubleNear(at.nearest_km, 1e-6 * std::max(1.0, at.nearest_km)));
      EXPECT_THAT(hull->Farthest(Milliseconds(at.ms)).kilometres(),
                  DoubleNear(at.farthest_km, 1e-6 * std::max(1.0, at.farthest_km)));
    }
    for (const double km : {500.0, 4000.0, 12000.0}) {
      const Rtt least = hull->LeastRttFor(Distance::Kilometres(km));
      EXPECT_GE(hull->Farthest(least).kilometres(), km - 1e-3);
    }
  }
}

TEST(DelayHull, TooFewFeasiblePointsAreNone) {
  const std::vector<MeasuredPath> fast = {{0, 1, Distance::Kilometres(5000), Milliseconds(1)},
                                          {0, 2, Distance::Kilometres(6000), Milliseconds(1)},
                                          {0, 3, Distance::Kilometres(7000), Milliseconds(1)}};
  EXPECT_FALSE(DelayHull::Fit(fast).has_value());
}

// Landmarks on both sides of the antimeridian and at a pole, and a device among them.
struct Small {
  CalibrationSet known;
  std::vector<LandmarkAnswer> answers;
  Position truth;
};
Small AroundTheAntimeridian() {
  std::vector<ReferencePlace> places;
  for (const auto& [latitude, longitude] :
       {std::pair(-18.0, 178.0), std::pair(-20.0, -178.0), std::pair(-14.0, -171.0),
        std::pair(-27.0, 153.0), std::pair(-37.0, 175.0), std::pair(-90.0, 0.0)}) {
    places.push_back({*Position::FromDegrees(latitude, longitude),
                      static_cast<std::uint32_t>(places.size()), 0});
  }
  const auto rtt = [](Distance d) { return Milliseconds(0.2 + d.kilometres() / 95); };
  std::vector<MeasuredPath> paths;
  for (std::uint32_t a = 0; a < places.size(); ++a) {
    for (std::uint32_t b = 0; b < places.size(); ++b) {
      if (a == b) continue;
      const Distance d = GeodesicDistance(places[a].position, places[b].position);
      paths.push_back({a, b, d, rtt(d)});
    }
  }
  const Position truth = *Position::FromDegrees(-19, -179.8);
  std::vector<LandmarkAnswer> answers;
  for (std::uint32_t a = 0; a < places.size(); ++a) {
    answers.push_back({a, rtt(GeodesicDistance(places[a].position, truth))});
  }
  return {CalibrationSet(places, paths), answers, truth};
}

TEST(PeerMethods, CentroidOfARegionOverTheAntimeridianIsNotOnTheOtherSideOfTheEarth) {
  const Small small = AroundTheAntimeridian();
  for (const EstimatorMethod& method : AllEstimators()) {
    const LocationEstimate estimate = method.fit(small.known)->Locate(small.answers);
    if (!estimate.centre.has_value()) continue;
    EXPECT_LT(GeodesicDistance(*estimate.centre, small.truth).kilometres(), 400) << method.name;
  }
}

TEST(PeerMethods, NoAnswersAreToldAsNothingAndOneAnswerIsNoNumberGoneWrong) {
  const Small small = AroundTheAntimeridian();
  const std::vector<Distance> distances = {Distance::Kilometres(0)};
  for (const EstimatorMethod& method : AllEstimators()) {
    const auto fitted = method.fit(small.known);
    EXPECT_FALSE(fitted->ScoreDeclaration({small.truth, {}, {}, 0}).has_value()) << method.name;
    const std::vector<LandmarkAnswer> one = {{5, Rtt()}};  // at once, at the pole
    const auto score = fitted->ScoreDeclaration({small.truth, one, distances, 0});
    EXPECT_TRUE(std::isfinite(score.value_or(0))) << method.name;
    const LocationEstimate estimate = fitted->Locate(one);
    if (estimate.area.has_value()) {
      EXPECT_TRUE(std::isfinite(estimate.area->square_kilometres())) << method.name;
    }
  }
}

TEST(PeerMethods, UnfittedMethodsStillAnswer) {
  const Small small = AroundTheAntimeridian();
  const CalibrationSet nothing({small.known.places().begin(), small.known.places().end()}, {});
  std::vector<Distance> distances;
  for (const ReferencePlace& place : nothing.places()) {
    distances.push_back(GeodesicDistance(place.position, small.truth));
  }
  for (const EstimatorMethod& method : AllEstimators()) {
    const auto score =
        method.fit(nothing)->ScoreDeclaration({small.truth, small.answers, distances, 0});
    EXPECT_TRUE(std::isfinite(score.value_or(0))) << method.name;
  }
}

TEST(PeerMethods, RegionsThatDoNotMeetAreEmptyAndSaySo) {
  const Small small = AroundTheAntimeridian();
  std::vector<LandmarkAnswer> torn = small.answers;
  torn[3].rtt = Milliseconds(1);  // near Brisbane as well as near Fiji
  torn[0].rtt = Milliseconds(1);
  const auto named = [](std::string_view name) {
    return *std::ranges::find(AllEstimators(), name, &EstimatorMethod::name);
  };
  const LocationEstimate cbg = named("cbg").fit(small.known)->Locate(torn);
  EXPECT_TRUE(cbg.is_empty);
  EXPECT_FALSE(cbg.centre.has_value());
  EXPECT_FALSE(cbg.contains(small.truth));
  // The largest consistent subset is never empty.
  const LocationEstimate subset = named("cbg++").fit(small.known)->Locate(torn);
  EXPECT_FALSE(subset.is_empty);
  EXPECT_TRUE(subset.centre.has_value());
}

TEST(PeerMethods, MonotoneOnesNeverScoreLessForALongerRtt) {
  const Small small = AroundTheAntimeridian();
  std::vector<Distance> distances;
  for (const ReferencePlace& place : small.known.places()) {
    distances.push_back(GeodesicDistance(place.position, small.truth));
  }
  for (const EstimatorMethod& method : AllEstimators()) {
    if (!method.is_monotone) continue;
    const auto fitted = method.fit(small.known);
    const auto before = fitted->ScoreDeclaration({small.truth, small.answers, distances, 0});
    for (std::size_t i = 0; i < small.answers.size(); ++i) {
      std::vector<LandmarkAnswer> later = small.answers;
      later[i].rtt = Rtt::FromDuration(later[i].rtt.duration() * 3);
      const auto after = fitted->ScoreDeclaration({small.truth, later, distances, 0});
      EXPECT_GE(after.value_or(1e9), before.value_or(-1e9)) << method.name;
    }
  }
}

// A hundred places along the equator. Short RTTs tell the distance well; above 100 ms it may be any.
CalibrationSet TellingOnlyWhenFast() {
  std::vector<ReferencePlace> places;
  std::vector<MeasuredPath> paths;
  for (std::uint32_t i = 0; i < 100; ++i) {
    places.push_back({*Position::FromDegrees(0, 1.7 * i), i, 0});
    const double ms = 5 + 2.0 * i;
    const double km = ms < 100 ? 80 * ms : 200.0 * ((i * 37) % 100);
    if (i > 0) paths.push_back({0, i, Distance::Kilometres(km), Milliseconds(ms)});
  }
  return CalibrationSet(std::move(places), std::move(paths));
}

// The score of one answer at one distance.
double ScoreOfOne(const LocationEstimator& estimator, double km, Rtt rtt) {
  const std::vector<LandmarkAnswer> answers = {{0, rtt}};
  const std::vector<Distance> distances = {Distance::Kilometres(km)};
  return *estimator.ScoreDeclaration({*Position::FromDegrees(0, 0), answers, distances, 0});
}

Rtt PaddedOne(const LocationEstimator& estimator, double km, Rtt rtt, bool* is_best) {
  const std::vector<LandmarkAnswer> answers = {{0, rtt}};
  std::vector<LandmarkAnswer> padded = answers;
  const std::vector<Distance> distances = {Distance::Kilometres(km)};
  *is_best = estimator.Pad({*Position::FromDegrees(0, 0), answers, distances, 0}, padded);
  return padded[0].rtt;
}

// Both score a sum over landmarks, so one landmark shows what any number would.
TEST(PeerMethods, NoReplyScoresLessThanPadOfSpotterAndVerLoc) {
  const CalibrationSet known = TellingOnlyWhenFast();
  for (const std::string_view name : {"spotter", "verloc"}) {
    const auto fitted = std::ranges::find(AllEstimators(), name, &EstimatorMethod::name)->fit(known);
    int raised = 0;
    int worse_later = 0;
    for (double km = 100; km < 19000; km += 730) {
      for (double own = 1; own < 200; own += 13) {
        bool is_best = false;
        const Rtt padded = PaddedOne(*fitted, km, Milliseconds(own), &is_best);
        ASSERT_TRUE(is_best);
        ASSERT_GE(padded, Milliseconds(own));
        const double least = ScoreOfOne(*fitted, km, padded);
        raised += padded > Milliseconds(own) ? 1 : 0;
        for (double ms = own; ms < 260; ms += 0.31) {
          const double tried = ScoreOfOne(*fitted, km, Milliseconds(ms));
          ASSERT_GE(tried, least - 1e-9) << name << " " << km << " km, " << own << " to " << ms;
          worse_later += ms > padded.milliseconds() && tried > least + 1e-6 ? 1 : 0;
        }
      }
    }
    // Neither had nothing to do, and it is not that any delay would have done.
    EXPECT_GT(raised, 50) << name;
    EXPECT_GT(worse_later, 50) << name;
  }
}

TEST(PeerMethods, SpotterPadsAnAnswerThatIsAlreadyLaterThanTheMostProbableOne) {
  const CalibrationSet known = TellingOnlyWhenFast();
  const auto fitted =
      std::ranges::find(AllEstimators(), "spotter", &EstimatorMethod::name)->fit(known);
  int rescued = 0;
  int left = 0;
  for (double own = 40; own < 190; own += 5) {
    bool is_best = false;
    const Rtt padded = PaddedOne(*fitted, 500, Milliseconds(own), &is_best);
    const bool is_raised = padded > Milliseconds(own);
    if (is_raised) {
      EXPECT_LT(ScoreOfOne(*fitted, 500, padded), ScoreOfOne(*fitted, 500, Milliseconds(own)));
    }
    ++(is_raised ? rescued : left);
  }
  EXPECT_GT(rescued, 0);  // 500 km are most probable below 10 ms: all of these are later
  EXPECT_GT(left, 0);
}

std::unique_ptr<const LocationEstimator> Fitted(std::string_view name, const CalibrationSet& known) {
  return std::ranges::find(AllEstimators(), name, &EstimatorMethod::name)->fit(known);
}

ReferencePlace PlaceAt(double latitude, double longitude) {
  return {*Position::FromDegrees(latitude, longitude), 0, 0};
}

// A public program takes the 0.25th percentile of delays where its paper has the first quartile.
// Distances here lie evenly 100 km to either side of 80 km a millisecond, so that mean, quartiles and
// the lowest percentile of a class of equal delays are far apart: 0, 100 and 100 km.
TEST(Spotter, AnswerIsHeldAgainstTheMeanOfItsClassAndNotAgainstItsLowEnd) {
  const std::vector<ReferencePlace> places = {PlaceAt(0, 0), PlaceAt(0, 1)};
  std::vector<MeasuredPath> paths;
  for (int i = 0; i < 6000; ++i) {
    const double ms = 10 + 0.03 * (i / 2);
    paths.push_back({0, 1, Distance::Kilometres(80 * ms + (i % 2 == 0 ? 100 : -100)),
                     Milliseconds(ms)});
  }
  const auto spotter = Fitted("spotter", CalibrationSet(places, paths));
  const std::vector<LandmarkAnswer> answers = {{0, Milliseconds(55)}};
  const auto score = [&](double km) {
    const std::vector<Distance> distances = {Distance::Kilometres(km)};
    return *spotter->ScoreDeclaration({places[1].position, answers, distances, 0});
  };
  const double mean = 80.0 * 55;
  for (const double off : {50.0, 100.0, 200.0}) {
    EXPECT_THAT(score(mean + off), DoubleNear(score(mean - off), 0.02)) << off;
    EXPECT_GT(score(mean - off), score(mean) + 0.05) << off;
  }
  // Half a squared deviation; classes of 50 paths are 1.5 ms wide, or 120 km, by which 100 km grow
  // to 106.
  EXPECT_THAT(score(mean + 200) - score(mean), DoubleNear(0.5 * 200 * 200 / (106.0 * 106.0), 0.05));
}

// Beside the declared place at (0, 0), seen due north and due south of it; nothing is fitted, so a
// millisecond stands for 2/9 c.
double BftPolocRadius(double reach_km, double away_km) {
  const CalibrationSet known({PlaceAt(3, 0), PlaceAt(-3, 0)}, {});
  const Rtt rtt = Milliseconds(reach_km / (2.0 / 9.0 * 299.792458));
  const std::vector<LandmarkAnswer> answers = {{0, rtt}, {1, rtt}};
  const std::vector<Distance> distances(2, Distance::Kilometres(away_km));
  return *Fitted("bft-poloc", known)
              ->ScoreDeclaration({*Position::FromDegrees(0, 0), answers, distances, 0});
}

// A public program leaves the square root out. Between two landmarks the farthest one can go is at
// right angles, by the third side of a triangle.
TEST(BftPoloc, RadiusIsTheThirdSideOfATriangleAndNoSquareKilometres) {
  EXPECT_THAT(BftPolocRadius(500, 300), DoubleNear(400, 1e-2));
  EXPECT_THAT(BftPolocRadius(1300, 500), DoubleNear(1200, 1e-2));
  // Linear in the scale, which squares are not; and nothing is left where the discs do not reach.
  EXPECT_THAT(BftPolocRadius(50, 30), DoubleNear(40, 1e-2));
  EXPECT_EQ(BftPolocRadius(299, 300), 0);
}

// RTT by the published curve of speed by distance.
Rtt OnVerLocsCurve(Distance distance) {
  const double metres = distance.kilometres() * 1e3;
  const double speed = 58.17 * std::exp(1.645e-7 * metres) - 47.85 * std::exp(-2.812e-6 * metres);
  return Milliseconds(2 * distance.kilometres() / std::min(speed, 299.792458 * 2 / 3));
}

// A public program searches within limits around the declared place that the references set, so that
// a device elsewhere is found at their edge. Ours is not even told what was declared: of a device
// declared in Paris it says where the answers come from, north, south and east of all references too.
TEST(VerLoc, DeviceFarFromItsDeclaredPlaceIsFoundWhereItIs) {
  std::vector<ReferencePlace> places;
  for (const auto& [latitude, longitude] :
       {std::pair(60.2, 25.0), std::pair(38.7, -9.1), std::pair(51.5, -0.1), std::pair(41.9, 12.5),
        std::pair(55.7, 12.6), std::pair(40.4, -3.7), std::pair(50.1, 8.7), std::pair(52.2, 21.0),
        std::pair(43.7, -79.4), std::pair(33.7, -84.4), std::pair(30.0, 31.2)}) {
    places.push_back(PlaceAt(latitude, longitude));
  }
  const CalibrationSet known(places, {});
  const auto verloc = Fitted("verloc", known);
  const Position declared = *Position::FromDegrees(48.9, 2.3);
  std::vector<Distance> distances;
  for (const ReferencePlace& place : places) {
    distances.push_back(GeodesicDistance(place.position, declared));
  }
  for (const auto& [latitude, longitude] :
       {std::pair(40.7, -74.0), std::pair(64.1, -21.9), std::pair(15.6, 32.5), std::pair(35.7, 51.4),
        std::pair(48.9, 2.3)}) {
    const Position truth = *Position::FromDegrees(latitude, longitude);
    std::vector<LandmarkAnswer> answers;
    for (std::uint32_t i = 0; i < places.size(); ++i) {
      answers.push_back({i, OnVerLocsCurve(GeodesicDistance(places[i].position, truth))});
    }
    const LocationEstimate estimate = verloc->Locate(answers);
    ASSERT_TRUE(estimate.centre.has_value());
    // The search goes downhill in steps and may stop in a flat valley, yet nowhere near Paris.
    EXPECT_LT(GeodesicDistance(*estimate.centre, truth).kilometres(), 800) << latitude;
    const double score = *verloc->ScoreDeclaration({declared, answers, distances, 0});
    if (GeodesicDistance(truth, declared) < Distance::Kilometres(1)) {
      EXPECT_LT(score, 1e-3);
    } else {
      EXPECT_GT(score, 0.5) << latitude;
    }
  }
}

TEST(RegionEstimate, CentroidOfADiscIsItsCentre) {
  for (const double degrees : {0.1, 30.0, 100.0}) {
    const UnitVector centre(*Position::FromDegrees(-17, 179.9));
    const std::vector<DomainDisc> discs = {{Disc(centre, Angle::Degrees(degrees)), 0}};
    EXPECT_LT(CentroidOf(DepthRegion(discs, 1)).AngleTo(centre).degrees(), 1e-6) << degrees;
  }
}

}  // namespace
}  // namespace earshot
