// core/geo/distance_bound.h: what physics proves of a distance, and what a model guesses.
//
// Two types that do not convert into each other: a DistanceBound is an upper limit that holds as
// long as its medium's speed is not exceeded; a DistanceEstimate is a model's opinion.
#ifndef EARSHOT_CORE_GEO_DISTANCE_BOUND_H_
#define EARSHOT_CORE_GEO_DISTANCE_BOUND_H_

#include <compare>
#include <limits>

#include "core/base/quantity.h"
#include "core/base/time.h"

namespace earshot {

// What a measurement may be wrong by, in the direction that would shorten a bound. Values that make
// no sense (negative, NaN) never narrow: they count as zero or as no knowledge at all.
struct BoundMargins {
  double clock_rate_error_ppm = 100;         // the landmark's clock may run slow by this much
  Duration clock_resolution{0};              // an interval may be cut by this much: both stamps
  Distance landmark_position_uncertainty{};  // the landmark may stand this far from its record
};

// How fast a device may be carried while a bound grows old: an airliner (0.3 km/s).
inline constexpr Speed kDeviceSpeedLimit = Speed::MetresPerSecond(300.0);

// An upper limit of the WGS84 distance between a landmark's recorded position and the key.
//
//   radius = v (t + resolution) / (2 (1 - rho)) + landmark position uncertainty
//
// with rho the clock's rate error: a clock that runs slow by rho shows t = (1 - rho) times the true
// interval. Rounded outward: the returned radius is never below the exact value of the formula and
// exceeds it by less than 1e-14 of itself plus 1 nm (20 nm at 20 000 km). Everything along the path
// other than distance (queues, relays, processing) makes the radius larger than the true distance
// and never smaller. Regular type; a default one reaches everywhere and so says nothing.
class DistanceBound {
 public:
  DistanceBound() = default;
  static DistanceBound FromRtt(Rtt rtt, Medium medium, const BoundMargins& margins);

  // Infinite when the margins left nothing known.
  Distance radius() const { return radius_; }
  Medium medium() const { return medium_; }

  // The same bound `age` later: grown by `drift` times the age, outward. A negative age changes
  // nothing; a drift that makes no sense (negative, NaN) leaves nothing known.
  DistanceBound AgedBy(Duration age, Speed drift = kDeviceSpeedLimit) const;

  // Surely further away than the bound allows: `distance` counts as known to 15 nm.
  bool Excludes(Distance distance) const;

  friend bool operator==(const DistanceBound&, const DistanceBound&) = default;

 private:
  DistanceBound(Distance radius, Medium medium) : radius_(radius), medium_(medium) {}
  Distance radius_ = Distance::Metres(std::numeric_limits<double>::infinity());
  Medium medium_ = Medium::kVacuum;
};

// A distance that a delay model finds likely. Never called a bound, never turned into one.
class DistanceEstimate {
 public:
  DistanceEstimate() = default;
  static DistanceEstimate FromModel(Distance distance) { return DistanceEstimate(distance); }
  Distance distance() const { return distance_; }
  friend auto operator<=>(const DistanceEstimate&, const DistanceEstimate&) = default;

 private:
  explicit DistanceEstimate(Distance distance) : distance_(distance) {}
  Distance distance_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_DISTANCE_BOUND_H_
