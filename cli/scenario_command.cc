#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/scenario_directory.h"
#include "cli/scenario_picture.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

Result<Scenario> LoadNamed(const std::string& name) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string path, FindScenario(name, ScenarioDirectory()));
  return LoadScenario(path);
}

Status List(const Console& console) {
  EARSHOT_ASSIGN_OR_RETURN(const auto files, ListScenarios(ScenarioDirectory()));
  for (const ScenarioFile& file : files) {
    // A file that does not load is listed all the same: `scenario check` says what is wrong.
    const auto scenario = LoadScenario(file.path);
    console.out << fmt::format("{:<24} {}\n", file.name,
                               scenario ? scenario->title : "does not load; see: scenario check");
  }
  return {};
}

Status Draw(const ScenarioCommand& command, const Console& console) {
  EARSHOT_ASSIGN_OR_RETURN(const Scenario scenario, LoadNamed(command.name));
  console.out << (command.defaults ? ScenarioText(scenario)
                                   : ScenarioPicture(scenario, command.width));
  return {};
}

Status Check(const std::string& name, const Console& console) {
  EARSHOT_ASSIGN_OR_RETURN(const Scenario scenario, LoadNamed(name));
  console.out << fmt::format("{}: {}, {}, nothing wrong\n", scenario.name,
                             Counted(scenario.DeviceCount(), "device"),
                             Counted(scenario.landmarks.size(), "landmark"));
  return {};
}

}  // namespace

ExitCode ScenarioTool(const ScenarioCommand& command, const Console& console) {
  Status done;
  switch (command.kind) {
    case ScenarioCommand::Kind::kList: done = List(console); break;
    case ScenarioCommand::Kind::kShow: done = Draw(command, console); break;
    case ScenarioCommand::Kind::kCheck: done = Check(command.name, console); break;
  }
  return done ? ExitCode::kRan : Complain(console, done.error());
}

}  // namespace earshot
