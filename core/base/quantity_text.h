// core/base/quantity_text.h: quantities as people write them in files and on the command line.
//
// A number without a unit is refused: "5" may mean seconds to the writer and milliseconds to us.
#ifndef EARSHOT_CORE_BASE_QUANTITY_TEXT_H_
#define EARSHOT_CORE_BASE_QUANTITY_TEXT_H_

#include <string>
#include <string_view>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

// "20 s", "1.5 ms", "200us", "2 h". Units: ns us ms s min h d. kInvalidArgument, with the mend in
// the message, for a missing or unknown unit, a number that is not finite, or an overflow.
Result<Duration> ParseDuration(std::string_view text);

// "25 km", "300 m". Units: m km. Errors as above.
Result<Distance> ParseDistance(std::string_view text);

// The shortest exact form that ParseDuration reads back: "20 s", "1500 us".
std::string DurationText(Duration d);

// "2026-11-22 18:34:05 UTC", whole seconds, rounded down.
std::string UtcText(WallInstant instant);

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_QUANTITY_TEXT_H_
