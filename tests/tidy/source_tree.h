// tests/tidy/source_tree.h: the project's own files, as text.
#ifndef EARSHOT_TESTS_TIDY_SOURCE_TREE_H_
#define EARSHOT_TESTS_TIDY_SOURCE_TREE_H_

#include <string>
#include <string_view>
#include <vector>

namespace earshot::tidy {

struct SourceFile {
  std::string path;  // relative to the root, '/' as separator
  std::vector<std::string> lines;
};

// Every .h and .cc below the rooms (core, server, agent, sim, bench, cli, tests), sorted by path.
std::vector<SourceFile> ProjectSources();

// The project headers a file includes: paths of `#include "..."`, in order.
std::vector<std::string> QuotedIncludes(const SourceFile& file);

// The system headers a file includes: names of `#include <...>`.
std::vector<std::string> AngledIncludes(const SourceFile& file);

// The room of a path by DESIGN's table: "core/geo", "server/io", "sim"; empty outside the rooms.
std::string RoomOf(std::string_view path);

// True when a file of room `from` may include a header of room `to`.
bool EdgeIsAllowed(std::string_view from, std::string_view to);

}  // namespace earshot::tidy

#endif  // EARSHOT_TESTS_TIDY_SOURCE_TREE_H_
