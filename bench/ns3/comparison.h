// bench/ns3/comparison.h: runs of both sides, put into rates, ratios and goals. Pure.
#ifndef EARSHOT_BENCH_NS3_COMPARISON_H_
#define EARSHOT_BENCH_NS3_COMPARISON_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/goal.h"
#include "bench/ns3/ping_plan.h"
#include "bench/ns3/side_report.h"
#include "core/base/result.h"

namespace earshot {

// What ToText wrote. kInvalidArgument names the line that is missing or wrong.
Result<SideReport> ParseSideReport(std::string_view text);

// kUnavailable, with what is missing, unless the run completed every round trip of `plan`, each as long
// as its path: sides that did less are not compared.
Status CheckSameWork(const SideReport& report, const PingPlan& plan);

// Round trips a second of processor time, while virtual time passed.
double RateOf(const SideReport& report);

// Of several runs of one side.
struct RateFigures {
  double median = 0;
  double least = 0;
  double most = 0;
};
// All zero for no runs.
RateFigures FiguresOf(std::span<const SideReport> runs);

// Ours over theirs: the ratio of the medians, and the least and most that two runs can be made to say.
struct RatioFigures {
  double median = 0;
  double least = 0;
  double most = 0;
};
// All zero where a side has no runs.
RatioFigures RatioOf(std::span<const SideReport> ours, std::span<const SideReport> theirs);

// That our packets, with modelled cryptography, take a fiftieth of the processor that ns-3's take.
BenchGoal JudgeRatio(const RatioFigures& ratio);

}  // namespace earshot

#endif  // EARSHOT_BENCH_NS3_COMPARISON_H_
