// sim/replay/measured_paths.h: measured round-trip times in place of the path model's.
#ifndef EARSHOT_SIM_REPLAY_MEASURED_PATHS_H_
#define EARSHOT_SIM_REPLAY_MEASURED_PATHS_H_

#include <cstdint>
#include <string_view>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/dataset/measurements.h"
#include "sim/scenario/resolve.h"

namespace earshot {

// A node so near a place stands for it: one cluster of hosts.
inline constexpr Distance kReplayWithin = Distance::Kilometres(60);

struct Replayed {
  std::uint32_t paths = 0;     // of the scenario
  std::uint32_t measured = 0;  // of these, with measured delays now
  std::uint32_t at_light = 0;  // of these, raised to light's own time: places are not the nodes'
};

// Gives each path the RTT of a measured pair: one end within kReplayWithin of where the device is, the
// other of the landmark, either way round; where there are several, one drawn by seed, device and
// landmark. Relayed devices get the sum of their legs, padding ones the longer of their own and the
// declared place's, as the model would. Left as they were drawn from the model: paths of which a leg was not
// measured, agents beside their own landmark, and what is as quick as light by choice
// (kFastMedium). Nodes that their file calls mislocated stand for no place. No path becomes quicker
// than light over its geodesic.
//
// `source` names the files in ResolvedScenario::path_model, with how many paths are theirs.
// kInvalidArgument when not one path was measured; `resolved` is then as before.
Result<Replayed> ReplayMeasured(const Measurements& measured, std::string_view source,
                                ResolvedScenario* resolved);

}  // namespace earshot

#endif  // EARSHOT_SIM_REPLAY_MEASURED_PATHS_H_
