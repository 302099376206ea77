#include "core/geo/distance_bound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <type_traits>

#include "core/geo/wgs84.h"

namespace earshot {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

static_assert(!std::is_convertible_v<DistanceEstimate, DistanceBound>);
static_assert(!std::is_convertible_v<DistanceBound, DistanceEstimate>);
static_assert(!std::is_constructible_v<DistanceBound, DistanceEstimate>);
static_assert(!std::is_constructible_v<DistanceEstimate, DistanceBound>);
static_assert(!std::is_convertible_v<Distance, DistanceBound>);
static_assert(!std::is_convertible_v<Distance, DistanceEstimate>);

constexpr BoundMargins kNoMargins{.clock_rate_error_ppm = 0};

Rtt RttOf(Duration d) { return Rtt::FromDuration(d); }
DistanceBound Vacuum(Duration d, const BoundMargins& margins = kNoMargins) {
  return DistanceBound::FromRtt(RttOf(d), Medium::kVacuum, margins);
}

TEST(DistanceBound, OneMillisecondIsHalfALightMillisecondRoundedOutward) {
  const long double exact = 299792458.0L * 0.0005L;
  const double radius = Vacuum(milliseconds(1)).radius().metres();
  EXPECT_GE(static_cast<long double>(radius), exact);
  EXPECT_LT(static_cast<long double>(radius) - exact, 2e-9L);
}

TEST(DistanceBound, FibreRingIsTwoThirdsOfTheVacuumRingAndSaysSo) {
  const auto fibre = DistanceBound::FromRtt(RttOf(milliseconds(3)), Medium::kFibre, kNoMargins);
  EXPECT_EQ(fibre.medium(), Medium::kFibre);
  EXPECT_NEAR(fibre.radius().metres(), Vacuum(milliseconds(2)).radius().metres(), 1e-6);
  EXPECT_EQ(Vacuum(milliseconds(3)).medium(), Medium::kVacuum);
}

TEST(DistanceBound, NeverBelowTheExactFormula) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<std::int64_t> nanoseconds(0, 400'000'000);
  std::uniform_real_distribution<double> ppm(0, 1000);
  std::uniform_real_distribution<double> metres(0, 50'000);
  for (int i = 0; i < 100'000; ++i) {
    const BoundMargins margins{ppm(random), Duration(nanoseconds(random) % 5000),
                               Distance::Metres(metres(random))};
    const Duration t(nanoseconds(random));
    const long double rate = 1.0L - static_cast<long double>(margins.clock_rate_error_ppm) * 1e-6L;
    const long double exact =
        static_cast<long double>((t + margins.clock_resolution).count()) * 1e-9L * 299792458.0L /
            (2.0L * rate) +
        static_cast<long double>(margins.landmark_position_uncertainty.metres());
    const auto radius = static_cast<long double>(Vacuum(t, margins).radius().metres());
    ASSERT_GE(radius, exact);
    ASSERT_LE(radius, exact * (1 + 1e-14L) + 1e-9L);
  }
}

TEST(DistanceBound, GrowsWithTheRttAndWithEveryMargin) {
  const DistanceBound base = Vacuum(milliseconds(10));
  EXPECT_GT(Vacuum(milliseconds(10) + Duration(1)).radius(), base.radius());
  EXPECT_GT(Vacuum(milliseconds(10), {.clock_rate_error_ppm = 1}).radius(), base.radius());
  BoundMargins margins = kNoMargins;
  margins.clock_resolution = Duration(1);
  EXPECT_GT(Vacuum(milliseconds(10), margins).radius(), base.radius());
  margins = kNoMargins;
  margins.landmark_position_uncertainty = Distance::Metres(1);
  EXPECT_GT(Vacuum(milliseconds(10), margins).radius(), base.radius());
}

TEST(DistanceBound, MarginsThatMakeNoSenseNeverNarrow) {
  const Distance base = Vacuum(milliseconds(10)).radius();
  const BoundMargins negative{-500, milliseconds(-1), Distance::Kilometres(-3)};
  EXPECT_EQ(Vacuum(milliseconds(10), negative).radius(), base);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isinf(Vacuum(seconds(0), {.clock_rate_error_ppm = nan}).radius().metres()));
  EXPECT_TRUE(std::isinf(Vacuum(seconds(0), {.clock_rate_error_ppm = 1e6}).radius().metres()));
}

TEST(DistanceBound, AgeAddsAnAirlinersWayAndNegativeAgeNothing) {
  const DistanceBound base = Vacuum(milliseconds(10));
  EXPECT_NEAR((base.AgedBy(hours(1)).radius() - base.radius()).kilometres(), 1080, 1e-6);
  EXPECT_GE(base.AgedBy(seconds(1)).radius().metres(), base.radius().metres() + 300);
  EXPECT_EQ(base.AgedBy(seconds(-5)), base);
  const Speed walking = Speed::MetresPerSecond(1);
  EXPECT_NEAR((base.AgedBy(seconds(10), walking).radius() - base.radius()).metres(), 10, 1e-6);
  const Speed senseless = Speed::MetresPerSecond(-1);
  EXPECT_TRUE(std::isinf(base.AgedBy(seconds(1), senseless).radius().metres()));
  EXPECT_EQ(base.AgedBy(hours(1)).medium(), base.medium());
}

TEST(DistanceBound, DefaultBoundExcludesNoPlace) {
  EXPECT_FALSE(DistanceBound().Excludes(Distance::Kilometres(20004)));
  EXPECT_TRUE(Vacuum(milliseconds(1)).Excludes(Distance::Kilometres(150)));
  EXPECT_FALSE(Vacuum(milliseconds(1)).Excludes(Distance::Kilometres(149)));
}

// One exchange as physics allows it: the signal takes at least 2 d / c, the landmark's clock may
// run slow by the stated rate and cuts both stamps to its resolution.
Duration MeasuredRtt(Distance distance, Duration delay, double rate_error_ppm,
                     Duration resolution) {
  const long double flight = 2e9L * static_cast<long double>(distance.metres()) / 299792458.0L;
  const long double shown = (flight + static_cast<long double>(delay.count())) *
                            (1.0L - static_cast<long double>(rate_error_ppm) * 1e-6L);
  const auto ticks =
      static_cast<std::int64_t>(shown / static_cast<long double>(resolution.count()));
  return ticks * resolution;
}

TEST(DistanceBound, NoneOfAMillionExchangesIsBoundBelowTheTrueDistance) {
  std::mt19937_64 random(20);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_int_distribution<std::int64_t> delay_ns(0, 30'000'000);
  int below = 0;
  int at_the_limit = 0;
  constexpr int kPairs = 1000;
  constexpr int kExchangesPerPair = 1000;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Position landmark = Position::FromDegrees(latitude(random), longitude(random)).value();
    // Every fourth device stands within a kilometre of its landmark.
    const Position device =
        pair % 4 == 0
            ? Destination(landmark, Angle::Degrees(longitude(random)), Distance::Metres(pair))
            : Position::FromDegrees(latitude(random), longitude(random)).value();
    const Distance truth = GeodesicDistance(landmark, device);
    for (int i = 0; i < kExchangesPerPair; ++i) {
      // The hardest world first: speed exactly c, no access delay, the clock at its limits.
      const bool hardest = i % 2 == 0;
      const Duration resolution(1 + i % 50);
      const BoundMargins margins{100, resolution, Distance()};
      const Duration rtt =
          MeasuredRtt(truth, hardest ? Duration(0) : Duration(delay_ns(random)), 100, resolution);
      const DistanceBound bound = Vacuum(rtt, margins);
      below += bound.Excludes(truth) ? 1 : 0;
      at_the_limit += bound.radius().metres() < truth.metres() + 20 ? 1 : 0;
    }
  }
  EXPECT_EQ(below, 0);
  // The margin is used up, not merely generous: without it many of these bounds would be false.
  EXPECT_GE(at_the_limit, kPairs * kExchangesPerPair / 2);
}

TEST(DistanceBound, WithoutItsMarginsASlowClockWouldShortenIt) {
  const Distance truth = Distance::Kilometres(1000);
  const Duration rtt = MeasuredRtt(truth, Duration(0), 100, microseconds(1));
  EXPECT_TRUE(Vacuum(rtt, kNoMargins).Excludes(truth));
  EXPECT_FALSE(Vacuum(rtt, {100, microseconds(1), Distance()}).Excludes(truth));
}

}  // namespace
}  // namespace earshot
