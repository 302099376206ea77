// core/geo/depth_region.h: where a device can be, given discs of which some may be lies.
//
// With n domains reporting and at most f of them lying, the device stands at a point of depth n - f
// or more. That set is computed exactly, as an arrangement of circles on the sphere:
//
//   for each circle, the arcs that other discs cut out of it are sorted by angle and swept; a
//   boundary arc of the region is one with depth >= k inside and < k outside. O(N^2 log N).
//
// Sources: de Berg et al., "Computational Geometry" (3rd ed.), ch. 8 (depth in arrangements);
// Chazelle and Lee, "On a circle placement problem", Computing 36 (1986) 1-16 (angular sweep along
// each circle); area by Gauss-Bonnet as in do Carmo, "Differential Geometry of Curves and
// Surfaces", 4-5, with triangles by Van Oosterom and Strackee, IEEE Trans. Biomed. Eng. 30 (1983)
// 125-126, eq. 8.
#ifndef EARSHOT_CORE_GEO_DEPTH_REGION_H_
#define EARSHOT_CORE_GEO_DEPTH_REGION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/geo/area.h"
#include "core/geo/depth_field.h"
#include "core/geo/disc.h"
#include "core/geo/position.h"

namespace earshot {

// Every disc and the clip are grown by this before anything is computed, so that rounding never
// excludes a point: double arithmetic errs by less than 0.5 mm here, and centres by 7 nm. Circles
// that touch within it count as meeting.
inline constexpr Distance kOutwardTolerance = Distance::Metres(0.01);

// A piece of the region's boundary, on one circle.
struct BoundaryArc {
  UnitVector centre;  // of the circle
  Angle radius;
  UnitVector begin;  // counterclockwise around the centre from here
  UnitVector midpoint;
  UnitVector end;
  Angle turn;               // how far it goes around the centre, in [0, 2 pi]
  std::uint32_t component;  // arcs of one closed curve share it; from 0

  // From a point to the nearest of this arc. Error below 1e-8 rad (6 cm).
  Angle AngleTo(const UnitVector& point) const;
};

// The points of depth `k` or more. Immutable; any number of threads may ask.
//
// Handled, not assumed away: empty discs, points, discs above 90 degrees, discs that are everything
// (one that leaves out less than 127 m around its antipode counts as such), holes, several pieces,
// equal and tangent circles, poles and the antimeridian (nothing happens there), k <= 0 (every
// point of the clip), k above the number of domains (no point).
class DepthRegion {
 public:
  // Only points inside `clip` count, when there is one: "does the region meet the declared site?"
  DepthRegion(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip = {});

  int k() const { return k_; }
  int domain_count() const { return field_.domain_count(); }

  // The greatest depth of any point (of the clip); DepthField::kOutsideClip if the clip is empty.
  int depth_max() const { return depth_max_; }
  bool IsEmpty() const { return depth_max_ < k_; }
  bool IsEverything() const { return is_everything_; }

  // A point of the region, well inside when that is cheap to find; none if the region is empty.
  const std::optional<UnitVector>& witness() const { return witness_; }

  // Depth of a point, tolerance included (and 1 mm more, so that every point this class names is
  // inside by its own account).
  int DepthAt(const UnitVector& point) const { return field_.DepthAt(point); }
  bool Contains(const UnitVector& point) const { return DepthAt(point) >= k_; }

  // From a point to the nearest of the region, on the sphere; zero inside, pi when it is empty. The
  // WGS84 distance is this times at least kPolarRadius. Error below 1e-8 rad (6 cm).
  Angle AngleTo(const UnitVector& point) const;

  // Within 0.23 % for the sphere, and 1 square metre per boundary arc for rounding.
  Area area() const { return area_; }

  // Every connected piece of the region has an arc here, unless the region is empty or everything.
  std::span<const BoundaryArc> boundary() const { return boundary_; }
  // Closed curves of the boundary. Pieces that touch in a point may be counted as one.
  int boundary_components() const { return boundary_components_; }

  const DepthField& field() const { return field_; }

 private:
  DepthField field_;
  int k_;
  int depth_max_ = DepthField::kOutsideClip;
  bool is_everything_ = false;
  std::optional<UnitVector> witness_;
  Area area_;
  std::vector<BoundaryArc> boundary_;
  int boundary_components_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_DEPTH_REGION_H_
