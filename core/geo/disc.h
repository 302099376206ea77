// core/geo/disc.h: closed discs on the auxiliary sphere (position.h).
#ifndef EARSHOT_CORE_GEO_DISC_H_
#define EARSHOT_CORE_GEO_DISC_H_

#include "core/base/quantity.h"
#include "core/geo/distance_bound.h"
#include "core/geo/position.h"

namespace earshot {

// All points within an angle of a centre. Any radius from 0 (a point) to pi (everything), above 90
// degrees included; or empty. Regular type; a default disc is empty.
class Disc {
 public:
  Disc() = default;
  static Disc Empty() { return Disc(); }
  static Disc Everything();
  // A negative radius gives the empty disc, NaN or more than pi everything.
  Disc(UnitVector centre, Angle radius);

  const UnitVector& centre() const { return centre_; }
  Angle radius() const { return radius_; }
  bool IsEmpty() const { return radius_.radians() < 0; }
  bool IsEverything() const;

  // Closed, with no tolerance: within 1e-8 rad of the circle (6 cm) rounding decides near the
  // antipode of the centre, within 1e-15 rad (7 nm) elsewhere. The arrangement adds its own margin.
  bool Contains(const UnitVector& point) const;

  // All points within `by` of this disc. An empty disc stays empty; `by` is not negative.
  Disc GrownBy(Angle by) const;

  friend bool operator==(const Disc&, const Disc&) = default;

 private:
  UnitVector centre_;
  Angle radius_ = Angle::Radians(-1);
};

// A disc that contains every position within `radius` (WGS84) of `centre`, and reaches at most
// 0.336 % further: 3.4 km for a bound of 1000 km.
Disc DiscContaining(Position centre, Distance radius);

// The same for what a bound leaves possible. The arrangement's outward tolerance (1 cm) covers the
// rounding of the centre.
Disc FromBound(Position landmark, const DistanceBound& bound);

// A disc that lies within `radius` (WGS84) of `centre`, and falls short of it by at most 0.336 %
// plus 1 cm. Empty when the radius is smaller than that. For "surely inside the declared site".
Disc DiscContainedIn(Position centre, Distance radius);

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_DISC_H_
