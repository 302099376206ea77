#include "core/geo/country_polygons.h"

#include <s2/mutable_s2shape_index.h>
#include <s2/s2contains_point_query.h>
#include <s2/s2lax_polygon_shape.h>

#include <algorithm>
#include <utility>

namespace earshot::internal {
namespace {

// Lines between points this close stay within 0.3 km of the straight line in longitude and
// latitude.
constexpr Distance kPolygonSpacing = Distance::Kilometres(50);

S2Point ToS2Point(const UnitVector& v) { return {v.x(), v.y(), v.z()}; }

std::vector<S2Point> LoopOf(const std::vector<std::int32_t>& ring,
                            const std::vector<std::vector<S2Point>>& arcs) {
  std::vector<S2Point> loop;
  for (const std::int32_t reference : ring) {
    const bool forwards = reference >= 0;
    std::vector<S2Point> arc = arcs[static_cast<std::size_t>(forwards ? reference : ~reference)];
    if (!forwards) std::ranges::reverse(arc);
    for (const S2Point& point : arc) {
      if (loop.empty() || loop.back() != point) loop.push_back(point);
    }
  }
  // A ring ends where it begins; S2 closes loops by itself.
  while (loop.size() > 1 && loop.back() == loop.front()) loop.pop_back();
  return loop;
}

}  // namespace

struct CountryPolygons::Index {
  MutableS2ShapeIndex shapes;
};

CountryPolygons::CountryPolygons(const CountryData& data) : index_(std::make_unique<Index>()) {
  std::vector<std::vector<S2Point>> arcs;
  arcs.reserve(data.arcs.size());
  for (const auto& arc : data.arcs) {
    std::vector<S2Point>& points = arcs.emplace_back();
    for (const UnitVector& v : Densified(arc, kPolygonSpacing)) points.push_back(ToS2Point(v));
  }
  for (const CountryShape& shape : data.shapes) {
    std::vector<std::vector<S2Point>> loops;
    for (const auto& ring : shape.rings) {
      std::vector<S2Point> loop = LoopOf(ring, arcs);
      // Fewer points enclose no land; an empty loop would mean the whole sphere to S2.
      if (loop.size() >= 3) loops.push_back(std::move(loop));
    }
    index_->shapes.Add(std::make_unique<S2LaxPolygonShape>(loops));
  }
  index_->shapes.ForceBuild();
}

CountryPolygons::~CountryPolygons() = default;

std::vector<std::uint32_t> CountryPolygons::ShapesAt(const UnitVector& point) const {
  S2ContainsPointQuery<MutableS2ShapeIndex> query(
      &index_->shapes, S2ContainsPointQueryOptions(S2VertexModel::CLOSED));
  std::vector<std::uint32_t> shapes;
  query.VisitContainingShapes(ToS2Point(point), [&shapes](const S2Shape* shape) {
    shapes.push_back(static_cast<std::uint32_t>(shape->id()));
    return true;
  });
  return shapes;
}

}  // namespace earshot::internal
