// bench/latency/plot.h: the distributions of error as one SVG file that needs nothing else.
#ifndef EARSHOT_BENCH_LATENCY_PLOT_H_
#define EARSHOT_BENCH_LATENCY_PLOT_H_

#include <span>
#include <string>

#include "bench/latency/figures.h"

namespace earshot {

// One panel a condition (idle or loaded, class of scheduling): for each row the share of answers
// whose error is at most x, x on a logarithmic axis in microseconds with kilometres below it.
// Lines differ in colour and dash, and each is named in its panel. `title` and the lines `below` it
// are shown as text; 110 characters fit into a line.
std::string LatencyPlot(std::span<const LatencyRow> rows, const std::string& title,
                        std::span<const std::string> below);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_PLOT_H_
