// bench/latency/latency.h: our probes beside the tools people use, over one path of known length.
#ifndef EARSHOT_BENCH_LATENCY_LATENCY_H_
#define EARSHOT_BENCH_LATENCY_LATENCY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/goal.h"
#include "bench/latency/core_limits.h"
#include "bench/latency/figures.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

inline constexpr std::uint32_t kLatencyRoundsMin = 5;

struct LatencyBenchOptions {
  // Each condition once a round. The order of the tools is turned round in every second one (ABBA), so
  // that what drifts with time falls on all alike. Fewer than kLatencyRoundsMin are no result.
  std::uint32_t rounds = 5;
  std::uint32_t pings = 200;  // a tool and round; half as many trains, and single pings, of ours
  Duration one_way = std::chrono::microseconds(2500);
  std::string peers = "build/peers";
  bool namespaces = true;  // false: direct loopback even where more is permitted
  unsigned priority = 40;  // of SCHED_FIFO, where asked for
  // Told what is done next, for people who wait.
  std::function<void(const std::string&)> progress;
};

// What the agent's core allowed under one condition, a round each.
struct CoreLimitsRow {
  bool loaded = false;
  bool real_time = false;
  std::vector<CoreLimits> rounds;
};

struct LatencyBenchReport {
  std::string network;  // what the packets crossed, in words
  bool through_relay = false;
  std::string relay;        // its core and class
  Duration relay_error_median{0};  // how much later than asked frames left
  Duration relay_error_p99{0};
  std::uint64_t frames = 0;  // that these two are of: the latest, where the log overflowed
  std::string real_time;    // what the scheduler said
  std::string cores;        // who ran where
  double load_average_before = 0;  // of one minute
  double load_average_after = 0;
  std::uint32_t rounds = 0;
  std::vector<std::string> versions;
  std::vector<std::string> skipped;
  std::vector<LatencyRow> rows;
  std::vector<CoreLimitsRow> core_limits;  // of the agent's core
  std::vector<EstimatorFigures> estimators;
  std::vector<BenchGoal> goals;
};

// Takes about 40 seconds a round. Call it from a process of one thread: it forks. Everything that it
// starts ends with it, also when the process is killed; SIGINT and SIGTERM end it with kUnavailable
// after the run in hand. kUnsupported from a build without optimisation.
Result<LatencyBenchReport> RunLatencyBench(const LatencyBenchOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_LATENCY_H_
