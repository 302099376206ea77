// core/report/country_names.h: countries by name, for sentences that are read aloud.
#ifndef EARSHOT_CORE_REPORT_COUNTRY_NAMES_H_
#define EARSHOT_CORE_REPORT_COUNTRY_NAMES_H_

#include <string_view>

#include "core/geo/country_code.h"

namespace earshot {

// The everyday English name of an ISO 3166-1 code ("South Korea"), as a reader would say it. Empty
// for codes that ISO has not assigned. The names take no side: a code is listed because ISO lists it.
std::string_view EnglishCountryName(CountryCode code);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_COUNTRY_NAMES_H_
