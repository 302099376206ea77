// core/geo/circle.h: circles on the sphere and places on them. Not for other rooms.
#ifndef EARSHOT_CORE_GEO_CIRCLE_H_
#define EARSHOT_CORE_GEO_CIRCLE_H_

#include "core/base/quantity.h"
#include "core/geo/position.h"

namespace earshot::internal {

// A place on a circle, as the direction from its centre: monotone in the angle, 4 to the turn, 0 at
// the frame's east. ("Diamond angle": y / (|x| + |y|) and its mirror images. Sorting needs no
// atan2.)
using DiamondAngle = double;

// The boundary of one or more equal discs, with the frame in which places on it are measured.
struct Circle {
  Circle(const UnitVector& centre_in, Angle radius_in);

  UnitVector PointAt(DiamondAngle at) const;
  // Half the way of a walk that begins at `from` and goes on counterclockwise by `turn`.
  UnitVector PointHalfway(DiamondAngle from, Angle turn) const;
  // The angle turned from `from` counterclockwise to `to`, in [0, 2 pi]: near the ends of that
  // range the order of the two decides, never the rounding of the angle between them; 0 when they
  // agree.
  static Angle Turn(DiamondAngle from, DiamondAngle to);

  UnitVector PointTowards(double x, double y) const;  // (x, y) of unit length, in the frame

  UnitVector centre;
  Angle radius;
  UnitVector east;   // perpendicular to the centre, and so is
  UnitVector north;  // this; east x north = centre
  double cosine;     // of the radius
  double sine;
  double half_sine;  // sin(radius/2), by which discs are compared
  double half_cosine;
};

// The diamond angle of the direction (x, y), which need not be of unit length.
DiamondAngle ToDiamond(double x, double y);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_CIRCLE_H_
