// tests/sim/scenario/scenario_text_fixture.h: a small sound scenario to break in one place.
#ifndef EARSHOT_TESTS_SIM_SCENARIO_SCENARIO_TEXT_FIXTURE_H_
#define EARSHOT_TESTS_SIM_SCENARIO_SCENARIO_TEXT_FIXTURE_H_

#include <string>
#include <string_view>

#include "core/base/check.h"

namespace earshot {

// Line numbers in the tests count from the first line below.
inline constexpr char kSmallScenario[] = R"(name: "small"
duration: "20 s"
seed: 7
policy { liars_max: 1 domains_min: 3 }
rounds { first_after: "1 s" length: "6 s" trains: 4 }
network { jitter: "200 us" loss: 0.01 }
places { id: "singapore" country: "SG" latitude_deg: 1.2966 longitude_deg: 103.852 }
places { id: "shenzhen" country: "CN" latitude_deg: 22.5431 longitude_deg: 114.0579 }
places { id: "tokyo" city: "Tokyo" country: "JP" latitude_deg: 35.6762 longitude_deg: 139.6503 }
landmarks { id: "sin-1" place: "singapore" trust_domain: "a" jurisdiction: "SG" }
landmarks { id: "sin-2" place: "singapore" trust_domain: "b" jurisdiction: "GB" }
landmarks { id: "tyo-1" place: "tokyo" trust_domain: "c" jurisdiction: "JP" }
fleets {
  id_prefix: "C" count: 3
  declared_place: "singapore" declared_radius: "30 km" excluded_countries: ["CN", "HK"]
  expect_headline: "VERIFIED"
}
fleets {
  id_prefix: "C" first_number: 4 count: 2
  declared_place: "singapore" excluded_countries: "CN"
  actual_place: "shenzhen" behaviour: BEHAVIOUR_PADS_DELAY
}
)";

// `text` with its first `what` become `by`; that it is not there is a mistake of the test.
inline std::string With(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  EARSHOT_CHECK(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace earshot

#endif  // EARSHOT_TESTS_SIM_SCENARIO_SCENARIO_TEXT_FIXTURE_H_
