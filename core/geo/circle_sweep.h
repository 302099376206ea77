// core/geo/circle_sweep.h: the arrangement behind DepthRegion. Not for other rooms.
#ifndef EARSHOT_CORE_GEO_CIRCLE_SWEEP_H_
#define EARSHOT_CORE_GEO_CIRCLE_SWEEP_H_

#include <cstdint>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/geo/circle.h"
#include "core/geo/depth_field.h"

namespace earshot::internal {

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

// A disc that leaves out less than this around its antipode is everything: half sines near 1 do not
// tell radii apart to better than 0.3 mm there. 2e-5 rad is 127 m.
inline constexpr Angle kEverythingFrom = Angle::Radians(std::numbers::pi - 2e-5);

// Sweeps discs that have been grown already. Regions of depth `k` of the points of `clip`.
SweepResult Sweep(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_CIRCLE_SWEEP_H_
