// sim/live/run_files.h: the keys, records and configurations that a live run's processes read.
//
//   OUT/work/  mode 0700: private keys lie here
//     root.pem  policy  revocations  maker.delegation  verdict.key  verdict.delegation
//     landmark-ID.{signing,sealing,delegation,position}   landmarks (the signed list)
//     device-ID.{key,endorsement,declaration,counter}
//     server.textproto  relay.textproto  agent-NAME.textproto   NAME.ready  NAME.log
#ifndef EARSHOT_SIM_LIVE_RUN_FILES_H_
#define EARSHOT_SIM_LIVE_RUN_FILES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/domain/ids.h"
#include "sim/run/run_material.h"
#include "sim/scenario/resolve.h"

namespace earshot {

// One socket a device in the relay; beyond it, live runs cost more than they show.
inline constexpr std::size_t kLiveDevicesMax = 4096;
// Up to so many devices each get a process of their own; beyond, one process holds up to
// kIdentitiesPerProcess.
inline constexpr std::size_t kProcessPerDeviceMax = 64;
inline constexpr std::size_t kIdentitiesPerProcess = 128;

// A process that answers for one or more devices.
struct AgentProcessPlan {
  std::string name;  // of its files: the device's id, or "agents-3"
  std::string config;
  std::string ready_file;
  std::string log_file;
  std::vector<std::size_t> devices;  // into ResolvedScenario::devices
  bool forges = false;               // run as adversary
  std::optional<Duration> stop_after;  // ended so long after the agents were started
};

// By landmark id.
using BoundEndpoints = std::map<std::string, Endpoint>;

// SCHED_FIFO, where permitted; 0: the ordinary class.
struct RunFilesOptions {
  unsigned relay_priority = 0;
  // Used only where each agent process can have a processor to itself: an agent spins after a
  // train's first ping, and on fewer processors real-time agents would starve relay and server.
  unsigned agent_priority = 0;
  // The server comes last of the three: it is busy for milliseconds at a time, and its kernel
  // stamps do not suffer from waiting. Without it, a busy machine leaves pongs in its queue.
  unsigned server_priority = 30;
};

class RunFiles {
 public:
  // Creates `work`, draws all keys and writes all records. Nothing secret leaves the folder.
  // kInvalidArgument for more than kLiveDevicesMax devices or a value that a record cannot hold;
  // kUnavailable when the folder exists already or cannot be written.
  static Result<RunFiles> Create(const ResolvedScenario& resolved, std::string work,
                                 Random& random, WallInstant now, const RunFilesOptions& options);

  // `out` is where the server writes its events and bundles. Written again with the endpoints that
  // were `bound`, so that a later start by hand meets the signed list.
  Status WriteServerConfig(const std::string& out, const BoundEndpoints& bound = {}) const;
  // `landmarks`: where the landmarks themselves listen. One that is missing could not be started;
  // it gets neither front nor paths.
  Status WriteRelayConfig(const BoundEndpoints& landmarks, const std::string& truth_file,
                          const BoundEndpoints& bound = {}) const;
  // Signs and writes the list that agents get: the landmarks behind `fronts`.
  Status WriteLandmarkList(const BoundEndpoints& fronts) const;
  Result<std::vector<AgentProcessPlan>> WriteAgentConfigs() const;

  std::string Path(const std::string& name) const { return work_ + "/" + name; }
  const std::string& work() const { return work_; }
  // In the order of ResolvedScenario::devices.
  const std::vector<DeviceId>& device_ids() const { return device_ids_; }
  std::uint32_t rounds() const { return rounds_; }

 private:
  RunFiles(const ResolvedScenario& resolved, std::string work, const RunFilesOptions& options,
           RunMaterial material);
  Status WriteAuthority() const;
  Status WriteLandmark(const LandmarkMaterial& landmark) const;
  Status WriteDevice(std::size_t index) const;
  Status WriteAgentConfig(const AgentProcessPlan& plan, unsigned priority) const;

  const ResolvedScenario* resolved_;
  std::string work_;
  RunFilesOptions options_;
  RunMaterial material_;
  std::vector<DeviceId> device_ids_;
  std::uint32_t rounds_;
};

// Lines "name endpoint". kInvalidArgument for anything else.
Result<BoundEndpoints> ReadReadyFile(const std::string& path);

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_RUN_FILES_H_
