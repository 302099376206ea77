// The arrows between the rooms, as docs/ARCHITECTURE.md draws them.
#include <gtest/gtest.h>

#include <set>

#include "tests/tidy/source_tree.h"

namespace earshot::tidy {
namespace {

bool IsGenerated(const std::string& include) { return include.ends_with(".pb.h"); }

// Rooms that may see generated protobuf: the loaders of files, the codecs and the reports.
bool MayIncludeGenerated(const std::string& room) {
  static const std::set<std::string> rooms = {
      "core/protocol", "core/crypto", "core/report", "core/config", "server/engine", "server/io",
      "agent/io",      "sim",         "bench",       "cli"};
  return rooms.contains(room);
}

// One header across an arrow that its room may not follow (docs/decisions/latency-includes-sample.md).
bool IsExcepted(const std::string& from, const std::string& include) {
  return from == "core/latency" && include == "core/domain/sample.h";
}

TEST(IncludeGraph, EveryEdgeIsOneThatTheHouseAllows) {
  for (const SourceFile& file : ProjectSources()) {
    if (file.path.starts_with("tests/")) continue;
    const std::string from = RoomOf(file.path);
    // agent/main.cc wires its rooms together and belongs to none.
    if (from == "agent" || from == "server") continue;
    for (const std::string& include : QuotedIncludes(file)) {
      if (IsGenerated(include)) {
        EXPECT_TRUE(MayIncludeGenerated(from)) << file.path << " includes " << include;
        continue;
      }
      const std::string to = RoomOf(include);
      EXPECT_FALSE(to.empty()) << file.path << " includes " << include
                               << ", which is no path from the root into a room";
      EXPECT_TRUE(EdgeIsAllowed(from, to) || IsExcepted(from, include))
          << file.path << " includes " << include << ": " << from
                                           << " must not know " << to;
    }
  }
}

TEST(IncludeGraph, ExceptedHeaderKnowsNothingThatItsReaderMayNot) {
  for (const SourceFile& file : ProjectSources()) {
    if (file.path != "core/domain/sample.h") continue;
    for (const std::string& include : QuotedIncludes(file)) {
      EXPECT_EQ(RoomOf(include), "core/base") << include;
    }
  }
  EXPECT_FALSE(IsExcepted("core/latency", "core/domain/declaration.h"));
  EXPECT_FALSE(IsExcepted("core/geo", "core/domain/sample.h"));
}

TEST(IncludeGraph, BackwardEdgesAreRefused) {
  EXPECT_FALSE(EdgeIsAllowed("core/base", "core/geo"));
  EXPECT_FALSE(EdgeIsAllowed("core/latency", "core/geo"));
  EXPECT_FALSE(EdgeIsAllowed("core/protocol", "core/appraisal"));
  EXPECT_FALSE(EdgeIsAllowed("agent/engine", "server/engine"));
  EXPECT_FALSE(EdgeIsAllowed("server/engine", "server/io"));
  EXPECT_FALSE(EdgeIsAllowed("sim", "cli"));
  EXPECT_FALSE(EdgeIsAllowed("core/unheard-of", "core/base"));
}

TEST(IncludeGraph, LibrariesOfTheRimStayAtTheRim) {
  for (const SourceFile& file : ProjectSources()) {
    for (const std::string& include : AngledIncludes(file)) {
      if (include.starts_with("openssl/")) {
        EXPECT_TRUE(file.path.starts_with("core/crypto/") ||
                    file.path.starts_with("tests/core/crypto/"))
            << file.path << " includes " << include;
      }
      if (include.starts_with("boost/asio") || include.starts_with("boost/beast")) {
        EXPECT_TRUE(file.path.ends_with(".cc")) << file.path << " includes " << include;
        const std::string room = RoomOf(file.path);
        EXPECT_TRUE(room == "server/io" || room == "agent/io" || room == "server/http" ||
                    room == "sim" || room == "bench" || file.path.starts_with("tests/") ||
                    file.path.starts_with("cmake/"))
            << file.path << " includes " << include;
        EXPECT_NE(include, "boost/asio.hpp") << file.path << ": an umbrella header";
        EXPECT_NE(include, "boost/beast.hpp") << file.path << ": an umbrella header";
      }
    }
  }
}

}  // namespace
}  // namespace earshot::tidy
