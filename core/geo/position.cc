#include "core/geo/position.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr double kAxisRatio = kPolarRadius.metres() / kEquatorialRadius.metres();
// Covers the rounding of a division and of a conversion between degrees and radians.
constexpr double kRounding = 4e-16;

double NormalisedLongitude(double degrees) {
  if (degrees >= 180.0) degrees -= 360.0;
  if (degrees < -180.0) degrees += 360.0;
  return degrees == 0.0 ? 0.0 : degrees;
}

}  // namespace

Result<Position> Position::FromDegrees(double latitude, double longitude) {
  if (!(latitude >= -90.0 && latitude <= 90.0)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("latitude {} is not within -90 and 90 degrees", latitude));
  }
  if (!(longitude >= -360.0 && longitude <= 360.0)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("longitude {} is not within -180 and 180 degrees", longitude));
  }
  return Position(latitude == 0.0 ? 0.0 : latitude, NormalisedLongitude(longitude));
}

std::string Position::text() const {
  return fmt::format("{:.4f} {} {:.4f} {}", std::abs(latitude_degrees_),
                     latitude_degrees_ < 0 ? 'S' : 'N', std::abs(longitude_degrees_),
                     longitude_degrees_ < 0 ? 'W' : 'E');
}

UnitVector::UnitVector(Position position) {
  const double phi = position.latitude().radians();
  const double lambda = position.longitude().radians();
  // (cos beta, sin beta) is (cos phi, (b/a) sin phi), brought to unit length: no tangent, so the
  // poles need no case of their own.
  const double sine = kAxisRatio * std::sin(phi);
  const double cosine = std::cos(phi);
  const double norm = std::hypot(sine, cosine);
  x_ = cosine / norm * std::cos(lambda);
  y_ = cosine / norm * std::sin(lambda);
  z_ = sine / norm;
}

UnitVector UnitVector::Towards(double x, double y, double z) {
  const double norm = std::hypot(x, y, z);
  EARSHOT_CHECK(norm > 0);
  return UnitVector(x / norm, y / norm, z / norm);
}

Position UnitVector::ToPosition() const {
  const double phi = std::atan2(z_, kAxisRatio * std::hypot(x_, y_));
  const double lambda = x_ == 0.0 && y_ == 0.0 ? 0.0 : std::atan2(y_, x_);
  return Position(std::clamp(Angle::Radians(phi).degrees(), -90.0, 90.0),
                  NormalisedLongitude(Angle::Radians(lambda).degrees()));
}

Angle UnitVector::AngleTo(const UnitVector& o) const {
  const double h = Haversine(o);
  const double rest = Haversine(o.Antipode());
  return Angle::Radians(2.0 * std::atan2(std::sqrt(h), std::sqrt(rest)));
}

Angle OutwardAngle(Distance d) {
  if (std::isnan(d.metres())) return Angle::Radians(std::numbers::pi);
  const double angle = std::max(0.0, d.metres()) / kPolarRadius.metres() * (1.0 + kRounding);
  return Angle::Radians(std::min(angle, std::numbers::pi));
}

Angle InwardAngle(Distance d) {
  if (!(d.metres() > 0.0)) return Angle();
  const double angle = d.metres() / kEquatorialRadius.metres() * (1.0 - kRounding);
  return Angle::Radians(std::min(angle, std::numbers::pi));
}

}  // namespace earshot
