#include "core/appraisal/zone_places.h"

#include <algorithm>
#include <cmath>

namespace earshot {
namespace {

constexpr std::size_t kPlacesWanted = 150;
constexpr double kDegreesFirst = 30;
constexpr double kDegreesLeast = 0.01;                     // about a kilometre
constexpr Distance kDegree = Distance::Kilometres(111.7);  // the longest one

struct Cell {
  double latitude;  // of the centre
  double longitude;
};

bool HasLandOf(const CountryZones& zones, Position at, CountryCode country) {
  const std::vector<CountryCode> there = zones.CountriesAt(at);
  return std::ranges::binary_search(there, country);
}

}  // namespace

std::vector<PlanPlace> PlacesIn(const CountryZones& zones, CountryCode country) {
  if (!std::ranges::binary_search(zones.countries(), country)) return {};
  std::vector<Cell> cells;
  for (double latitude = -75; latitude < 90; latitude += kDegreesFirst) {
    for (double longitude = -165; longitude < 180; longitude += kDegreesFirst) {
      cells.push_back({latitude, longitude});
    }
  }
  std::vector<PlanPlace> places;
  for (double side = kDegreesFirst; side >= kDegreesLeast; side /= 2) {
    const Distance half_diagonal = kDegree * (side * std::sqrt(0.5));
    std::vector<Cell> finer;
    places.clear();
    double area = 0;
    for (const Cell& cell : cells) {
      const auto at = Position::FromDegrees(cell.latitude, cell.longitude);
      if (!at || zones.DistanceToCountry(*at, country) > half_diagonal) continue;
      if (HasLandOf(zones, *at, country)) {
        places.push_back({*at, std::cos(at->latitude().radians())});
        area += places.back().share;
      }
      for (const double north : {-0.25, 0.25}) {
        for (const double east : {-0.25, 0.25}) {
          finer.push_back({cell.latitude + north * side, cell.longitude + east * side});
        }
      }
    }
    for (PlanPlace& place : places) place.share /= area;
    if (places.size() >= kPlacesWanted) break;
    cells = std::move(finer);
  }
  return places;
}

}  // namespace earshot
