// sim/scenario/scenario_proto.h: between the plain scenario and its protobuf form. Internal to the
// room: heavy headers stay behind scenario_load.h and resolve.h.
#ifndef EARSHOT_SIM_SCENARIO_SCENARIO_PROTO_H_
#define EARSHOT_SIM_SCENARIO_SCENARIO_PROTO_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/base/time.h"
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

// The same of what comes and goes on its network; `scope` is that of the network.
Status WeatherFromProto(const v1::ScenarioNetwork& proto, const TextProtoScope& scope,
                        ScenarioNetwork* network);
Status WeatherIsSound(const Scenario& scenario, const TextProtoScope& scope);
void WeatherToProto(const ScenarioNetwork& network, v1::ScenarioNetwork* proto);

// Replaces *value when `text` is given; never by what is negative.
Status ReadDuration(const TextProtoScope& scope, std::string_view field, const std::string& text,
                    Duration* value);
// A stated interval, of fields `from` and `until`; absent ones mean the start, and for good.
struct StatedTexts {
  const std::string& from;
  const std::string& until;
};
Status ReadStated(const TextProtoScope& scope, std::string_view from, std::string_view until,
                  const StatedTexts& texts, Times* when);
// A number from 0 to 1.
Status ReadProbability(const TextProtoScope& scope, std::string_view field, double value,
                       double* into);
// Names that are used exist; the error, at element `index` of `field`, names the nearest that does.
Status PlaceIsKnown(const Scenario& scenario, const TextProtoScope& scope, std::string_view field,
                    const std::string& place, int index = 0);
Status LandmarksAreKnown(const Scenario& scenario, const TextProtoScope& scope,
                         std::string_view field, const std::vector<LandmarkId>& landmarks);

// Every place lies in the country that it states, by the country outlines grown by
// kOutlineTolerance: outlines at 1:50m leave out piers and small islands.
Status PlacesAreSound(const Scenario& scenario, const TextProtoScope& scope);
inline constexpr Distance kOutlineTolerance = Distance::Kilometres(10);

// "30 km" or "150 m", as ParseDistance reads it.
std::string DistanceText(Distance distance);

}  // namespace earshot

#endif  // EARSHOT_SIM_SCENARIO_SCENARIO_PROTO_H_
