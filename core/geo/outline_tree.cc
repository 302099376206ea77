#include "core/geo/outline_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

namespace earshot::internal {
namespace {

constexpr Distance kVertexSpacing = Distance::Kilometres(9);
constexpr std::uint32_t kChainVertices = 16;
// Covers the rounding of angles, many times over: 0.6 m.
constexpr double kAngleSlack = 1e-7;

// A disc around all `parts`.
template <typename Parts, typename CentreOf, typename ReachOf>
Disc DiscAround(const Parts& parts, CentreOf centre_of, ReachOf reach_of) {
  std::array<double, 3> sum{};
  for (const auto& part : parts) {
    const UnitVector& v = centre_of(part);
    sum[0] += v.x();
    sum[1] += v.y();
    sum[2] += v.z();
  }
  if (std::hypot(sum[0], sum[1], sum[2]) < 1e-6) return Disc::Everything();
  const UnitVector centre = UnitVector::Towards(sum[0], sum[1], sum[2]);
  double radius = 0;
  for (const auto& part : parts) {
    radius = std::max(radius, centre.AngleTo(centre_of(part)).radians() + reach_of(part));
  }
  return Disc(centre, Angle::Radians(radius + kAngleSlack));
}

// The coordinate in which `discs` spread most.
std::size_t WidestAxis(std::span<const std::uint32_t> order, const std::vector<Disc>& discs) {
  std::array<double, 3> low;
  std::array<double, 3> high;
  low.fill(std::numeric_limits<double>::infinity());
  high.fill(-std::numeric_limits<double>::infinity());
  for (const std::uint32_t i : order) {
    const UnitVector& v = discs[i].centre();
    const std::array<double, 3> at = {v.x(), v.y(), v.z()};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], at[axis]);
      high[axis] = std::max(high[axis], at[axis]);
    }
  }
  std::size_t widest = 0;
  for (std::size_t axis = 1; axis < 3; ++axis) {
    if (high[axis] - low[axis] > high[widest] - low[widest]) widest = axis;
  }
  return widest;
}

double Coordinate(const UnitVector& v, std::size_t axis) {
  return axis == 0 ? v.x() : axis == 1 ? v.y() : v.z();
}

Angle AngleToLine(const UnitVector& point, const UnitVector& a, const UnitVector& b) {
  const double x = a.y() * b.z() - a.z() * b.y();
  const double y = a.z() * b.x() - a.x() * b.z();
  const double z = a.x() * b.y() - a.y() * b.x();
  if (x == 0 && y == 0 && z == 0) return a.AngleTo(point);
  const BoundaryArc line{.centre = UnitVector::Towards(x, y, z),
                         .radius = Angle::Degrees(90),
                         .begin = a,
                         .midpoint = a,
                         .end = b,
                         .turn = a.AngleTo(b),
                         .component = 0};
  return line.AngleTo(point);
}

}  // namespace

// What a search asks of a point, prepared once.
struct OutlineTree::Query {
  Query(const DepthRegion& region_in, Distance distance)
      : region(region_in),
        reach(OutwardAngle(distance + kOutlineReach) + Angle::Radians(kAngleSlack)),
        grown(region_in.field().GrownBy(reach)) {}

  bool MayReach(const Node& node) const { return grown.MayReach(node.cap, region.k()); }
  bool Reaches(std::span<const UnitVector> chain) const {
    return std::ranges::any_of(chain, [this](const UnitVector& vertex) {
      return grown.DepthAt(vertex) >= region.k() && region.AngleTo(vertex) <= reach;
    });
  }

  const DepthRegion& region;
  Angle reach;
  // Contains the region grown by `reach`, and more: growing every disc stretches the tips of a
  // lens.
  DepthField grown;
};

OutlineTree::OutlineTree(const CountryData& data, std::span<const CountrySet> arc_owners) {
  std::vector<Chain> chains;
  std::vector<Disc> discs;
  for (std::uint32_t arc = 0; arc < data.arcs.size(); ++arc) {
    if (arc_owners[arc].none()) continue;
    const std::vector<UnitVector> points = Densified(data.arcs[arc], kVertexSpacing);
    const auto first = static_cast<std::uint32_t>(vertices_.size());
    vertices_.insert(vertices_.end(), points.begin(), points.end());
    const auto last = static_cast<std::uint32_t>(vertices_.size());
    for (std::uint32_t begin = first; begin + 1 < last; begin += kChainVertices - 1) {
      const std::uint32_t end = std::min(begin + kChainVertices, last);
      chains.push_back({arc, begin, end});
      discs.push_back(DiscAround(
          std::span(vertices_).subspan(begin, end - begin),
          [](const UnitVector& v) -> const UnitVector& { return v; },
          [](const UnitVector&) { return 0.0; }));
    }
  }
  std::vector<std::uint32_t> order(chains.size());
  std::iota(order.begin(), order.end(), 0U);
  chains_ = std::move(chains);
  nodes_.reserve(2 * order.size());
  Build(order, 0, static_cast<std::uint32_t>(order.size()), discs, arc_owners);
  std::vector<Chain> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t i : order) sorted.push_back(chains_[i]);
  chains_ = std::move(sorted);
}

void OutlineTree::Build(std::vector<std::uint32_t>& order, std::uint32_t begin, std::uint32_t end,
                        const std::vector<Disc>& discs, std::span<const CountrySet> arc_owners) {
  const std::size_t self = nodes_.size();
  const std::span<std::uint32_t> mine = std::span(order).subspan(begin, end - begin);
  const Disc disc =
      mine.size() == 1
          ? discs[mine[0]]
          : DiscAround(
                mine, [&](std::uint32_t i) -> const UnitVector& { return discs[i].centre(); },
                [&](std::uint32_t i) { return discs[i].radius().radians(); });
  CountrySet owners;
  for (const std::uint32_t i : mine) owners |= arc_owners[chains_[i].arc];
  nodes_.push_back({disc, Cap(disc), owners, begin, end, 0});
  if (mine.size() > 1) {
    const std::size_t axis = WidestAxis(mine, discs);
    const std::uint32_t middle = begin + (end - begin) / 2;
    std::ranges::nth_element(mine, mine.begin() + (middle - begin), {},
                             [&](std::uint32_t i) { return Coordinate(discs[i].centre(), axis); });
    Build(order, begin, middle, discs, arc_owners);
    Build(order, middle, end, discs, arc_owners);
  }
  nodes_[self].skip = static_cast<std::uint32_t>(nodes_.size());
}

// Calls visitor(node) for nodes in order; it answers whether to go on below the node.
template <typename Visitor>
void OutlineTree::Visit(Visitor&& visitor) const {
  for (std::uint32_t i = 0; i < nodes_.size();) {
    const Node& node = nodes_[i];
    i = visitor(node) ? i + 1 : node.skip;
  }
}

CountrySet OutlineTree::OwnersNear(const DepthRegion& region, Distance reach,
                                   const CountrySet& among) const {
  CountrySet found;
  if (region.IsEmpty()) return found;
  const Query query(region, reach);
  Visit([&](const Node& node) {
    if ((node.owners & among & ~found).none() || !query.MayReach(node)) return false;
    const bool is_chain = node.end - node.begin == 1;
    if (region.field().SurelyReachesAll(node.cap, region.k()) ||
        (is_chain && query.Reaches(VerticesOf(chains_[node.begin])))) {
      found |= node.owners & among;
      return false;
    }
    return true;
  });
  return found;
}

bool OutlineTree::AnyNear(const DepthRegion& region, Distance reach, const CountrySet& among,
                          const ArcFilter& filter) const {
  if (region.IsEmpty()) return false;
  const Query query(region, reach);
  bool found = false;
  Visit([&](const Node& node) {
    if (found || (node.owners & among).none() || !query.MayReach(node)) return false;
    if (node.end - node.begin > 1) return true;
    const Chain& chain = chains_[node.begin];
    found = filter(chain.arc) && query.Reaches(VerticesOf(chain));
    return false;
  });
  return found;
}

Angle OutlineTree::AngleToOutline(const UnitVector& point, const CountrySet& among,
                                  Angle at_most) const {
  Angle least = at_most;
  if (!nodes_.empty()) Approach(0, AtLeast(0, point), point, among, least);
  return least;
}

Angle OutlineTree::AtLeast(std::uint32_t node, const UnitVector& point) const {
  const Disc& disc = nodes_[node].disc;
  return disc.centre().AngleTo(point) - disc.radius();
}

// The nearer half first, so that the farther one is seldom looked at. As deep as the tree: 2 log n.
void OutlineTree::Approach(std::uint32_t at, Angle at_least, const UnitVector& point,
                           const CountrySet& among, Angle& least) const {
  const Node& node = nodes_[at];
  if (at_least > least || (node.owners & among).none()) return;
  if (node.end - node.begin == 1) {
    const std::span<const UnitVector> vertices = VerticesOf(chains_[node.begin]);
    for (std::size_t i = 1; i < vertices.size(); ++i) {
      least = std::min(least, AngleToLine(point, vertices[i - 1], vertices[i]));
    }
    return;
  }
  std::uint32_t near = at + 1;
  std::uint32_t far = nodes_[near].skip;
  Angle to_near = AtLeast(near, point);
  Angle to_far = AtLeast(far, point);
  if (to_far < to_near) {
    std::swap(near, far);
    std::swap(to_near, to_far);
  }
  Approach(near, to_near, point, among, least);
  Approach(far, to_far, point, among, least);
}

}  // namespace earshot::internal
