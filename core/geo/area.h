// core/geo/area.h: areas on the ground as a type.
#ifndef EARSHOT_CORE_GEO_AREA_H_
#define EARSHOT_CORE_GEO_AREA_H_

#include <compare>

namespace earshot {

class Area {
 public:
  constexpr Area() = default;
  static constexpr Area SquareKilometres(double km2) { return Area(km2); }
  constexpr double square_kilometres() const { return square_kilometres_; }
  friend constexpr auto operator<=>(Area, Area) = default;

 private:
  explicit constexpr Area(double km2) : square_kilometres_(km2) {}
  double square_kilometres_ = 0;
};

// Surface of the WGS84 ellipsoid: 4 pi times the square of its authalic radius, 6371.0072 km.
inline constexpr Area kEarthArea = Area::SquareKilometres(510065621.7);

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_AREA_H_
