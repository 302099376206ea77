// sim/scenario/resolve.h: from a scenario to everything that determines a run.
#ifndef EARSHOT_SIM_SCENARIO_RESOLVE_H_
#define EARSHOT_SIM_SCENARIO_RESOLVE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/locate/path_model.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// A device of a fleet, or a reference agent that stands beside a landmark.
struct ResolvedDevice {
  std::string id;         // "C-0001"; "reference-sin-1"
  std::size_t fleet = 0;  // into Scenario::fleets; 0 and unused for a reference agent
  std::optional<LandmarkId> reference_for;
};

// The undisturbed delay of one path, each way: what the relay holds every packet for, before jitter
// and loss.
struct ResolvedPath {
  std::size_t device = 0;    // into ResolvedScenario::devices
  std::size_t landmark = 0;  // into Scenario::landmarks
  Duration forward{0};       // agent to landmark
  Duration backward{0};
  Duration clone{0};  // there and back, of whoever else holds a cloned key; 0: nobody does
  Duration before{0};  // there and back, until the device moves; 0: it does not

  Rtt rtt() const { return Rtt::FromDuration(forward + backward); }
};

struct ResolvedScenario {
  Scenario scenario;
  std::string path_model;  // provenance of the delays
  std::vector<ResolvedDevice> devices;  // reference agents last
  std::vector<ResolvedPath> paths;      // device by device, in the order of the landmarks

  // Where the device really stands; of one that moves, in the end.
  Position ActualPosition(const ResolvedDevice& device) const;
  Position LandmarkPosition(std::size_t landmark) const;
};

struct ResolveOptions {
  std::optional<std::uint64_t> seed;     // in place of the scenario's
  std::optional<Duration> duration;
  std::optional<std::uint64_t> devices;  // as many in all, in the proportions of the fleets
};

// RTT between a landmark and the reference agent beside it: a switch or two in the same hall.
inline constexpr Rtt kBesideLandmarkRtt = Rtt::FromDuration(std::chrono::microseconds(200));

// The undisturbed round trips of the devices of one fleet. References must outlive it; any thread.
class PathDrawer {
 public:
  PathDrawer(const Scenario& scenario, const PathModel& model, const ScenarioFleet& fleet);

  // Of device `id`, to Scenario::landmarks[landmark]: as ResolveScenario says below.
  Rtt Draw(const std::string& id, std::size_t landmark) const;
  // The same from the declared place, before it moves; the fleet's behaviour is kMovesLater.
  Rtt DrawBefore(const std::string& id, std::size_t landmark) const;
  // The same of the second holder of its key; the fleet's behaviour is kClonedKey.
  Rtt DrawClone(const std::string& id, std::size_t landmark) const;

 private:
  struct Legs {
    Distance direct;    // actual place to landmark
    Distance declared;  // declared place to landmark
    Distance relayed;   // relay to landmark
    Rtt light;          // over `direct`, rounded up
    Rtt declared_light;
    Distance cloned;    // clone place to landmark
    Rtt clone_light;
  };
  const Scenario& scenario_;
  const PathModel& model_;
  const ScenarioFleet& fleet_;
  Distance to_relay_;
  std::vector<Legs> legs_;
};

// Puts what `options` state in place of the scenario's own. kInvalidArgument for a duration that is
// shorter than the first round, or fewer devices than fleets.
Status AdjustScenario(const ResolveOptions& options, Scenario* scenario);

// The id of device `number`, from 0, of a fleet: "C-0001".
std::string DeviceName(const ScenarioFleet& fleet, std::uint32_t number);

// Expands the fleets and draws the delay of every path from `model`, by the scenario's seed. A
// path's draw depends on (seed, device id, landmark id) alone: adding a device moves no other path.
//
//  - where the device stands (or its relay place, then the device) decides the distance;
//  - kPadsDelay: for each landmark the longer of its own delay and what is normal at the declared
//    place, so that it is never nearer than declared and never slower than it must be: the best
//    that an adversary who cannot remove delay can do;
//  - kFastMedium: light over the geodesic and what a switch or two add, padded likewise, as are the
//    paths of kChoosesLandmarks;
//  - a path never beats light over its geodesic.
//
// Errors as AdjustScenario.
Result<ResolvedScenario> ResolveScenario(const Scenario& scenario, const PathModel& model,
                                         const ResolveOptions& options);

// One device of a scenario: the `number`th, from 0, of Scenario::fleets[fleet].
struct FleetDevice {
  std::size_t fleet = 0;
  std::uint32_t number = 0;
};

// The same with these devices alone, and the reference agents: their paths are those of the whole.
ResolvedScenario ResolveDevices(const Scenario& scenario, const PathModel& model,
                                std::span<const FleetDevice> devices);

// resolved.textproto, and back. Reading checks as LoadScenario does, and that every device has one
// path to every landmark, none of them quicker than light.
std::string ResolvedText(const ResolvedScenario& resolved);
// Whether `text` is of that kind rather than a scenario: its first field tells.
bool LooksResolved(std::string_view text);
Result<ResolvedScenario> LoadResolved(const std::string& path);
Result<ResolvedScenario> ParseResolved(std::string_view text, std::string_view file_name);

}  // namespace earshot

#endif  // EARSHOT_SIM_SCENARIO_RESOLVE_H_
