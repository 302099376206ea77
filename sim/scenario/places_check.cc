#include <fmt/format.h>

#include "core/geo/country_zones.h"
#include "sim/scenario/scenario_proto.h"

namespace earshot {

Status PlacesAreSound(const Scenario& scenario, const TextProtoScope& scope) {
  const CountryZones& zones = CountryZones::Default();
  for (std::size_t i = 0; i < scenario.places.size(); ++i) {
    const ScenarioPlace& place = scenario.places[i];
    const Distance away = zones.DistanceToCountry(place.position, place.country);
    if (away <= kOutlineTolerance) continue;
    const TextProtoScope at = scope.Nested("places", static_cast<int>(i));
    const std::vector<CountryCode> found = zones.CountriesAt(place.position);
    if (found.empty()) {
      return tl::unexpected(at.At(
          "latitude_deg",
          fmt::format("{} lies at sea, {:.0f} km from {}; check both coordinates and their signs",
                      place.position.text(), away.kilometres(), zones.NameOf(place.country))));
    }
    return tl::unexpected(at.At(
        "country", fmt::format("{} lies in {} ({}), not in {}; correct the country or the position",
                               place.position.text(), zones.NameOf(found.front()),
                               found.front().text(), zones.NameOf(place.country))));
  }
  return {};
}

}  // namespace earshot
