// sim/scenario/scenario_load.h: scenario files: found by name, read, checked, printed.
#ifndef EARSHOT_SIM_SCENARIO_SCENARIO_LOAD_H_
#define EARSHOT_SIM_SCENARIO_SCENARIO_LOAD_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// Reads and checks a scenario file. What the file does not state gets its default. The first thing
// that is wrong is the error, "file:line:column: field: cause; fix": an unknown field or unit, an
// impossible place (a latitude beyond a pole, a country that does not contain the position, a
// position at sea), a duplicate id, an unknown place or country, too few landmarks or trust
// domains, an empty fleet, a combination that means nothing. kNotFound when there is no such file.
Result<Scenario> LoadScenario(const std::string& path);

// The same of a text already read; `file_name` stands in errors.
Result<Scenario> ParseScenario(std::string_view text, std::string_view file_name);

// The scenario as a file that ParseScenario reads back, defaults written out.
std::string ScenarioText(const Scenario& scenario);

// A numbered scenario file: "scenarios/010-half-order.textproto" is named "half-order".
struct ScenarioFile {
  std::string name;
  std::string path;
};

// Scenario files of `directory`, by number. kNotFound when it cannot be read.
Result<std::vector<ScenarioFile>> ListScenarios(const std::string& directory);

// The path of scenario `name` in `directory`; a `name` that is a path to a file (it contains a
// slash or ends with ".textproto") is returned as it is. kNotFound with the nearest known name.
Result<std::string> FindScenario(std::string_view name, const std::string& directory);

}  // namespace earshot

#endif  // EARSHOT_SIM_SCENARIO_SCENARIO_LOAD_H_
