// sim/run/run_material.h: every key and signed record of a run, in memory.
#ifndef EARSHOT_SIM_RUN_RUN_MATERIAL_H_
#define EARSHOT_SIM_RUN_RUN_MATERIAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/domain/ids.h"
#include "server/engine/enrolment.h"
#include "sim/run/run_authority.h"
#include "sim/scenario/resolve.h"

namespace earshot {

struct DeviceMaterial {
  Ed25519PrivateKey key;
  EnrolmentBlobs blobs;

  DeviceId id() const { return DeviceId(key.id().value()); }
};

// Landmarks and devices in the order of the resolved scenario. Move-only.
struct RunMaterial {
  RunAuthority authority;
  std::vector<LandmarkMaterial> landmarks;
  std::vector<DeviceMaterial> devices;
  Bytes policy;
  Bytes revocations;

  // Draws every key from `random`. kInvalidArgument for a value that a record cannot hold.
  static Result<RunMaterial> Draw(const ResolvedScenario& resolved, Random& random,
                                  WallInstant now);
};

// What every device of a run claims of itself besides its model (ModelOf) and FirmwareOf that.
inline constexpr std::uint64_t kRunBootCount = 1;
std::string ModelOf(const ResolvedScenario& resolved, const ResolvedDevice& device);

// Whole rounds that fit into the scenario's duration.
std::uint32_t RoundsWithin(const Scenario& scenario);

}  // namespace earshot

#endif  // EARSHOT_SIM_RUN_RUN_MATERIAL_H_
