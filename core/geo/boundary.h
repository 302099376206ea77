// core/geo/boundary.h: closed curves and area from the arcs of a sweep. Not for other rooms.
#ifndef EARSHOT_CORE_GEO_BOUNDARY_H_
#define EARSHOT_CORE_GEO_BOUNDARY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/geo/area.h"
#include "core/geo/circle_sweep.h"

namespace earshot::internal {

// For each arc the number of the closed curve it belongs to, from 0.
std::vector<std::uint32_t> CurvesOf(const SweepResult& sweep);

// Area of the region to the left of all arcs, modulo the whole sphere, in [0, kEarthArea).
Area AreaLeftOf(const SweepResult& sweep);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_GEO_BOUNDARY_H_
