#include "cli/scenario_directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace earshot {

namespace fs = std::filesystem;

std::string ProgramDirectory() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? std::string() : program.parent_path().string();
}

std::string ScenarioDirectory() {
  if (const char* set = std::getenv("EARSHOT_SCENARIOS"); set != nullptr && *set != '\0') return set;
  const fs::path beside = ProgramDirectory();
  for (const fs::path& candidate :
       {fs::path("scenarios"), beside / "scenarios", beside / "../../scenarios",
        beside / "../share/earshot/scenarios"}) {
    std::error_code error;
    if (fs::is_directory(candidate, error)) return candidate.lexically_normal().string();
  }
  return "scenarios";
}

}  // namespace earshot
