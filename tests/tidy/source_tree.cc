#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace earshot::tidy {
namespace {

namespace fs = std::filesystem;

const std::set<std::string>& CoreRooms() {
  static const std::set<std::string> rooms = {
      "core/base",   "core/geo",    "core/crypto",    "core/latency", "core/domain", "core/config",
      "core/os",     "core/dataset",
      "core/locate", "core/ledger", "core/appraisal", "core/report",  "core/protocol"};
  return rooms;
}

// Room -> rooms whose headers it may include, itself aside.
const std::map<std::string, std::set<std::string>>& AllowedEdges() {
  static const std::map<std::string, std::set<std::string>> edges = [] {
    std::map<std::string, std::set<std::string>> e = {
        {"core/base", {}},
        {"core/os", {"core/base"}},
        {"core/config", {"core/base", "core/os"}},
        {"core/geo", {"core/base"}},
        {"core/crypto", {"core/base"}},
        {"core/dataset", {"core/base", "core/os", "core/geo"}},
        {"core/latency", {"core/base"}},
        {"core/domain", {"core/base", "core/geo"}},
        {"core/protocol", {"core/base", "core/crypto", "core/domain"}},
        {"core/locate", {"core/base", "core/geo", "core/latency", "core/domain"}},
        {"core/appraisal",
         {"core/base", "core/geo", "core/latency", "core/locate", "core/domain"}},
        {"core/ledger", {"core/base", "core/crypto", "core/domain"}},
        {"core/report", {"core/base", "core/geo", "core/crypto", "core/domain", "core/appraisal"}},
        {"agent/engine", {"core/base", "core/crypto", "core/domain", "core/protocol"}},
        {"agent/io",
         {"core/base", "core/os", "core/config", "core/crypto", "core/domain", "core/protocol",
          "agent/engine"}},
    };
    e["server/engine"] = CoreRooms();
    e["server/engine"].erase("core/os");
    e["server/engine"].erase("core/dataset");
    e["server/io"] = CoreRooms();
    e["server/io"].erase("core/dataset");
    e["server/io"].insert("server/engine");
    e["sim"] = CoreRooms();
    e["sim"].insert({"server/engine", "agent/engine"});
    e["bench"] = CoreRooms();
    e["bench"].insert({"server/engine", "server/io", "agent/engine", "agent/io", "sim"});
    e["cli"] = e["bench"];
    e["cli"].insert("bench");
    return e;
  }();
  return edges;
}

std::vector<std::string> IncludesBetween(const SourceFile& file, char open, char close) {
  static const std::regex kInclude(R"(^\s*#\s*include\b)");
  std::vector<std::string> found;
  for (const std::string& line : file.lines) {
    if (!std::regex_search(line, kInclude)) continue;
    const auto begin = line.find(open);
    const auto end = line.find(close, begin + 1);
    if (begin == std::string::npos || end == std::string::npos) continue;
    found.push_back(line.substr(begin + 1, end - begin - 1));
  }
  return found;
}

}  // namespace

std::vector<SourceFile> ProjectSources() {
  const fs::path root = EARSHOT_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const char* top : {"core", "server", "agent", "sim", "bench", "cli", "tests"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      SourceFile file{fs::relative(entry.path(), root).generic_string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> QuotedIncludes(const SourceFile& file) {
  return IncludesBetween(file, '"', '"');
}

std::vector<std::string> AngledIncludes(const SourceFile& file) {
  return IncludesBetween(file, '<', '>');
}

std::string RoomOf(std::string_view path) {
  const std::size_t first = path.find('/');
  if (first == std::string_view::npos) return {};
  const std::string_view top = path.substr(0, first);
  if (top == "sim" || top == "bench" || top == "cli") return std::string(top);
  if (top != "core" && top != "server" && top != "agent") return {};
  const std::size_t second = path.find('/', first + 1);
  return second == std::string_view::npos ? std::string(top) : std::string(path.substr(0, second));
}

bool EdgeIsAllowed(std::string_view from, std::string_view to) {
  if (from == to) return true;
  const auto edges = AllowedEdges().find(std::string(from));
  return edges != AllowedEdges().end() && edges->second.contains(std::string(to));
}

}  // namespace earshot::tidy
