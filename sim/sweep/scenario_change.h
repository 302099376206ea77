// sim/sweep/scenario_change.h: one change to a scenario, named and valued as text.
#ifndef EARSHOT_SIM_SWEEP_SCENARIO_CHANGE_H_
#define EARSHOT_SIM_SWEEP_SCENARIO_CHANGE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/scenario/scenario.h"

namespace earshot::v1 {
class Scenario;
}

namespace earshot {

// A parameter and its value.
struct ScenarioChange {
  std::string parameter;
  std::string value;
};

// Sets of landmarks by name: their ids.
using LandmarkSets = std::map<std::string, std::vector<std::string>>;

// What may be changed, in the order in which it is, whatever the order of `changes`:
//
//   network.jitter, policy.liars_max, seed ...   a field of scenario.proto that is no list
//   fleets[2].relay_place                        of the third fleet of the file
//   landmarks[sin-1].uncertainty                 of the element with this id, or id_prefix if one has it
//   landmark_set     the landmarks of one of the named sets, and no others
//   landmark_count   so many of them: of different trust domains first, as many as the policy wants,
//                    then any; drawn by the scenario's seed, fewer always a part of more
//   every            from round to round
//   devices          in all, in the proportions of the fleets
//   dishonest_share  of the devices, with as many in all: what belongs to the fleets that are not
//                    honest, in their proportions; a fleet left with none is gone
//   alarm_budget     false alarms a year of the whole fleet: sets the rate of the placement test, made
//                    once a year a device, and of the test for change where the policy has one, half
//                    to each (core/appraisal/alarm_budget.h)
//
// Of a parameter that is changed twice the later change counts. kInvalidArgument, with the nearest
// name, for what no scenario has, and for a value that is none of its parameter.

// All down to landmark_count. Whether the scenario is sound afterwards is for ScenarioFromProto to
// say.
Status ChangeScenario(const std::vector<ScenarioChange>& changes, const LandmarkSets& sets,
                      v1::Scenario* scenario);

// The rest, of a scenario that was sound, and stays so.
Status ChangeFleets(const std::vector<ScenarioChange>& changes, Scenario* scenario,
                    Duration* every);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_SCENARIO_CHANGE_H_
