#include "core/locate/region_estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace earshot {
namespace {

using Vector = std::array<double, 3>;

Vector Of(const UnitVector& v) { return {v.x(), v.y(), v.z()}; }
Vector Scaled(const Vector& v, double k) { return {v[0] * k, v[1] * k, v[2] * k}; }
Vector Sum(const Vector& a, const Vector& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vector Cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
double Length(const Vector& v) { return std::hypot(v[0], v[1], v[2]); }

// The integral of r x dr along an arc, from where it begins through `turn`:
// sin^2 R turn c - sin R cos R (sin(turn) e1 + (1 - cos(turn)) e2), e1 towards the beginning.
Vector Moment(const BoundaryArc& arc) {
  const Vector centre = Of(arc.centre);
  const double sine = std::sin(arc.radius.radians());
  const double cosine = std::cos(arc.radius.radians());
  const double turn = arc.turn.radians();
  Vector towards = Sum(Of(arc.begin), Scaled(centre, -arc.begin.Dot(arc.centre)));
  const double length = Length(towards);
  if (length > 0) towards = Scaled(towards, 1 / length);
  const Vector left = Cross(centre, towards);
  return Sum(Scaled(centre, sine * sine * turn),
             Scaled(Sum(Scaled(towards, std::sin(turn)), Scaled(left, 1 - std::cos(turn))),
                    -sine * cosine));
}

}  // namespace

UnitVector CentroidOf(const DepthRegion& region) {
  Vector sum{};
  for (const BoundaryArc& arc : region.boundary()) sum = Sum(sum, Moment(arc));
  constexpr double kLost = 1e-12;
  if (Length(sum) < kLost) return *region.witness();
  return UnitVector::Towards(sum[0], sum[1], sum[2]);
}

LocationEstimate EstimateFrom(std::shared_ptr<const DepthRegion> region) {
  LocationEstimate estimate;
  estimate.is_empty = region->IsEmpty();
  estimate.area = estimate.is_empty ? Area() : region->area();
  if (!estimate.is_empty) estimate.centre = CentroidOf(*region).ToPosition();
  estimate.contains = [region = std::move(region)](Position place) {
    return !region->IsEmpty() && region->Contains(UnitVector(place));
  };
  return estimate;
}

Distance DistanceTo(const DepthRegion& region, Position place) {
  return kMeanRadius * region.AngleTo(UnitVector(place)).radians();
}

Angle AngleOver(Distance distance) {
  return Angle::Radians(std::min(distance.metres() / kMeanRadius.metres(), std::numbers::pi));
}

std::vector<UnitVector> UnitVectorsOf(const CalibrationSet& known) {
  std::vector<UnitVector> all;
  all.reserve(known.places().size());
  for (const ReferencePlace& place : known.places()) all.emplace_back(place.position);
  return all;
}

}  // namespace earshot
