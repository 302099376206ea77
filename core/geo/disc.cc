#include "core/geo/disc.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot {
namespace {

// Room left for the rounding of centres: what is surely inside must stay so. 1 cm on the ground.
constexpr double kInwardMargin = 0.01 / kPolarRadius.metres();

}  // namespace

Disc::Disc(UnitVector centre, Angle radius)
    : centre_(centre),
      radius_(Angle::Radians(radius.radians() < 0
                                 ? -1.0
                                 // In this order what is no number is everything.
                                 : std::min(std::numbers::pi, radius.radians()))) {}

Disc Disc::Everything() { return Disc(UnitVector(), Angle::Radians(std::numbers::pi)); }

bool Disc::IsEverything() const { return radius_.radians() >= std::numbers::pi; }

bool Disc::Contains(const UnitVector& point) const {
  if (IsEmpty()) return false;
  const double half_chord = std::sin(0.5 * radius_.radians());
  return centre_.Haversine(point) <= half_chord * half_chord || IsEverything();
}

Disc Disc::GrownBy(Angle by) const { return IsEmpty() ? *this : Disc(centre_, radius_ + by); }

Disc DiscContaining(Position centre, Distance radius) {
  if (radius.metres() < 0) return Disc::Empty();
  return Disc(UnitVector(centre), OutwardAngle(radius));
}

Disc FromBound(Position landmark, const DistanceBound& bound) {
  return DiscContaining(landmark, bound.radius());
}

Disc DiscContainedIn(Position centre, Distance radius) {
  const Angle inward = InwardAngle(radius) - Angle::Radians(kInwardMargin);
  return inward.radians() < 0 ? Disc::Empty() : Disc(UnitVector(centre), inward);
}

}  // namespace earshot
