// bench/throughput/engine_pair.h: many agents and one landmark in memory, to time either side alone.
#ifndef EARSHOT_BENCH_THROUGHPUT_ENGINE_PAIR_H_
#define EARSHOT_BENCH_THROUGHPUT_ENGINE_PAIR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/protocol/authority.h"
#include "core/protocol/landmark_session.h"

namespace earshot {

// CPU time and allocations of one side.
struct SideCost {
  Duration cpu{0};
  std::uint64_t allocations = 0;
};

// What one run of the pair cost. The production engines on both sides; packets are handed over in
// memory, so that no socket is in the figures.
struct EnginePairCosts {
  std::uint64_t sessions = 0;
  Duration opening{0};  // the landmark's: HELLO2 to signed WELCOME, for all sessions
  std::uint64_t welcome_signatures = 0;
  std::uint64_t pings = 0;  // answered, after each session's first train
  SideCost landmark;        // for those pings: sending them and judging the PONGs
  SideCost agent;           // for those pings: answering
  Duration closing{0};  // the landmark's: EVIDENCE to RECEIPT and Receipt, for all rounds
  std::uint64_t rounds_resumed = 0;  // opened by those RECEIPTs
  std::vector<ClosedRound> rounds;
};

struct EnginePairOptions {
  std::uint32_t agents = 256;     // 1 to 1000, each a device of its own
  std::uint32_t trains = 12;      // of 5 pings; the first is not counted
  std::size_t welcome_batch = 64;  // WELCOMEs a signature at most
  bool resume = true;              // whether each RECEIPT opens another round
};

// Also hands back the landmark as listed, for checking the rounds.
class EnginePair {
 public:
  explicit EnginePair(const EnginePairOptions& options);
  ~EnginePair();

  // Opens, pings and closes every session. Once. kUnavailable: not all sessions opened.
  Result<EnginePairCosts> Run();
  const ListedLandmark& listed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// CPU time of the calling thread.
Duration ThreadCpu();

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_ENGINE_PAIR_H_
