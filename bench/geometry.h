// bench/geometry.h: the disc arrangement against S2 coverings, side by side.
#ifndef EARSHOT_BENCH_GEOMETRY_H_
#define EARSHOT_BENCH_GEOMETRY_H_

#include <cstdint>
#include <vector>

#include "bench/goal.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

struct GeometryBenchOptions {
  std::uint64_t seed = 1;
  int cases = 40;   // random arrangements of each size
  int rounds = 25;  // how often each is timed, both sides in turn
};

// How long one answer took, over all cases and rounds.
struct BenchTimes {
  Duration least{0};
  Duration median{0};
  Duration most{0};
};

// One size. Both sides answer "where can a device be that all N bounds allow?": ours exactly (area,
// boundary, witness), S2 as the intersection of N coverings of at most 32 cells.
struct GeometryBenchRow {
  int discs = 0;
  BenchTimes ours;
  BenchTimes s2;
  double ratio = 0;        // of the medians, s2 / ours
  double area_excess = 0;  // median of covering / exact area: what the coarser answer costs
  int cases = 0;
  int nonempty = 0;
  // Cases in which the answers fit: our witness lies in each of S2's caps and in its covering, the
  // covering is no smaller than the exact area, and where the covering is empty so is our region.
  int agreeing = 0;
};

struct GeometryBenchReport {
  std::vector<GeometryBenchRow> rows;  // 8, 30 and 100 discs
  std::vector<BenchGoal> goals;  // 30 discs: at most 100 us, at least 20 times faster, all fit
};

// Takes about two seconds. kUnsupported from a build without optimisation, whose figures would
// mislead; kInvalidArgument for fewer than one case or round.
Result<GeometryBenchReport> RunGeometryBench(const GeometryBenchOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_GEOMETRY_H_
