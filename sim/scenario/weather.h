// sim/scenario/weather.h: what comes and goes on the network of a scenario, path by path.
#ifndef EARSHOT_SIM_SCENARIO_WEATHER_H_
#define EARSHOT_SIM_SCENARIO_WEATHER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/path/path_weather.h"
#include "sim/path/philox.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// Between the devices of `fleet` and Scenario::landmarks[landmark]. Routes, queues and the hour are
// those of the place where the devices are; a cut concerns a path when it parts any two of device,
// relay and landmark.
PathWeather WeatherOf(const Scenario& scenario, const ScenarioFleet& fleet, std::size_t landmark);
// The same from where the second holder of a cloned key is.
PathWeather CloneWeatherOf(const Scenario& scenario, const ScenarioFleet& fleet,
                           std::size_t landmark);
// Of the reference agent beside landmark `beside`: cuts alone. It stands in the same hall, before
// any line that fills up.
PathWeather ReferenceWeatherOf(const Scenario& scenario, std::size_t beside, std::size_t landmark);

// Names the draws of a device's routes.
PhiloxKey RouteKey(std::uint64_t seed, std::string_view device_id);

// Who can have heard anybody between `from` and `to`, by the cuts alone.
struct Hearing {
  std::vector<bool> landmarks;     // some device, or an agent beside a landmark
  bool references_unheard = false;  // no landmark any of the agents beside the landmarks
};
Hearing HearingBetween(const Scenario& scenario, Duration from, Duration to);

}  // namespace earshot

#endif  // EARSHOT_SIM_SCENARIO_WEATHER_H_
