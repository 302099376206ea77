// bench/throughput/memory_costs.h: what the landmark and the verifier do without any socket.
#ifndef EARSHOT_BENCH_THROUGHPUT_MEMORY_COSTS_H_
#define EARSHOT_BENCH_THROUGHPUT_MEMORY_COSTS_H_

#include <cstdint>

#include "core/base/result.h"

namespace earshot {

// Work per second of CPU time.
struct MemoryRates {
  double welcomes_merkle_64 = 0;  // signed 64 at a time
  double welcomes_one_by_one = 0;
  double sessions_merkle_64 = 0;  // HELLO2 to WELCOME, everything included
  double sessions_one_by_one = 0;
  double rounds_resumed = 0;         // EVIDENCE to a RECEIPT that opens the next round
  double rounds_anew = 0;            // a handshake, and EVIDENCE to a RECEIPT that opens none
  double rounds_checked = 0;         // receipts of 60 pings with EVIDENCE
  double rounds_by_signatures = 0;   // 60 Ed25519 verifications
  double pings_at_landmark = 0;      // sent, and the PONG judged
  double pings_at_agent = 0;         // answered
  std::uint64_t allocations_at_landmark = 0;  // for `pings`
  std::uint64_t allocations_at_agent = 0;
  std::uint64_t pings = 0;
};
// kUnavailable: the engines did not do what the bench expects of them.
Result<MemoryRates> MeasureMemoryRates();

struct SpoofedHellos {
  std::uint64_t hellos = 0;   // and as many HELLO2 with a cookie that was never minted
  std::uint64_t answered = 0;  // RETRYs
  std::uint64_t sessions = 0;
  std::uint64_t public_key_operations = 0;
  double per_second = 0;  // packets of both kinds
};
SpoofedHellos FloodWithHellos(std::uint32_t hellos);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_MEMORY_COSTS_H_
