// sim/relay/relay_plan.h: what a relay is told to do, checked.
#ifndef EARSHOT_SIM_RELAY_RELAY_PLAN_H_
#define EARSHOT_SIM_RELAY_RELAY_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/domain/ids.h"
#include "sim/relay/relay_core.h"

namespace earshot {

// What the agents see as a landmark.
struct RelayFront {
  LandmarkId landmark;
  Endpoint bind;
  Endpoint real;  // where the landmark itself listens
};

// What the landmarks see as an agent. Packets from any port of `agent_address` are this device's.
struct RelayBack {
  std::string device;
  std::uint32_t agent_address = 0;
  Endpoint bind;
};

struct RelayPath {
  std::size_t back = 0;
  std::size_t front = 0;
  PathConditions conditions;
};

struct RelayPlan {
  std::vector<RelayFront> fronts;
  std::vector<RelayBack> backs;
  std::vector<RelayPath> paths;
  std::string truth_file;  // empty: no log
  std::string ready_file;  // empty: none
  std::uint64_t seed = 0;
  unsigned scheduling_priority = 0;
};

// Reads a RelayConfig. Errors are "file:line:column: field: cause; fix": an unknown device or
// landmark, an endpoint that is none, two devices at one address, a pair with two paths, a
// probability outside [0, 1].
Result<RelayPlan> LoadRelayPlan(const std::string& path);
Result<RelayPlan> ParseRelayPlan(std::string_view text, std::string_view file_name);

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_RELAY_PLAN_H_
