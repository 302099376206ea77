// sim/scenario/scenario_proto.h: between the plain scenario and its protobuf form. Internal to the
// room: heavy headers stay behind scenario_load.h and resolve.h.
#ifndef EARSHOT_SIM_SCENARIO_SCENARIO_PROTO_H_
#define EARSHOT_SIM_SCENARIO_SCENARIO_PROTO_H_

#include "core/base/result.h"
#include "core/config/text_proto.h"
#include "earshot/v1/scenario.pb.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// Field by field, then ReferencesAreSound and PlacesAreSound. Errors carry their place in `scope`,
// the scope of `proto`.
Result<Scenario> ScenarioFromProto(const v1::Scenario& proto, const TextProtoScope& scope);
v1::Scenario ScenarioToProto(const Scenario& scenario);

// Ids are unique, every name that is used exists, and combinations mean something.
Status ReferencesAreSound(const Scenario& scenario, const TextProtoScope& scope);

// Every place lies in the country that it states, by the country outlines grown by
// kOutlineTolerance: outlines at 1:50m leave out piers and small islands.
Status PlacesAreSound(const Scenario& scenario, const TextProtoScope& scope);
inline constexpr Distance kOutlineTolerance = Distance::Kilometres(10);

// "30 km" or "150 m", as ParseDistance reads it.
std::string DistanceText(Distance distance);

}  // namespace earshot

#endif  // EARSHOT_SIM_SCENARIO_SCENARIO_PROTO_H_
