#include "core/geo/distance_bound.h"

#include <algorithm>
#include <cmath>

namespace earshot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Each formula below rounds at most six times, each time by at most 2^-53 = 1.2e-16 of its result.
constexpr double kOutward = 1.0 + 16.0 * 0x1.0p-53;
constexpr double kOutwardMetres = 1e-10;
// What GeographicLib's distances may be wrong by.
constexpr double kGeodesicErrorMetres = 15e-9;

double RoundedOutward(double metres) { return metres * kOutward + kOutwardMetres; }

double Metres(Duration time, Speed speed) {
  return static_cast<double>(std::max<std::int64_t>(0, time.count())) * 1e-9 *
         speed.metres_per_second();
}

}  // namespace

DistanceBound DistanceBound::FromRtt(Rtt rtt, Medium medium, const BoundMargins& margins) {
  const double rate_error = std::max(0.0, margins.clock_rate_error_ppm) * 1e-6;
  const double position_error = margins.landmark_position_uncertainty.metres();
  if (!(rate_error < 1.0) || std::isnan(margins.clock_rate_error_ppm) ||
      std::isnan(position_error)) {
    return DistanceBound(Distance::Metres(kInfinity), medium);
  }
  const Speed speed = SpeedIn(medium);
  const double path = Metres(rtt.duration(), speed) + Metres(margins.clock_resolution, speed);
  const double radius = 0.5 * path / (1.0 - rate_error) + std::max(0.0, position_error);
  return DistanceBound(Distance::Metres(RoundedOutward(radius)), medium);
}

DistanceBound DistanceBound::AgedBy(Duration age, Speed drift) const {
  if (age.count() <= 0) return *this;
  if (!(drift.metres_per_second() >= 0)) {
    return DistanceBound(Distance::Metres(kInfinity), medium_);
  }
  const double grown = radius_.metres() + Metres(age, drift);
  return DistanceBound(Distance::Metres(RoundedOutward(grown)), medium_);
}

bool DistanceBound::Excludes(Distance distance) const {
  return distance.metres() > radius_.metres() + kGeodesicErrorMetres;
}

}  // namespace earshot
