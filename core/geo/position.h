// core/geo/position.h: places on the Earth, and their image on a sphere.
#ifndef EARSHOT_CORE_GEO_POSITION_H_
#define EARSHOT_CORE_GEO_POSITION_H_

#include <string>

#include "core/base/quantity.h"
#include "core/base/result.h"

namespace earshot {

// A geodetic WGS84 position at height zero. Regular type; a default one lies at 0 N 0 E.
class Position {
 public:
  constexpr Position() = default;

  // Latitude in [-90, 90], longitude in [-360, 360], brought into [-180, 180). kInvalidArgument,
  // with the offending value in the message, for anything else, NaN included.
  static Result<Position> FromDegrees(double latitude, double longitude);

  constexpr double latitude_degrees() const { return latitude_degrees_; }
  constexpr double longitude_degrees() const { return longitude_degrees_; }
  constexpr Angle latitude() const { return Angle::Degrees(latitude_degrees_); }
  constexpr Angle longitude() const { return Angle::Degrees(longitude_degrees_); }

  // "1.2900 N 103.8500 E": four decimals, 11 m.
  std::string text() const;

  friend constexpr bool operator==(Position, Position) = default;

 private:
  friend class UnitVector;
  constexpr Position(double latitude, double longitude)
      : latitude_degrees_(latitude), longitude_degrees_(longitude) {}
  double latitude_degrees_ = 0;
  double longitude_degrees_ = 0;
};

// A point of the auxiliary sphere: the unit sphere onto which a position is mapped with its
// longitude kept and its geodetic latitude phi replaced by the reduced latitude beta,
// tan(beta) = (b/a) tan(phi).
//
// Why this map: along it, lengths on the WGS84 ellipsoid are between b and a times the angles on
// the sphere. (With reduced latitude the metric is (a^2 sin^2 beta + b^2 cos^2 beta) dbeta^2 +
// a^2 cos^2 beta dlambda^2: Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), eq. 5-6.) So
// for any two positions at geodesic distance s the angle between their images lies in
// [s/a, s/b]: kPolarRadius and kEquatorialRadius below turn lengths into angles outward and inward,
// with 0.336 % between them. Geodetic latitude taken as if spherical would need 1.01 %.
class UnitVector {
 public:
  // The north pole.
  constexpr UnitVector() = default;
  // Error below 1e-15 rad (7 nm).
  explicit UnitVector(Position position);
  // The direction of (x, y, z), which need not be of unit length; it must not be zero.
  static UnitVector Towards(double x, double y, double z);

  constexpr double x() const { return x_; }
  constexpr double y() const { return y_; }
  constexpr double z() const { return z_; }

  // The inverse map. Error below 1e-14 degrees, times 1/cos(latitude) in longitude.
  Position ToPosition() const;

  constexpr UnitVector Antipode() const { return UnitVector(-x_, -y_, -z_); }
  constexpr double Dot(const UnitVector& o) const { return x_ * o.x_ + y_ * o.y_ + z_ * o.z_; }
  // sin^2(angle/2). Grows with the angle, needs no inverse function, exact to 4e-16 absolutely and
  // relatively good for small angles, where a dot product is not.
  constexpr double Haversine(const UnitVector& o) const {
    const double dx = x_ - o.x_;
    const double dy = y_ - o.y_;
    const double dz = z_ - o.z_;
    return 0.25 * (dx * dx + dy * dy + dz * dz);
  }
  Angle AngleTo(const UnitVector& o) const;

  friend constexpr bool operator==(const UnitVector&, const UnitVector&) = default;

 private:
  constexpr UnitVector(double x, double y, double z) : x_(x), y_(y), z_(z) {}
  double x_ = 0;
  double y_ = 0;
  double z_ = 1;
};

// WGS84 (NGA.STND.0036): a and b = a (1 - 1/298.257223563).
inline constexpr Distance kEquatorialRadius = Distance::Metres(6378137.0);
inline constexpr Distance kPolarRadius = Distance::Metres(6356752.314245179);

// The angle that surely reaches as far as `d` does (0.336 % more at most), and the one that surely
// does not reach further. Negative distances are treated as zero; an infinite one gives pi.
Angle OutwardAngle(Distance d);
Angle InwardAngle(Distance d);

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_POSITION_H_
