// core/geo/country_zones.h: where countries are, and which of them a region may touch.
//
// Outlines: Natural Earth 4.1 at 1:50 million, with the islands that it leaves out from 1:10
// million (core/geo/data/README.md). They are de facto borders: land is drawn with whoever controls
// it. Hong Kong (HK) and Macao (MO) are shapes of their own and not part of CN here; whether a
// licence that names CN means them too is policy. Kosovo is XK; Northern Cyprus counts as CY and
// Somaliland as SO (ISO 3166 has no codes for them). The Spratly Islands, Scarborough Reef, the
// Siachen Glacier and leased land count as everyone's who claims or holds them. French overseas
// departments are FR.
#ifndef EARSHOT_CORE_GEO_COUNTRY_ZONES_H_
#define EARSHOT_CORE_GEO_COUNTRY_ZONES_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/geo/country_code.h"
#include "core/geo/depth_region.h"
#include "core/geo/position.h"

namespace earshot {

// How far a coast or border may lie from its outline here; zones are grown by it unless the policy
// says more. Measured against 1:10 million: China 15.3 km, Macao 12.4, Hong Kong 8.6,
// Singapore 1.8. South Sudan, Morocco, Antarctica and India deviate by more and grow by more,
// whatever the margin (core/geo/data/README.md).
inline constexpr Distance kDefaultZoneMargin = Distance::Kilometres(25);

// The code that `text` names, upper case as ISO 3166-1 alpha-2 writes it. kNotFound for anything
// else, with what was probably meant: "cn" and "China" lead to CN, "UK" to GB.
Result<CountryCode> ParseCountryCode(std::string_view text);

// All outlines. Immutable, so any number of threads may ask.
class CountryZones {
 public:
  // Built at the first call (about 0.2 s), alive until the process ends.
  static const CountryZones& Default();
  ~CountryZones();
  CountryZones(const CountryZones&) = delete;
  CountryZones& operator=(const CountryZones&) = delete;

  // Every country with an outline, sorted.
  std::span<const CountryCode> countries() const;
  // "Singapore"; empty for a code that has no outline.
  std::string_view NameOf(CountryCode code) const;

  // Whose land a place is on, sorted: none at sea, two on disputed land.
  std::vector<CountryCode> CountriesAt(Position position) const;

  // From a place to a country's outline; zero inside. Never more than the WGS84 distance to the
  // outline, and less by at most 0.336 %. Infinite for a code that has no outline.
  Distance DistanceToCountry(Position position, CountryCode code) const;

  // From a place to the nearest of `countries`, each grown by `margin`, or by what its outline is
  // known to deviate where that is more; zero inside. Errs as DistanceToCountry; infinite when none
  // has an outline. About 0.1 ms, however many countries are named.
  Distance DistanceToNearest(Position position, std::span<const CountryCode> countries,
                             Distance margin) const;

  // The countries that `region` may touch when it is grown by `margin`, or by what the country's
  // outline is known to deviate where that is more; sorted. None is ever omitted; one may be named
  // whose outline lies up to 5 km plus 0.4 % of that further away. An empty region touches nothing.
  // Below a millisecond for ten discs.
  std::vector<CountryCode> CountriesTouchedBy(const DepthRegion& region, Distance margin) const;

  // True only if every point of `region` surely lies on land of `countries`, at least `margin` away
  // from anything else (from a border whose outline is known to deviate by more, at least that);
  // false for an empty region, which proves nothing. Disputed land counts only if all who dispute
  // it are in `countries`.
  bool RegionInsideCountries(const DepthRegion& region, std::span<const CountryCode> countries,
                             Distance margin) const;

 private:
  class Impl;
  CountryZones();
  std::unique_ptr<const Impl> impl_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_COUNTRY_ZONES_H_
