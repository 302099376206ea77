// From the packet's true flight to the bound, through clocks, stamps, margins and both worst cases:
// nothing that an honest landmark measures may put a device closer than it is.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "core/geo/wgs84.h"
#include "core/latency/resolve.h"
#include "core/locate/path_model.h"
#include "core/locate/region.h"

namespace earshot {
namespace {

constexpr int kExchanges = 1'000'000;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  double Between(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine_() >> 11U) * 0x1.0p-53);
  }
  bool Chance(double p) { return Between(0, 1) < p; }
  Position Anywhere() {
    const double latitude = std::asin(Between(-1, 1)) * 180 / std::numbers::pi;
    return Position::FromDegrees(latitude, Between(-180, 180)).value();
  }

 private:
  std::mt19937_64 engine_;
};

// A landmark's clocks: each shows true time times its rate, cut to whole nanoseconds.
struct Clocks {
  double raw_rate;
  double wall_rate;

  MonotonicInstant Raw(double t) const {
    return MonotonicInstant::FromNanoseconds(
        7'000'000'000 + static_cast<std::int64_t>(std::floor(t * raw_rate)));
  }
  WallInstant Wall(double t) const {
    return WallInstant::FromNanoseconds(
        1'700'000'000'000'000'000 + static_cast<std::int64_t>(std::floor(t * wall_rate)));
  }
  ClockReading Read(double t) const { return {Raw(t), Wall(t)}; }
};

// What the rim records of a flight of `flight_ns` that leaves at `leave`.
ProbeStamps Recorded(const Clocks& clocks, double leave, double flight_ns, Dice& dice) {
  const double arrive = leave + flight_ns;
  const double read = arrive + dice.Between(0, 50'000);
  ProbeStamps stamps;
  stamps.before_send = clocks.Read(0);
  stamps.after_receive = clocks.Read(read);
  if (dice.Chance(0.8)) stamps.kernel_transmit = clocks.Wall(leave);
  if (dice.Chance(0.8)) stamps.kernel_receive = clocks.Wall(arrive);
  stamps.transmit_not_after = clocks.Wall(leave + 100'000);
  return stamps;
}

// The bound from one exchange between a landmark near its recorded place and a device.
LandmarkBound Measured(const Landmark& landmark, double flight_ns, const Policy& policy,
                       Dice& dice) {
  const double rate_error = policy.clock_rate_error;
  const Clocks clocks{.raw_rate = 1 + dice.Between(-rate_error, 0),
                      .wall_rate = 1 + dice.Between(-2 * rate_error, rate_error)};
  LandmarkObservation seen;
  const double leave = dice.Between(0, 40'000);
  seen.samples.push_back(ResolveSample(1, Recorded(clocks, leave, flight_ns, dice)));
  // A stepped sample bounds nothing; that one is made again on honest clocks.
  if (Has(seen.samples[0].taint, Taint::kClockStep)) {
    const Clocks steady{1.0, 1.0};
    seen.samples[0] = ResolveSample(1, Recorded(steady, leave, flight_ns, dice));
  }
  return BoundFrom(landmark, seen, Duration(0), policy).value();
}

TEST(BoundSoundness, NoBoundOfAMillionHonestExchangesIsBelowTheTrueDistance) {
  Dice dice(2020);
  const Policy policy;
  int below_vacuum = 0;
  int below_fibre = 0;
  double slack_km_min = 1e9;
  for (int i = 0; i < kExchanges; ++i) {
    const bool light_speed = i % 2 == 0;  // and no access delay
    Landmark landmark;
    landmark.position_uncertainty = Distance::Metres(100);
    landmark.position = dice.Anywhere();
    const Position stands = Destination(landmark.position, Angle::Degrees(dice.Between(0, 360)),
                                        Distance::Metres(dice.Between(0, 100)));
    const Position device =
        dice.Chance(0.5) ? dice.Anywhere()
                         : Destination(stands, Angle::Degrees(dice.Between(0, 360)),
                                       Distance::Kilometres(dice.Between(0, 300)));
    const Distance flown = GeodesicDistance(stands, device);
    const double flight_ns =
        light_speed ? 2e9 * flown.metres() / kSpeedOfLight.metres_per_second()
                    : static_cast<double>(PathModel::Measured2020()
                                              .Draw(flown, dice.Between(0, 1))
                                              .duration()
                                              .count());
    const LandmarkBound bound = Measured(landmark, flight_ns, policy, dice);
    const Distance truth = GeodesicDistance(landmark.position, device);
    if (bound.vacuum.Excludes(truth)) ++below_vacuum;
    if (!light_speed && bound.fibre.Excludes(truth)) ++below_fibre;
    slack_km_min = std::min(slack_km_min, (bound.vacuum.radius() - truth).kilometres());
  }
  EXPECT_EQ(below_vacuum, 0);
  EXPECT_EQ(below_fibre, 0);
  RecordProperty("least_slack_m", static_cast<int>(slack_km_min * 1000));
  EXPECT_LT(slack_km_min, 0.5);  // the hardest cases come close, so the margins are what holds
}

TEST(BoundSoundness, WithoutMarginsTheSameExchangesBreakTheBound) {
  Dice dice(2020);
  Policy margins;
  Policy none = margins;
  none.clock_rate_error = 0;
  none.clock_resolution = Duration(0);
  int below = 0;
  for (int i = 0; i < 20'000; ++i) {
    Landmark landmark;
    landmark.position = dice.Anywhere();
    const Position device = dice.Anywhere();
    const Distance truth = GeodesicDistance(landmark.position, device);
    const double flight_ns = 2e9 * truth.metres() / kSpeedOfLight.metres_per_second();
    LandmarkObservation seen;
    const Clocks slow{.raw_rate = 1 - margins.clock_rate_error,
                      .wall_rate = 1 - margins.clock_rate_error};
    seen.samples.push_back(ResolveSample(1, Recorded(slow, 0, flight_ns, dice)));
    if (BoundFrom(landmark, seen, Duration(0), none)->vacuum.Excludes(truth)) ++below;
    EXPECT_FALSE(BoundFrom(landmark, seen, Duration(0), margins)->vacuum.Excludes(truth));
  }
  EXPECT_GT(below, 1'000);
}

}  // namespace
}  // namespace earshot
