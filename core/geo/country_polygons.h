// core/geo/country_polygons.h: which outlines hold a point. Not for other rooms.
//
// The one header between us and S2, whose own are slow to compile: they stay in the .cc file.
#ifndef EARSHOT_CORE_GEO_COUNTRY_POLYGONS_H_
#define EARSHOT_CORE_GEO_COUNTRY_POLYGONS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "core/geo/country_data.h"
#include "core/geo/position.h"

namespace earshot::internal {

class CountryPolygons {
 public:
  explicit CountryPolygons(const CountryData& data);
  ~CountryPolygons();
  CountryPolygons(const CountryPolygons&) = delete;
  CountryPolygons& operator=(const CountryPolygons&) = delete;

  // Places in data.shapes of all shapes that hold `point`, borders included. Any thread may ask.
  std::vector<std::uint32_t> ShapesAt(const UnitVector& point) const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_COUNTRY_POLYGONS_H_
