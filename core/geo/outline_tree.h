// core/geo/outline_tree.h: all borders and coasts, searchable by region. Not for other rooms.
#ifndef EARSHOT_CORE_GEO_OUTLINE_TREE_H_
#define EARSHOT_CORE_GEO_OUTLINE_TREE_H_

#include <bitset>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/geo/country_data.h"
#include "core/geo/depth_field.h"
#include "core/geo/depth_region.h"

namespace earshot::internal {

// By place in the sorted list of countries.
inline constexpr std::size_t kCountriesMax = 256;
using CountrySet = std::bitset<kCountriesMax>;

// No point of an outline is further than this from a vertex of the tree: vertices are at most 9 km
// apart, and between them lines straight in longitude and latitude stay within 0.5 km of great
// circles.
inline constexpr Distance kOutlineReach = Distance::Kilometres(5);

// The arcs of all outlines, cut into short chains in a tree of bounding caps.
class OutlineTree {
 public:
  // `arc_owners`: who owns a shape beside each arc. An arc beside no shape is left out.
  OutlineTree(const CountryData& data, std::span<const CountrySet> arc_owners);

  // Which arcs a search looks at.
  using ArcFilter = std::function<bool(std::uint32_t arc)>;

  // Those of `among` of whose arcs some point may lie within `reach` of `region`.
  CountrySet OwnersNear(const DepthRegion& region, Distance reach, const CountrySet& among) const;
  // Whether some point of an arc that `filter` lets through and one of `among` owns may lie within
  // `reach` of `region`.
  bool AnyNear(const DepthRegion& region, Distance reach, const CountrySet& among,
               const ArcFilter& filter) const;

  // The least angle from `point` to a line between neighbouring vertices of the arcs that one of
  // `among` owns; `at_most` when none is nearer than that.
  Angle AngleToOutline(const UnitVector& point, const CountrySet& among, Angle at_most) const;

 private:
  struct Chain {
    std::uint32_t arc;
    std::uint32_t begin;  // into vertices_; the last vertex is the next chain's first
    std::uint32_t end;
  };
  struct Node {
    Disc disc;
    Cap cap;
    CountrySet owners;
    std::uint32_t begin;  // chains
    std::uint32_t end;
    std::uint32_t skip;  // index of the node after this one's descendants
  };
  struct Query;

  void Build(std::vector<std::uint32_t>& order, std::uint32_t begin, std::uint32_t end,
             const std::vector<Disc>& discs, std::span<const CountrySet> arc_owners);
  Angle AtLeast(std::uint32_t node, const UnitVector& point) const;
  void Approach(std::uint32_t at, Angle at_least, const UnitVector& point, const CountrySet& among,
                Angle& least) const;
  template <typename Visitor>
  void Visit(Visitor&& visitor) const;
  std::span<const UnitVector> VerticesOf(const Chain& chain) const {
    return std::span(vertices_).subspan(chain.begin, chain.end - chain.begin);
  }

  std::vector<UnitVector> vertices_;
  std::vector<Chain> chains_;  // in tree order
  std::vector<Node> nodes_;    // parents before children
};

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_OUTLINE_TREE_H_
