#include "core/appraisal/outline_map.h"

namespace earshot {

std::span<const CountryCode> OutlineMap::Countries() const { return zones_.countries(); }

std::vector<CountryCode> OutlineMap::TouchedBy(const ProvedRegion& region, Distance margin) const {
  if (region.ProvesNothing()) return {Countries().begin(), Countries().end()};
  return zones_.CountriesTouchedBy(region.region(), margin);
}

bool OutlineMap::Encloses(std::span<const CountryCode> countries, const ProvedRegion& region,
                          Distance margin) const {
  if (region.ProvesNothing() || region.IsEmpty()) return false;
  return zones_.RegionInsideCountries(region.region(), countries, margin);
}

Distance OutlineMap::DistanceToNearest(Position from, std::span<const CountryCode> countries,
                                       Distance margin) const {
  return zones_.DistanceToNearest(from, countries, margin);
}

}  // namespace earshot
