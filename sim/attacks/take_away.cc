#include "sim/attacks/take_away.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/quantity_text.h"
#include "earshot/v1/attacks.pb.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

Status RemoveLandmarks(const v1::Countermeasure& measure, Scenario* scenario) {
  for (const std::string& id : measure.remove_landmarks()) {
    const auto gone = std::erase_if(scenario->landmarks, [&](const ScenarioLandmark& landmark) {
      return landmark.id.value() == id;
    });
    if (gone != 0) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("without {}: scenario {} has no landmark \"{}\"", measure.words(),
                            scenario->name, id));
  }
  for (ScenarioFleet& fleet : scenario->fleets) {
    std::erase_if(fleet.unanswered_landmarks, [&](const LandmarkId& id) {
      return std::ranges::find(scenario->landmarks, id, &ScenarioLandmark::id) ==
             scenario->landmarks.end();
    });
  }
  return {};
}

void ChangeFleets(const v1::Countermeasure& measure, Scenario* scenario) {
  if (measure.remove_honest()) {
    std::erase_if(scenario->fleets, [](const ScenarioFleet& fleet) { return fleet.honest(); });
  }
  for (ScenarioFleet& fleet : scenario->fleets) {
    if (fleet.honest()) continue;
    if (measure.has_session_keys_on_host()) {
      fleet.session_keys_on_host = measure.session_keys_on_host();
    }
    if (measure.forget_revocations() && fleet.behaviour == Behaviour::kRevokedKey) {
      fleet.behaviour =
          fleet.chip_place.empty() ? Behaviour::kCareless : Behaviour::kKeyElsewhere;
    }
    // The chip keeps quiet; its clone, at the declared place, answers.
    if (measure.silence_the_clone() && fleet.behaviour == Behaviour::kClonedKey) {
      fleet.behaviour = Behaviour::kKeyElsewhere;
      fleet.chip_place = fleet.actual_place;
      fleet.actual_place = fleet.clone_place;
      fleet.clone_place.clear();
    }
  }
}

}  // namespace

Result<Scenario> TakeAway(const v1::Countermeasure& measure, const Scenario& scenario) {
  Scenario without = scenario;
  EARSHOT_RETURN_IF_ERROR(RemoveLandmarks(measure, &without));
  Policy& policy = without.policy;
  if (measure.has_liars_max()) policy.liars_max = measure.liars_max();
  if (measure.has_domains_min()) policy.domains_min = measure.domains_min();
  if (measure.has_reference_agents()) without.reference_agents = measure.reference_agents();
  if (measure.has_false_alarm_rate()) policy.false_alarm_rate = measure.false_alarm_rate();
  if (!measure.silent_after().empty()) {
    EARSHOT_ASSIGN_OR_RETURN(policy.silent_after, ParseDuration(measure.silent_after()));
  }
  ChangeFleets(measure, &without);
  return ParseScenario(ScenarioText(without),
                       fmt::format("{} without {}", scenario.name, measure.words()));
}

}  // namespace earshot
