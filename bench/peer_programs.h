// bench/peer_programs.h: the programs of others that benches run: how they get there.
#ifndef EARSHOT_BENCH_PEER_PROGRAMS_H_
#define EARSHOT_BENCH_PEER_PROGRAMS_H_

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

// Runs a program to its end, its output to `log`. kUnavailable: it did not end well within `patience`.
Status RunToEnd(const std::string& name, const std::vector<std::string>& argv,
                const std::string& log, Duration patience);

// Where the current folder is a source tree, lets tools/unpack-peers fetch what is missing under
// `peers`; when nothing is, it takes no network and no time. Nothing is installed, nothing started.
// kUnavailable: no source tree, or something was left out; the message says what to do.
Status SetUpPeers(const std::string& peers);

}  // namespace earshot

#endif  // EARSHOT_BENCH_PEER_PROGRAMS_H_
