// core/report/outward.h: numbers as they may leave the house, and as people read them.
//
// Outward figures are no finer than the policy's privacy floor: an RTT is rounded up to a multiple
// of it, and a radius grows by what light covers in the difference, so that a reader of the radius
// learns no more than a reader of the RTT. Rounding is always up: an outward bound stays a bound.
#ifndef EARSHOT_CORE_REPORT_OUTWARD_H_
#define EARSHOT_CORE_REPORT_OUTWARD_H_

#include <span>
#include <string>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/verdict.h"
#include "core/geo/country_code.h"

namespace earshot {

// `rtt` rounded up to a multiple of `privacy_floor` (> 0).
Rtt OutwardRtt(Rtt rtt, Duration privacy_floor);

// Radii of one landmark's rings as they may be shown: whole kilometres, rounded up.
struct OutwardRing {
  Rtt rtt;
  Distance vacuum;
  Distance fibre;
  Distance declared;  // landmark to the centre of the declared site; whole kilometres, rounded down
};
OutwardRing ToOutward(const LandmarkRings& rings, Duration privacy_floor);

// A distance that follows from timing, rounded up to a multiple of what light covers one way in the
// privacy floor of a round trip (15 km for 100 us).
Distance OutwardReach(Distance reach, Duration privacy_floor);

// "1,339 km": whole kilometres, rounded up; "unlimited" when infinite.
std::string ReachText(Distance d);
// The same rounded down, for distances that must not be overstated.
std::string AtLeastText(Distance d);
// "8.9 ms"; as many decimals as the value has, three at most.
std::string MillisecondsText(Rtt rtt);
// "12 s", "3 minutes", "5 hours", "9 days": rounded down, for ages.
std::string AgeText(Duration age);

// A probability as a frequency: "5 in 100", "1 in 10,000". Never "0 in N" for a positive value.
std::string FrequencyText(double probability);

// As many as a person reads in a sentence.
inline constexpr std::size_t kCountriesShown = 6;
// "China, Hong Kong and Macao"; names, not codes, so that it can be read aloud. At most `most`
// names, then "and 12 more". "none" when empty.
std::string CountryListText(std::span<const CountryCode> countries, std::size_t most);
// English short name; the code itself when unknown.
std::string CountryName(CountryCode code);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_OUTWARD_H_
