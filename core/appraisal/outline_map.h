// core/appraisal/outline_map.h: the map of countries by the outlines that the program ships.
#ifndef EARSHOT_CORE_APPRAISAL_OUTLINE_MAP_H_
#define EARSHOT_CORE_APPRAISAL_OUTLINE_MAP_H_

#include "core/appraisal/country_map.h"
#include "core/geo/country_zones.h"

namespace earshot {

class OutlineMap final : public CountryMap {
 public:
  // `zones` must outlive the map.
  explicit OutlineMap(const CountryZones& zones = CountryZones::Default()) : zones_(zones) {}

  std::span<const CountryCode> Countries() const override;
  std::vector<CountryCode> TouchedBy(const ProvedRegion& region, Distance margin) const override;
  bool Encloses(std::span<const CountryCode> countries, const ProvedRegion& region,
                Distance margin) const override;
  Distance DistanceToNearest(Position from, std::span<const CountryCode> countries,
                             Distance margin) const override;

 private:
  const CountryZones& zones_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_OUTLINE_MAP_H_
