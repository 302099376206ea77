#include "core/geo/circle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace earshot::internal {
namespace {

// Unit direction of a diamond angle.
std::pair<double, double> FromDiamond(DiamondAngle at) {
  double x = 0;
  double y = 0;
  if (at < 2.0) {
    x = 1.0 - at;
    y = 1.0 - std::abs(x);
  } else {
    x = at - 3.0;
    y = std::abs(x) - 1.0;
  }
  const double norm = std::sqrt(x * x + y * y);
  return {x / norm, y / norm};
}

}  // namespace

DiamondAngle ToDiamond(double x, double y) {
  const double norm = std::abs(x) + std::abs(y);
  if (y >= 0) return x >= 0 ? y / norm : 1.0 - x / norm;
  return x < 0 ? 2.0 - y / norm : 3.0 + x / norm;
}

Circle::Circle(const UnitVector& centre_in, Angle radius_in)
    : centre(centre_in),
      radius(radius_in),
      cosine(std::cos(radius.radians())),
      sine(std::sin(radius.radians())),
      half_sine(std::sin(0.5 * radius.radians())),
      half_cosine(std::cos(0.5 * radius.radians())) {
  // The frame's first axis comes from the coordinate axis that is furthest from the centre.
  const UnitVector& c = centre;
  east = std::abs(c.z()) < 0.8 ? UnitVector::Towards(-c.y(), c.x(), 0)
                               : UnitVector::Towards(0, -c.z(), c.y());
  north =
      UnitVector::Towards(c.y() * east.z() - c.z() * east.y(), c.z() * east.x() - c.x() * east.z(),
                          c.x() * east.y() - c.y() * east.x());
}

UnitVector Circle::PointAt(DiamondAngle at) const {
  const auto [x, y] = FromDiamond(at);
  return PointTowards(x, y);
}

UnitVector Circle::PointHalfway(DiamondAngle from, Angle turn) const {
  const auto [x, y] = FromDiamond(from);
  const double c = std::cos(0.5 * turn.radians());
  const double s = std::sin(0.5 * turn.radians());
  return PointTowards(x * c - y * s, y * c + x * s);
}

UnitVector Circle::PointTowards(double x, double y) const {
  const double e = sine * x;
  const double n = sine * y;
  return UnitVector::Towards(centre.x() * cosine + east.x() * e + north.x() * n,
                             centre.y() * cosine + east.y() * e + north.y() * n,
                             centre.z() * cosine + east.z() * e + north.z() * n);
}

Angle Circle::Turn(DiamondAngle from, DiamondAngle to) {
  const auto [fx, fy] = FromDiamond(from);
  const auto [tx, ty] = FromDiamond(to);
  const double turn = std::atan2(fx * ty - fy * tx, fx * tx + fy * ty);
  const double length = to >= from ? to - from : to - from + 4.0;
  // Below a right angle and above three, `turn` is within rounding of [0, pi/2] or [-pi/2, 0].
  if (length < 1.0) return Angle::Radians(std::max(turn, 0.0));
  if (length > 3.0) return Angle::Radians(std::min(turn, 0.0) + 2.0 * std::numbers::pi);
  return Angle::Radians(turn > 0 ? turn : turn + 2.0 * std::numbers::pi);
}

}  // namespace earshot::internal
