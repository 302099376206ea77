// core/appraisal/country_map.h: what the appraisal asks of a map of countries. The outlines that
// the program ships answer it in outline_map.h; tests draw their own worlds.
#ifndef EARSHOT_CORE_APPRAISAL_COUNTRY_MAP_H_
#define EARSHOT_CORE_APPRAISAL_COUNTRY_MAP_H_

#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/geo/country_code.h"
#include "core/geo/position.h"
#include "core/locate/region.h"

namespace earshot {

// Every answer errs to the side that its comment names, so that a coarse outline cannot prove
// anything. Code lists are sorted and unique. Implementations are safe from any thread.
class CountryMap {
 public:
  virtual ~CountryMap() = default;

  // Every country of the map.
  virtual std::span<const CountryCode> Countries() const = 0;

  // The countries that come within `margin` of a point of `region`. Errs towards more; all of them
  // when the region proves nothing, none when it is empty.
  virtual std::vector<CountryCode> TouchedBy(const ProvedRegion& region, Distance margin) const = 0;

  // Every point of `region` is on the land of `countries`, farther than `margin` from where their
  // common land ends. Errs towards false. False when the region is empty or proves nothing.
  virtual bool Encloses(std::span<const CountryCode> countries, const ProvedRegion& region,
                        Distance margin) const = 0;

  // How far `from` is from the nearest of `countries`, each grown by `margin` or by what its outline
  // may be wrong where that is more; never overstated, zero inside. Infinite when none of them is on
  // the map.
  virtual Distance DistanceToNearest(Position from, std::span<const CountryCode> countries,
                                     Distance margin) const = 0;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_COUNTRY_MAP_H_
