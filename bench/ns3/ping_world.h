// bench/ns3/ping_world.h: our side: production landmarks and agents on the simulated network, without
// what judges their receipts.
//
// What a device and a landmark do with each other is whole: handshake, trains of pings from a signed
// chain, keyed answers, EVIDENCE, RECEIPT and Receipt after each round, and the next round of the same
// session. ns-3 does none of this beyond a ping and its echo.
#ifndef EARSHOT_BENCH_NS3_PING_WORLD_H_
#define EARSHOT_BENCH_NS3_PING_WORLD_H_

#include <chrono>
#include <cstdint>
#include <memory>

#include "bench/ns3/ping_plan.h"
#include "core/base/result.h"

namespace earshot {

// Rounds as the server asks for them by default: 4 trains of 5 pings every 6 s.
inline constexpr std::uint32_t kPlanPings = 20;

// Confined to one thread.
class PingWorld {
 public:
  // kInvalidArgument: more devices than addresses, or another number of pings than whole trains.
  static Result<std::unique_ptr<PingWorld>> Create(const PingPlan& plan);
  ~PingWorld();

  // Lets time pass until every pair has had its rounds, or for as long as they can take.
  void Run();

  // PONGs that their landmarks accepted.
  std::uint64_t round_trips() const;
  // Every Receipt is opened as the verifier does, and each of its round-trip times compared with its
  // path; a round trip that is in no Receipt that stands counts as wrong.
  std::uint64_t wrong_rtts() const;
  // What that took of the processor, within Run: no part of the simulation.
  std::chrono::nanoseconds checking() const;

 private:
  class Impl;
  explicit PingWorld(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_NS3_PING_WORLD_H_
