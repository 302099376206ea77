// cli/weather_text.h: what comes and goes on the network of a scenario, in sentences.
#ifndef EARSHOT_CLI_WEATHER_TEXT_H_
#define EARSHOT_CLI_WEATHER_TEXT_H_

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace earshot {

// One sentence for each route change, daily rhythm, congestion and cut; none for a calm network.
std::vector<std::string> WeatherLines(const Scenario& scenario);

// ", from 7 s to 13 s": while what it says of times is not true; empty: all the time.
std::string UntrueText(const ScenarioLandmark& landmark);

}  // namespace earshot

#endif  // EARSHOT_CLI_WEATHER_TEXT_H_
