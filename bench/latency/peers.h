// bench/latency/peers.h: the programs a person would use instead, found and run as they are.
//
// They are taken from where tools/unpack-peers put them, else from the machine's own folders. They
// are never installed, and their servers live only as long as one run.
#ifndef EARSHOT_BENCH_LATENCY_PEERS_H_
#define EARSHOT_BENCH_LATENCY_PEERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/latency/own_probe.h"
#include "bench/latency/peer_output.h"
#include "core/base/result.h"
#include "sim/relay/frame.h"

namespace earshot {

enum class PeerKind : std::uint8_t { kPing, kFping, kIrtt, kSockperf };

struct PeerProgram {
  PeerKind kind = PeerKind::kPing;
  std::string name;          // "irtt"
  std::string path;
  std::string version;       // as it says itself
  std::string library_path;  // for LD_LIBRARY_PATH; empty: the machine's own suffice
};

struct PeerSearch {
  std::vector<PeerProgram> found;
  std::vector<std::string> skipped;  // one sentence each: which, and what to do about it
};

// Looks below `unpacked`, then in the machine's folders. `folder` takes what the programs print.
PeerSearch FindPeers(const std::string& unpacked, const std::string& folder);

struct PeerRunOptions {
  ProbePlaces places;
  unsigned priority = 0;  // of client and server, before their first instruction
  std::uint32_t count = 200;
  Duration interval = std::chrono::milliseconds(5);
  std::string folder;  // for what they print
};

struct PeerRun {
  PeerSamples samples;
  std::string scheduling;  // of the client, as granted
  std::string server_scheduling;  // of its server; empty where the kernel answers
  // How its requests are known at the relay.
  FrameKind frames = FrameKind::kUdp;
  std::uint16_t payload_bytes = 0;
};

// Runs client and, where it needs one, server. An error tells what the program said: it is skipped,
// never replaced by a guess.
Result<PeerRun> RunPeer(const PeerProgram& peer, const PeerRunOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_PEERS_H_
