// bench/drawn_worlds.h: whether the placement test keeps its rate where many more honest hosts can
// be had than were ever measured.
#ifndef EARSHOT_BENCH_DRAWN_WORLDS_H_
#define EARSHOT_BENCH_DRAWN_WORLDS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "bench/measured_world.h"
#include "core/base/result.h"

namespace earshot {

// A world is drawn as follows. The clusters of measured nodes are dealt into two halves. On one,
// what is normal around a place is fitted, and its places are the landmarks. From the other comes
// the delay: each honest host of the world takes after one measured host there, whose inflation at
// the nearest distance it has on each path; so a badly connected host is so everywhere. It stands
// within 60 km of a place of the first half. Some hosts calibrate, the others are tested at the
// conformal thresholds of those.
struct DrawnWorldsOptions {
  std::uint32_t worlds = 100;
  std::uint32_t calibrating = 1'999;  // honest hosts a world
  std::uint32_t tested = 8'001;
  std::size_t landmarks = 30;  // at most, drawn anew in each world
  std::vector<double> rates = {0.01, 0.001};
  std::uint64_t seed = 1;
  std::function<void(double done)> progress;
};

struct DrawnRate {
  double asked = 0;
  std::uint64_t alarms = 0;
  std::uint64_t tested = 0;
  double mean = 0;  // over worlds; the hosts of one world share a threshold
  double low = 0;   // 95 % interval of the mean, by its standard error over worlds
  double high = 0;
};

struct DrawnWorldsFindings {
  std::uint64_t appraisals = 0;  // scores, calibration included
  std::vector<DrawnRate> rates;  // by DrawnWorldsOptions::rates
};

// Nothing is kept from one world to the next but the counts: memory does not grow with `worlds`.
// kInvalidArgument for fewer than two worlds, a world with too few hosts for a rate (1/rate - 1
// calibrate it), or measurements of fewer than ten clusters.
Result<DrawnWorldsFindings> StudyDrawnWorlds(const MeasuredWorld& measured,
                                             const DrawnWorldsOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_DRAWN_WORLDS_H_
