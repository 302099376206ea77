#include "core/geo/depth_region.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/geo/boundary.h"
#include "core/geo/circle_sweep.h"

namespace earshot {
namespace {

using internal::Circle;
using internal::SweepArc;
using internal::SweepResult;

constexpr Distance kFieldTolerance = kOutwardTolerance + Distance::Metres(0.001);
// Below this an area may be the rounding of nothing, or of the whole sphere.
constexpr double kAreaRoundingKm2 = 0.01;

// What the sweep takes for everything must be everything to the field too, or places that the sweep
// names would lie in a hole of the field.
Disc Grown(const Disc& disc, Angle by) {
  const Disc grown = disc.GrownBy(by);
  return grown.radius() < internal::kEverythingFrom ? grown : Disc::Everything();
}

std::optional<Disc> Grown(const std::optional<Disc>& disc, Angle by) {
  return disc.has_value() ? std::optional(Grown(*disc, by)) : std::nullopt;
}

std::vector<DomainDisc> Grown(std::span<const DomainDisc> discs, Angle by) {
  std::vector<DomainDisc> grown(discs.begin(), discs.end());
  for (DomainDisc& d : grown) d.disc = Grown(d.disc, by);
  return grown;
}

BoundaryArc ToBoundaryArc(const Circle& circle, const SweepArc& arc, std::uint32_t component) {
  const Angle turn =
      arc.closed ? Angle::Radians(2.0 * std::numbers::pi) : Circle::Turn(arc.begin, arc.end);
  const double begin = arc.closed ? 0.0 : arc.begin;
  return {.centre = circle.centre,
          .radius = circle.radius,
          .begin = circle.PointAt(begin),
          .midpoint = circle.PointHalfway(begin, turn),
          .end = circle.PointAt(arc.closed ? 0.0 : arc.end),
          .turn = turn,
          .component = component};
}

// An area next to zero or next to everything is told apart by asking five points in no special
// position: a region that small holds at most one or two of them, its complement the rest.
Area Settled(Area area, const DepthRegion& region) {
  const double total = kEarthArea.square_kilometres();
  const double km2 = area.square_kilometres();
  if (km2 > kAreaRoundingKm2 && km2 < total - kAreaRoundingKm2) return area;
  constexpr std::array<std::array<double, 3>, 5> kPoints = {{{0.61, 0.37, 0.70},
                                                             {-0.53, 0.81, -0.26},
                                                             {0.19, -0.93, 0.31},
                                                             {-0.74, -0.42, -0.53},
                                                             {0.45, 0.28, -0.85}}};
  const auto inside = std::ranges::count_if(kPoints, [&region](const auto& p) {
    return region.Contains(UnitVector::Towards(p[0], p[1], p[2]));
  });
  const bool nearly_everything = inside * 2 > std::ssize(kPoints);
  if (nearly_everything) return km2 > kAreaRoundingKm2 ? area : kEarthArea;
  return km2 > kAreaRoundingKm2 ? Area() : area;
}

// The mean of a curve's arcs lies inside it when the curve is convex; an arc of it always does.
UnitVector WitnessOf(const DepthRegion& region) {
  double x = 0;
  double y = 0;
  double z = 0;
  for (const BoundaryArc& arc : region.boundary()) {
    if (arc.component != 0) continue;
    x += arc.midpoint.x();
    y += arc.midpoint.y();
    z += arc.midpoint.z();
  }
  if (std::hypot(x, y, z) > 1e-6) {
    const UnitVector mean = UnitVector::Towards(x, y, z);
    if (region.Contains(mean)) return mean;
  }
  return region.boundary().front().midpoint;
}

// The sign says on which side of the great circle from `a` to `b` a point lies: left is positive.
double SideOf(const UnitVector& a, const UnitVector& b, const UnitVector& point) {
  return (a.y() * b.z() - a.z() * b.y()) * point.x() + (a.z() * b.x() - a.x() * b.z()) * point.y() +
         (a.x() * b.y() - a.y() * b.x()) * point.z();
}

}  // namespace

Angle BoundaryArc::AngleTo(const UnitVector& point) const {
  const bool after_begin = SideOf(centre, begin, point) >= 0;
  const bool before_end = SideOf(centre, end, point) <= 0;
  const double full = 2.0 * std::numbers::pi;
  const bool beside =
      turn.radians() >= full ||
      (turn.radians() > 0 && (turn.radians() <= std::numbers::pi ? after_begin && before_end
                                                                 : after_begin || before_end));
  if (beside) {
    return Angle::Radians(std::abs(centre.AngleTo(point).radians() - radius.radians()));
  }
  return std::min(begin.AngleTo(point), end.AngleTo(point));
}

Angle DepthRegion::AngleTo(const UnitVector& point) const {
  if (Contains(point)) return Angle();
  Angle least = Angle::Radians(std::numbers::pi);
  for (const BoundaryArc& arc : boundary_) least = std::min(least, arc.AngleTo(point));
  return least;
}

DepthRegion::DepthRegion(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip)
    : field_(Grown(discs, OutwardAngle(kFieldTolerance)),
             Grown(clip, OutwardAngle(kFieldTolerance))),
      k_(std::max(k, 0)) {
  const Angle tolerance = OutwardAngle(kOutwardTolerance);
  const SweepResult sweep = internal::Sweep(Grown(discs, tolerance), k_, Grown(clip, tolerance));
  depth_max_ = sweep.depth_max;
  if (IsEmpty()) return;
  if (sweep.arcs.empty()) {
    is_everything_ = true;
    witness_ = UnitVector();
    area_ = kEarthArea;
    return;
  }
  const std::vector<std::uint32_t> curves = internal::CurvesOf(sweep);
  boundary_.reserve(sweep.arcs.size());
  for (std::size_t i = 0; i < sweep.arcs.size(); ++i) {
    const SweepArc& arc = sweep.arcs[i];
    boundary_.push_back(ToBoundaryArc(sweep.circles[arc.circle], arc, curves[i]));
    boundary_components_ = std::max(boundary_components_, static_cast<int>(curves[i]) + 1);
  }
  area_ = Settled(internal::AreaLeftOf(sweep), *this);
  witness_ = WitnessOf(*this);
}

}  // namespace earshot
