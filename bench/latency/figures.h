// bench/latency/figures.h: errors of round-trip times, put into rows, figures and goals. Pure.
#ifndef EARSHOT_BENCH_LATENCY_FIGURES_H_
#define EARSHOT_BENCH_LATENCY_FIGURES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/goal.h"
#include "core/base/time.h"
#include "core/domain/sample.h"

namespace earshot {

// What was measured how, under what load, in which class. Rows of one key grow from round to round.
struct LatencyKey {
  std::string tool;    // "earshot", "irtt"
  std::string form;    // "train of 5", "single", or the tool's own way
  std::string stamps;  // "kernel", "user", "its own"
  bool loaded = false;     // two busy loops on the agent's core
  bool real_time = false;  // SCHED_FIFO was asked for, on both sides

  friend bool operator==(const LatencyKey&, const LatencyKey&) = default;
};

// Errors are reported RTT - the true length of the path that its own packets took: what a bound
// pays for. They include the time that the far side took to answer.
struct LatencyRow {
  LatencyKey key;
  // As granted, of the last round: of who asks, and of who answers (empty: the kernel itself).
  std::string scheduling;
  std::string server_scheduling;
  std::vector<std::vector<Duration>> rounds;  // one error a train or ping
  std::vector<Duration> beyond_wire;  // RTT - what the relay saw on the wire: the stamps' own error
  std::uint32_t sent = 0;
  std::uint32_t answered = 0;
  // Errors against what the packets' own frames were held; the others are against the path's nominal
  // length, because the frames of a lossy conversation cannot be told apart.
  std::uint32_t matched = 0;
  std::uint32_t left_out = 0;  // our trains whose frames were not found at the relay
  Duration resolution{0};      // of what the tool prints
  std::vector<Duration> least_printed;  // a round, where the tool prints its minimum more finely
};

struct LatencyFigures {
  Duration median{0};  // of the rounds' medians
  Duration median_min{0};
  Duration median_max{0};
  Duration p99{0};  // of all
  Duration least{0};
  Duration least_median{0};  // of the rounds' minima: does not fall with the number of rounds
  std::uint32_t errors = 0;
};

// The value that the share `q` of the values does not exceed, at least the least; 0 when empty.
Duration QuantileOf(std::vector<Duration> values, double q);

// All zero for a row without errors.
LatencyFigures FiguresOf(const LatencyRow& row);

// What an error of this size adds to a bound, in kilometres, at the speed of light in vacuum.
double KilometresOf(Duration error);

// One estimator over blocks of `n` samples that followed each other.
struct EstimatorFigures {
  std::string name;
  std::string model;
  std::uint32_t n = 0;
  std::uint32_t blocks = 0;
  Duration error_median{0};                   // estimate - floor
  std::optional<Duration> stated_median;      // none: it made no statement
  double held = 0;                            // share of statements that were true
};

// A sample and how long its own packets were held by the path.
struct EstimatorInput {
  Sample sample;
  Duration held{0};
};
// The floor is the least error that any of `inputs` had: what the path and a quick agent leave. It
// is itself one of the samples, so a statement can only be found false, never proved true. The
// low-quantile's target is the quantile of all of them.
std::vector<EstimatorFigures> CompareEstimators(std::span<const EstimatorInput> inputs);

struct LatencyGoals {
  std::vector<BenchGoal> goals;
  std::vector<std::string> undecided;  // names of those whose rows are missing
};
LatencyGoals JudgeGoals(std::span<const LatencyRow> rows);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_FIGURES_H_
