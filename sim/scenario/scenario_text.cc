#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <cmath>

#include "core/base/quantity_text.h"
#include "sim/scenario/scenario_load.h"
#include "sim/scenario/scenario_proto.h"

namespace earshot {
namespace {

void PolicyToProto(const Policy& policy, v1::ScenarioPolicy* proto) {
  proto->set_version(policy.version);
  proto->set_liars_max(policy.liars_max);
  proto->set_domains_min(policy.domains_min);
  proto->set_silent_after(DurationText(policy.silent_after));
  proto->set_zone_margin(DistanceText(policy.zone_margin));
  proto->set_false_alarm_rate(policy.false_alarm_rate);
  proto->set_power_min(policy.power_min);
  if (policy.change_alarm_rate > 0) {
    proto->set_change_alarm_rate(policy.change_alarm_rate);
    proto->set_change_block_rounds(policy.change_block_rounds);
  }
  if (policy.placement_test != PlacementRule::kNearestLandmark) {
    proto->set_placement_test(std::string(PlacementRuleName(policy.placement_test)));
  }
}

void NetworkToProto(const ScenarioNetwork& network, v1::ScenarioNetwork* proto) {
  proto->set_jitter(DurationText(network.jitter));
  proto->set_loss(network.loss);
  proto->set_duplicate(network.duplicate);
  proto->set_reorder(network.reorder);
  proto->set_corrupt(network.corrupt);
  WeatherToProto(network, proto);
}

void PlaceToProto(const ScenarioPlace& place, v1::ScenarioPlace* proto) {
  proto->set_id(place.id);
  proto->set_city(place.city);
  proto->set_country(place.country.text());
  proto->set_latitude_deg(place.position.latitude_degrees());
  proto->set_longitude_deg(place.position.longitude_degrees());
}

void LandmarkToProto(const ScenarioLandmark& landmark, v1::ScenarioLandmark* proto) {
  proto->set_id(landmark.id.value());
  proto->set_place(landmark.place);
  proto->set_trust_domain(landmark.domain.value());
  proto->set_operator_name(landmark.operator_name);
  proto->set_jurisdiction(landmark.jurisdiction.text());
  proto->set_uncertainty(DistanceText(landmark.uncertainty));
  if (landmark.shortens_rtt_by > Duration(0)) {
    proto->set_shortens_rtt_by(DurationText(landmark.shortens_rtt_by));
  }
  if (landmark.lengthens_rtt_by > Duration(0)) {
    proto->set_lengthens_rtt_by(DurationText(landmark.lengthens_rtt_by));
  }
  proto->set_runs_slow_by(landmark.runs_slow_by);
  if (landmark.wall_steps_back_by > Duration(0)) {
    proto->set_wall_steps_back_by(DurationText(landmark.wall_steps_back_by));
  }
  if (landmark.untrue.from > Duration(0)) {
    proto->set_untrue_from(DurationText(landmark.untrue.from));
  }
  if (landmark.untrue.until.has_value()) {
    proto->set_untrue_until(DurationText(*landmark.untrue.until));
  }
  if (landmark.hears_nothing_from.has_value()) {
    proto->set_hears_nothing_from(DurationText(*landmark.hears_nothing_from));
  }
  proto->set_drops(landmark.drops);
}

void FleetToProto(const ScenarioFleet& fleet, v1::ScenarioFleet* proto) {
  proto->set_id_prefix(fleet.id_prefix);
  proto->set_first_number(fleet.first_number);
  proto->set_count(fleet.count);
  proto->set_owner(fleet.owner);
  proto->set_order(fleet.order);
  proto->set_model(fleet.model);
  proto->set_declared_place(fleet.declared_place);
  proto->set_declared_radius(DistanceText(fleet.declared_radius));
  for (const CountryCode& country : fleet.licence.countries) {
    if (fleet.licence.kind == LicenceTerms::Kind::kAllowed) {
      proto->add_allowed_countries(country.text());
    } else {
      proto->add_excluded_countries(country.text());
    }
  }
  proto->set_actual_place(fleet.actual_place);
  proto->set_behaviour(static_cast<v1::Behaviour>(fleet.behaviour));
  proto->set_relay_place(fleet.relay_place);
  if (fleet.silent_from > Duration(0)) proto->set_silent_from(DurationText(fleet.silent_from));
  if (fleet.moves_at > Duration(0)) proto->set_moves_at(DurationText(fleet.moves_at));
  proto->set_session_keys_on_host(fleet.session_keys_on_host);
  proto->set_chip_place(fleet.chip_place);
  proto->set_clone_place(fleet.clone_place);
  for (const LandmarkId& id : fleet.unanswered_landmarks) {
    proto->add_unanswered_landmarks(id.value());
  }
  proto->set_strangers_ping(fleet.strangers_ping);
  if (fleet.life.shipped > Duration(0)) proto->set_shipped_at(DurationText(fleet.life.shipped));
  if (fleet.life.installed > Duration(0)) {
    proto->set_installed_at(DurationText(fleet.life.installed));
  }
  if (fleet.life.retired.has_value()) proto->set_retired_at(DurationText(*fleet.life.retired));
  for (const Verdict verdict : fleet.expect_headline) {
    proto->add_expect_headline(std::string(VerdictName(verdict)));
  }
}

}  // namespace

std::string DistanceText(Distance distance) {
  const double metres = distance.metres();
  if (std::fmod(metres, 1000.0) == 0) return fmt::format("{} km", metres / 1000.0);
  return fmt::format("{} m", metres);
}

v1::Scenario ScenarioToProto(const Scenario& scenario) {
  v1::Scenario proto;
  proto.set_name(scenario.name);
  proto.set_title(scenario.title);
  proto.set_story(scenario.story);
  proto.set_question(scenario.question);
  proto.set_duration(DurationText(scenario.duration));
  proto.set_seed(scenario.seed);
  proto.set_reference_agents(scenario.reference_agents);
  PolicyToProto(scenario.policy, proto.mutable_policy());
  proto.mutable_rounds()->set_first_after(DurationText(scenario.rounds.first_after));
  proto.mutable_rounds()->set_length(DurationText(scenario.rounds.length));
  proto.mutable_rounds()->set_trains(scenario.rounds.trains);
  proto.mutable_rounds()->set_landmarks_per_device(scenario.rounds.landmarks_per_device);
  NetworkToProto(scenario.network, proto.mutable_network());
  for (const auto& place : scenario.places) PlaceToProto(place, proto.add_places());
  for (const auto& landmark : scenario.landmarks) LandmarkToProto(landmark, proto.add_landmarks());
  for (const auto& fleet : scenario.fleets) FleetToProto(fleet, proto.add_fleets());
  return proto;
}

std::string ScenarioText(const Scenario& scenario) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(ScenarioToProto(scenario), &text);
  return text;
}

}  // namespace earshot
