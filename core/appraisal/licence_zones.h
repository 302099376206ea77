// core/appraisal/licence_zones.h: which countries a licence forbids, under a policy.
#ifndef EARSHOT_CORE_APPRAISAL_LICENCE_ZONES_H_
#define EARSHOT_CORE_APPRAISAL_LICENCE_ZONES_H_

#include <span>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/domain/declaration.h"
#include "core/domain/policy.h"
#include "core/geo/country_code.h"

namespace earshot {

// The licence's countries as the policy reads them: with CN come HK and MO when it says so, for
// countries excluded and allowed alike. Sorted, unique.
std::vector<CountryCode> CountriesNamedBy(const LicenceTerms& licence, const Policy& policy);

// Every country of `map` where the licence does not let the device be: those named, or for a
// licence that names what it allows, all others.
std::vector<CountryCode> ForbiddenCountries(const LicenceTerms& licence, const Policy& policy,
                                            const CountryMap& map);

// The zones against which a test must show power, each a set of countries: each excluded country by
// itself, or, where the licence names what it allows, all other land together (so that its nearest
// point counts).
std::vector<std::vector<CountryCode>> ZonesToTell(const LicenceTerms& licence, const Policy& policy,
                                                  const CountryMap& map);

// True when `map` has an outline of each: of a country that it does not know, nothing can be said.
bool AllOnMap(std::span<const CountryCode> countries, const CountryMap& map);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_LICENCE_ZONES_H_
