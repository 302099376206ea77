// bench/simulation.h: fleets in virtual time: seconds, bytes, and what the appraisal was asked.
#ifndef EARSHOT_BENCH_SIMULATION_H_
#define EARSHOT_BENCH_SIMULATION_H_

#include <cstdint>
#include <vector>

#include "bench/goal.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/fleet/packet_share.h"
#include "sim/fleet/round_world.h"
#include "sim/scenario/scenario.h"

namespace earshot {

struct SimulationBenchOptions {
  std::uint32_t devices = 1'000'000;
  unsigned threads = 2;
};

struct SimulationBenchReport {
  SimulationBenchOptions options;
  std::uint32_t rounds = 0;
  Duration opening{0};       // paths drawn, tables made
  Duration running{0};       // every round of every device
  Duration processor{0};     // of all threads, for both
  Duration device_round{0};  // of the processor, everything included
  Duration appraisal{0};     // of the processor, a whole one on such devices
  Duration packets{0};       // the share with every packet; not part of the goal
  double bytes_per_device = 0;
  RoundCounts counts;
  PacketShare share;
  std::vector<BenchGoal> goals;
};

// A day of hourly rounds of `scenario`, with as many devices as asked for in the proportions of its
// fleets. kUnsupported from a build without optimisation; else errors as RoundWorld::Create and
// RunPacketShare.
Result<SimulationBenchReport> RunSimulationBench(Scenario scenario,
                                                 const SimulationBenchOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_SIMULATION_H_
