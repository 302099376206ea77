// House rules that need no taste.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <string_view>

#include "tests/tidy/source_tree.h"

namespace earshot::tidy {
namespace {

constexpr std::size_t kLinesMax = 500;

TEST(SourceRules, NoFileIsLongerThanFiveHundredLines) {
  for (const SourceFile& file : ProjectSources()) {
    EXPECT_LE(file.lines.size(), kLinesMax) << file.path;
  }
}

TEST(SourceRules, EveryHeaderSaysItsJobInItsFirstLine) {
  for (const SourceFile& file : ProjectSources()) {
    if (!file.path.ends_with(".h")) continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines.front().starts_with("// " + file.path + ":"))
        << file.path << " starts with: " << file.lines.front();
  }
}

// A double whose name carries a unit belongs in a type.
bool IsBareQuantity(const std::string& line) {
  static const std::regex pattern(
      R"(\bdouble\s+\w*(_km|_ms|_us|_ns|_m|_s|rtt|distance|radius|[Ss]econds|[Mm]etres|[Dd]egrees)\b)");
  return std::regex_search(line, pattern);
}

// Where a number becomes a quantity, and a quantity a number to compute with or to print.
constexpr std::string_view kDoors[] = {"core/base/quantity.h", "core/base/time.h",
                                       "core/geo/area.h", "core/geo/position.h",
                                       "cli/bench_text.h"};

TEST(SourceRules, NoBareQuantityCrossesAHeader) {
  for (const SourceFile& file : ProjectSources()) {
    if (file.path.starts_with("tests/") || !file.path.ends_with(".h")) continue;
    if (std::ranges::find(kDoors, file.path) != std::end(kDoors)) continue;
    for (const std::string& line : file.lines) {
      EXPECT_FALSE(IsBareQuantity(line)) << file.path << ": " << line;
    }
  }
}

TEST(SourceRules, BareQuantityIsRecognisedAndATypeIsNot) {
  EXPECT_TRUE(IsBareQuantity("double radius_km"));
  EXPECT_TRUE(IsBareQuantity("void F(double rtt);"));
  EXPECT_TRUE(IsBareQuantity("double ExpectedMilliseconds() const;"));
  EXPECT_FALSE(IsBareQuantity("Distance radius;"));
  EXPECT_FALSE(IsBareQuantity("double probability;"));
}

// Time, randomness and sleeping enter through seams; only the rim may name the real ones.
bool ReachesForTheWorld(const std::string& line) {
  static const std::regex pattern(
      R"((system|steady|high_resolution)_clock::now|gettimeofday|clock_gettime|std::random_device|\brand\(\)|sleep_for|sleep_until|\busleep\()");
  return std::regex_search(line, pattern);
}

TEST(SourceRules, OnlyTheRimReachesForClocksAndRandomness) {
  for (const SourceFile& file : ProjectSources()) {
    const std::string room = RoomOf(file.path);
    const bool thinks =
        (room.starts_with("core/") && room != "core/os") || room == "server/engine" || room == "agent/engine";
    if (!thinks) continue;
    for (const std::string& line : file.lines) {
      EXPECT_FALSE(ReachesForTheWorld(line)) << file.path << ": " << line;
    }
  }
}

TEST(SourceRules, ReachingForTheWorldIsRecognised) {
  EXPECT_TRUE(ReachesForTheWorld("auto t = std::chrono::steady_clock::now();"));
  EXPECT_FALSE(ReachesForTheWorld("auto t = clock.Read();"));
}

TEST(SourceRules, TestsDoNotSleep) {
  static const std::regex pattern(R"(sleep_for|sleep_until|\busleep\(|nanosleep\()");
  for (const SourceFile& file : ProjectSources()) {
    if (!file.path.starts_with("tests/") || file.path.starts_with("tests/tidy/")) continue;
    for (const std::string& line : file.lines) {
      EXPECT_FALSE(std::regex_search(line, pattern)) << file.path << ": " << line;
    }
  }
}

TEST(SourceRules, NothingIsLeftUnfinished) {
  static const std::regex pattern(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  for (const SourceFile& file : ProjectSources()) {
    if (file.path.starts_with("tests/tidy/")) continue;
    for (const std::string& line : file.lines) {
      EXPECT_FALSE(std::regex_search(line, pattern)) << file.path << ": " << line;
    }
  }
}

}  // namespace
}  // namespace earshot::tidy
