#include "core/geo/wgs84.h"

#include <GeographicLib/Geodesic.hpp>
#include <algorithm>

#include "core/base/check.h"

namespace earshot {

// GeographicLib throws only on a bad ellipsoid; neither call below can fail for a Position.
Distance GeodesicDistance(Position a, Position b) {
  double metres = 0;
  GeographicLib::Geodesic::WGS84().Inverse(a.latitude_degrees(), a.longitude_degrees(),
                                           b.latitude_degrees(), b.longitude_degrees(), metres);
  return Distance::Metres(metres);
}

Position Destination(Position start, Angle azimuth, Distance distance) {
  double latitude = 0;
  double longitude = 0;
  GeographicLib::Geodesic::WGS84().Direct(start.latitude_degrees(), start.longitude_degrees(),
                                          azimuth.degrees(), distance.metres(), latitude,
                                          longitude);
  const auto position = Position::FromDegrees(std::clamp(latitude, -90.0, 90.0), longitude);
  EARSHOT_CHECK(position.has_value());
  return *position;
}

}  // namespace earshot
