// bench/natural_cases.h: what physics alone says of measured nodes.
#ifndef EARSHOT_BENCH_NATURAL_CASES_H_
#define EARSHOT_BENCH_NATURAL_CASES_H_

#include <cstdint>
#include <span>

#include "bench/measured_world.h"
#include "core/locate/estimator.h"

namespace earshot {

struct PhysicsFinding {
  std::uint32_t contradicting_landmarks = 0;
  bool contradicted_f0 = false;
  bool contradicted_f1 = false;
};

// A node's stated place, within its uncertainty, against the vacuum bounds of its answers; every
// landmark a trust domain of its own. `node` counts among world.measured().nodes.
PhysicsFinding JudgeByPhysics(const MeasuredWorld& world, std::uint32_t node,
                              std::span<const LandmarkAnswer> answers);

}  // namespace earshot

#endif  // EARSHOT_BENCH_NATURAL_CASES_H_
