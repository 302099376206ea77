// core/geo/wgs84.h: distances on the WGS84 ellipsoid. These decide; the sphere only arranges.
#ifndef EARSHOT_CORE_GEO_WGS84_H_
#define EARSHOT_CORE_GEO_WGS84_H_

#include "core/base/quantity.h"
#include "core/geo/position.h"

namespace earshot {

// Length of the shortest path along the ellipsoid. Error below 15 nm, antipodal points included
// (Karney, "Algorithms for geodesics", J. Geodesy 87 (2013) 43-55). About 1 us.
Distance GeodesicDistance(Position a, Position b);

// Where one arrives from `start` after `distance` in direction `azimuth` (clockwise from north).
// Error below 15 nm. A negative distance goes backwards.
Position Destination(Position start, Angle azimuth, Distance distance);

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_WGS84_H_
