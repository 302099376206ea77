// core/geo/circle_sweep.h: the arrangement behind DepthRegion. Not for other rooms.
#ifndef EARSHOT_CORE_GEO_CIRCLE_SWEEP_H_
#define EARSHOT_CORE_GEO_CIRCLE_SWEEP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/geo/depth_field.h"

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
  // The angle turned from `from` counterclockwise to `to`, in (0, 2 pi].
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

// A crossing of two circles: walking counterclockwise, `walker` enters `entered` there (so
// `entered`, walked counterclockwise, leaves `walker` at the same point).
struct Crossing {
  std::uint32_t walker = 0;
  std::uint32_t entered = 0;
  friend auto operator<=>(const Crossing&, const Crossing&) = default;
};

// A maximal piece of the region's boundary on one circle, counterclockwise: region on the left.
struct SweepArc {
  std::uint32_t circle = 0;
  bool closed = false;  // the whole circle; the rest is then meaningless
  DiamondAngle begin = 0;
  DiamondAngle end = 0;
  Crossing begin_at;
  Crossing end_at;
};

struct SweepResult {
  std::vector<Circle> circles;
  std::vector<SweepArc> arcs;
  int depth_max = DepthField::kOutsideClip;
};

// Sweeps discs that have been grown already. Regions of depth `k` of the points of `clip`.
SweepResult Sweep(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_CIRCLE_SWEEP_H_
