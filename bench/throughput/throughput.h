// bench/throughput/throughput.h: how much one core does, beside what it is measured against.
#ifndef EARSHOT_BENCH_THROUGHPUT_THROUGHPUT_H_
#define EARSHOT_BENCH_THROUGHPUT_THROUGHPUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bench/goal.h"
#include "core/base/result.h"

namespace earshot {

struct ThroughputOptions {
  int rounds = 5;               // every side once in each, in turn
  std::uint32_t landmarks = 200;  // sessions under load; 255 pings each
  std::uint32_t spoofed_hellos = 1'000'000;
  std::string peers = "build/peers";  // where chrony is unpacked
};

// One side of a comparison over all rounds.
struct Spread {
  double least = 0;
  double median = 0;
  double most = 0;
};
Spread SpreadOf(std::vector<double> values);

struct ThroughputRow {
  std::string name;  // "pings answered; theirs: a bare echo"
  std::string unit;  // "/s"
  Spread ours;
  Spread theirs;  // zero where nothing is compared
  std::vector<double> round_ratios;  // of each round; empty where nothing is compared
  double ratio() const { return theirs.median > 0 ? ours.median / theirs.median : 0; }
};

struct ThroughputReport {
  std::vector<ThroughputRow> rows;
  std::vector<BenchGoal> goals;
  double load_average_before = 0;  // of one minute
  double load_average_after = 0;
  std::string scheduling;          // of the bench, hence of every side
  std::vector<std::string> notes;  // how it was measured; what was left out, and why
};

// Takes some 20 s on two idle cores. All rates are work divided by CPU time of the thread or process
// that did it, so that a busy machine lowers them less than a clock on the wall would have it.
// kUnsupported from a build without optimisation; kUnavailable where sockets cannot be had.
Result<ThroughputReport> RunThroughputBench(const ThroughputOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_THROUGHPUT_H_
