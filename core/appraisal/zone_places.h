// core/appraisal/zone_places.h: places spread evenly over a country, to plan for.
#ifndef EARSHOT_CORE_APPRAISAL_ZONE_PLACES_H_
#define EARSHOT_CORE_APPRAISAL_ZONE_PLACES_H_

#include <vector>

#include "core/appraisal/site_plan.h"
#include "core/geo/country_zones.h"

namespace earshot {

// Centres of a grid in latitude and longitude that lie on the country's land, as fine as it takes
// to have some hundreds of them (a grid of 1 km ends it), each with its share of their area. Empty
// for a code that has no outline. Some milliseconds for a small country, below a second for the
// largest.
std::vector<PlanPlace> PlacesIn(const CountryZones& zones, CountryCode country);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_ZONE_PLACES_H_
