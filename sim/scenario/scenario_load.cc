#include "sim/scenario/scenario_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/base/suggest.h"
#include "core/os/files.h"
#include "sim/scenario/scenario_proto.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".textproto";
constexpr std::size_t kScenarioFilesMax = 1000;

// "010-half-order.textproto" -> "half-order"; without a number, the whole stem.
std::string NameOf(const std::string& file_name) {
  std::string stem = file_name.substr(0, file_name.size() - kExtension.size());
  const std::size_t digits = stem.find_first_not_of("0123456789");
  if (digits != std::string::npos && digits > 0 && stem[digits] == '-') stem.erase(0, digits + 1);
  return stem;
}

}  // namespace

Result<Scenario> ParseScenario(std::string_view text, std::string_view file_name) {
  v1::Scenario proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Parse(text, file_name, &proto));
  return ScenarioFromProto(proto, parsed.root());
}

Result<Scenario> LoadScenario(const std::string& path) {
  v1::Scenario proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Load(path, &proto));
  return ScenarioFromProto(proto, parsed.root());
}

Result<std::vector<ScenarioFile>> ListScenarios(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    std::string name = it->path().filename();
    if (name.ends_with(kExtension) && names.size() < kScenarioFilesMax) {
      names.push_back(std::move(name));
    }
  }
  if (error) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("scenarios in {}: {}", directory, error.message()));
  }
  std::sort(names.begin(), names.end());
  std::vector<ScenarioFile> files;
  for (const std::string& name : names) {
    files.push_back({NameOf(name), (fs::path(directory) / name).string()});
  }
  return files;
}

Result<std::string> FindScenario(std::string_view name, const std::string& directory) {
  if (name.find('/') != std::string_view::npos || name.ends_with(kExtension)) {
    return std::string(name);
  }
  EARSHOT_ASSIGN_OR_RETURN(const std::vector<ScenarioFile> files, ListScenarios(directory));
  std::vector<std::string> known;
  for (const ScenarioFile& file : files) {
    if (file.name == name) return file.path;
    known.push_back(file.name);
  }
  return Fail(ErrorCode::kNotFound,
              fmt::format("no scenario \"{}\" in {}{}; known scenarios: {}", name, directory,
                          DidYouMean(name, known), fmt::join(known, ", ")));
}

}  // namespace earshot
