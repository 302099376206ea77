// cli/scenario_directory.h: where the scenarios that come with the program lie.
#ifndef EARSHOT_CLI_SCENARIO_DIRECTORY_H_
#define EARSHOT_CLI_SCENARIO_DIRECTORY_H_

#include <string>

namespace earshot {

// $EARSHOT_SCENARIOS if set; else the first that exists of ./scenarios, and the folders "scenarios"
// and "share/earshot/scenarios" beside or above the program (a build tree, an installation);
// "scenarios" when there is none, so that an error names what was looked for.
std::string ScenarioDirectory();

// The folder this program was started from; empty when the system will not say.
std::string ProgramDirectory();

}  // namespace earshot

#endif  // EARSHOT_CLI_SCENARIO_DIRECTORY_H_
