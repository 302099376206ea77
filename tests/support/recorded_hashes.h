// tests/support/recorded_hashes.h: hashes of simulated runs that every build must reproduce.
#ifndef EARSHOT_TESTS_SUPPORT_RECORDED_HASHES_H_
#define EARSHOT_TESTS_SUPPORT_RECORDED_HASHES_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "core/base/bytes.h"

namespace earshot {

// tests/sim/recorded_hashes.txt, by the name of the run. Lines are "hash  name"; others begin with #.
inline const std::map<std::string, std::string>& RecordedHashes() {
  static const std::map<std::string, std::string> recorded = [] {
    std::map<std::string, std::string> hashes;
    std::ifstream file(EARSHOT_SOURCE_DIR "/tests/sim/recorded_hashes.txt");
    for (std::string line; std::getline(file, line);) {
      const std::size_t space = line.find("  ");
      if (line.starts_with('#') || space == std::string::npos) continue;
      hashes[line.substr(space + 2)] = line.substr(0, space);
    }
    return hashes;
  }();
  return recorded;
}

// `hash` is what stands recorded of `run`. Where it is not, the line that would make it so is printed
// by itself, after "RECORD ".
inline void ExpectRecorded(const std::string& run, const Bytes32& hash) {
  const auto found = RecordedHashes().find(run);
  const std::string is = HexEncode(hash);
  const std::string was = found == RecordedHashes().end() ? "none" : found->second;
  if (is != was) std::cout << "RECORD " << is << "  " << run << '\n';
  EXPECT_EQ(is, was) << run
                     << ": either this build computes other bits than the builds before it, or a run "
                        "means something else now; docs/decisions/same-bits-everywhere.md";
}

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_RECORDED_HASHES_H_
