// cli/bench_text.h: what every bench puts around its figures.
#ifndef EARSHOT_CLI_BENCH_TEXT_H_
#define EARSHOT_CLI_BENCH_TEXT_H_

#include <span>
#include <string>

#include "bench/goal.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "core/base/time.h"

namespace earshot {

namespace v1 {
class BenchReport;
}  // namespace v1

inline double Microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-3; }
// "AMD EPYC 7763, 2 threads"; figures mean nothing without it.
std::string MachineText();
// With commit, machine and goals; the rows are left to the bench.
v1::BenchReport BeginBenchReport(const std::string& bench, std::span<const BenchGoal> goals);
// One line a goal, with its value beside it.
std::string GoalsText(const v1::BenchReport& report, const Console& console);

// `earshot bench latency`.
ExitCode BenchLatency(const BenchCommand& command, const Console& console);

}  // namespace earshot

#endif  // EARSHOT_CLI_BENCH_TEXT_H_
