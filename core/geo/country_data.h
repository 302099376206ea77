// core/geo/country_data.h: the embedded outlines, decoded. Not for other rooms.
#ifndef EARSHOT_CORE_GEO_COUNTRY_DATA_H_
#define EARSHOT_CORE_GEO_COUNTRY_DATA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/geo/country_code.h"
#include "core/geo/position.h"

namespace earshot::internal {

// One outline, with its islands and holes. Land lies on the left of every ring.
struct CountryShape {
  std::vector<CountryCode> owners;  // more than one on disputed land
  std::string name;
  // Arc numbers: i >= 0 is arc i forwards, ~i arc i backwards.
  std::vector<std::vector<std::int32_t>> rings;
};

// Neighbours share the arcs between them, point by point. A straight line in longitude and latitude
// joins the points of an arc.
struct CountryData {
  std::vector<std::vector<Position>> arcs;
  std::vector<CountryShape> shapes;
};

// Decodes the data inside the program. A defect of that data is a bug of ours and ends the process.
CountryData LoadCountryData();

// Points along the line from each point of `arc` to the next, no more than `spacing` apart, ends
// included.
std::vector<UnitVector> Densified(const std::vector<Position>& arc, Distance spacing);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_COUNTRY_DATA_H_
