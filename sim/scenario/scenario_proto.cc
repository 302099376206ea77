#include "sim/scenario/scenario_proto.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "core/geo/country_zones.h"
#include "core/report/names.h"

namespace earshot {

Status ReadDuration(const TextProtoScope& scope, std::string_view field, const std::string& text,
                    Duration* value) {
  if (text.empty()) return {};
  const Result<Duration> parsed = ParseDuration(text);
  if (!parsed.has_value()) return tl::unexpected(scope.At(field, parsed.error()));
  if (parsed->count() < 0) {
    return tl::unexpected(scope.At(field, fmt::format("\"{}\" is negative; write 0 or more", text)));
  }
  *value = *parsed;
  return {};
}

Status ReadProbability(const TextProtoScope& scope, std::string_view field, double value,
                       double* into) {
  if (!(value >= 0 && value <= 1)) {
    return tl::unexpected(
        scope.At(field, fmt::format("{} is no probability; write a number from 0 to 1", value)));
  }
  *into = value;
  return {};
}

namespace {

constexpr std::size_t kNameLengthMax = 32;  // ids become file names and table columns

constexpr std::array<Verdict, 7> kVerdicts = {
    Verdict::kInvalidProof, Verdict::kContradicted, Verdict::kSilent,       Verdict::kUnexplainedDelay,
    Verdict::kVerified,     Verdict::kConsistent,   Verdict::kIndeterminate};

Status NameIsSound(const TextProtoScope& scope, std::string_view field, const std::string& name) {
  return CheckName(scope, field, name, kNameLengthMax);
}

// Replaces *value when `text` is given.
Status ReadDistance(const TextProtoScope& scope, std::string_view field, const std::string& text,
                    Distance* value) {
  if (text.empty()) return {};
  const Result<Distance> parsed = ParseDistance(text);
  if (!parsed.has_value()) return tl::unexpected(scope.At(field, parsed.error()));
  if (parsed->metres() < 0) {
    return tl::unexpected(scope.At(field, fmt::format("\"{}\" is negative; write 0 or more", text)));
  }
  *value = *parsed;
  return {};
}

Result<CountryCode> ReadCountry(const TextProtoScope& scope, std::string_view field,
                                const std::string& text, int index = 0) {
  Result<CountryCode> code = ParseCountryCode(text);
  if (!code.has_value()) return tl::unexpected(scope.At(field, code.error(), index));
  return code;
}

Result<ScenarioPlace> PlaceFromProto(const v1::ScenarioPlace& proto, const TextProtoScope& scope) {
  ScenarioPlace place;
  EARSHOT_RETURN_IF_ERROR(NameIsSound(scope, "id", proto.id()));
  place.id = proto.id();
  place.city = proto.city().empty() ? proto.id() : proto.city();
  EARSHOT_ASSIGN_OR_RETURN(place.country, ReadCountry(scope, "country", proto.country()));
  for (const auto& [field, given] : {std::pair{"latitude_deg", proto.has_latitude_deg()},
                                     std::pair{"longitude_deg", proto.has_longitude_deg()}}) {
    if (!given) {
      return tl::unexpected(scope.At(
          field, fmt::format("place \"{}\" states none; write its degrees, WGS84", place.id)));
    }
  }
  const Result<Position> position =
      Position::FromDegrees(proto.latitude_deg(), proto.longitude_deg());
  if (!position.has_value()) {
    const bool latitude = !(std::abs(proto.latitude_deg()) <= 90);
    return tl::unexpected(
        scope.At(latitude ? "latitude_deg" : "longitude_deg", position.error()));
  }
  if (std::abs(proto.longitude_deg()) > 180) {
    return tl::unexpected(scope.At("longitude_deg", fmt::format("{} is not within -180 and 180 degrees",
                                                                proto.longitude_deg())));
  }
  place.position = *position;
  return place;
}

Status UntrueFromProto(const v1::ScenarioLandmark& proto, const TextProtoScope& scope,
                       ScenarioLandmark* landmark) {
  const bool untrue = landmark->lies() || landmark->wall_steps_back_by > Duration(0);
  for (const auto& [field, text] : {std::pair{"untrue_from", proto.untrue_from()},
                                    std::pair{"untrue_until", proto.untrue_until()}}) {
    if (untrue || text.empty()) continue;
    return tl::unexpected(scope.At(field, "what it says of times is true; write how it is not, as in "
                                          "runs_slow_by, or remove this"));
  }
  return ReadStated(scope, "untrue_from", "untrue_until",
                    {proto.untrue_from(), proto.untrue_until()}, &landmark->untrue);
}

Result<ScenarioLandmark> LandmarkFromProto(const v1::ScenarioLandmark& proto,
                                           const TextProtoScope& scope) {
  ScenarioLandmark landmark;
  EARSHOT_RETURN_IF_ERROR(NameIsSound(scope, "id", proto.id()));
  EARSHOT_RETURN_IF_ERROR(NameIsSound(scope, "trust_domain", proto.trust_domain()));
  landmark.id = LandmarkId(proto.id());
  landmark.domain = TrustDomain(proto.trust_domain());
  landmark.place = proto.place();
  landmark.operator_name = proto.operator_name();
  EARSHOT_ASSIGN_OR_RETURN(landmark.jurisdiction,
                           ReadCountry(scope, "jurisdiction", proto.jurisdiction()));
  EARSHOT_RETURN_IF_ERROR(
      ReadDistance(scope, "uncertainty", proto.uncertainty(), &landmark.uncertainty));
  EARSHOT_RETURN_IF_ERROR(
      ReadDuration(scope, "shortens_rtt_by", proto.shortens_rtt_by(), &landmark.shortens_rtt_by));
  EARSHOT_RETURN_IF_ERROR(
      ReadDuration(scope, "lengthens_rtt_by", proto.lengthens_rtt_by(), &landmark.lengthens_rtt_by));
  if (landmark.shortens_rtt_by > Duration(0) && landmark.lengthens_rtt_by > Duration(0)) {
    return tl::unexpected(scope.At("lengthens_rtt_by", "it shortens them already; write one of both"));
  }
  EARSHOT_RETURN_IF_ERROR(
      ReadProbability(scope, "runs_slow_by", proto.runs_slow_by(), &landmark.runs_slow_by));
  if (landmark.runs_slow_by == 1) {
    return tl::unexpected(scope.At("runs_slow_by", "a clock that stands still; write less than 1"));
  }
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "wall_steps_back_by", proto.wall_steps_back_by(),
                                       &landmark.wall_steps_back_by));
  EARSHOT_RETURN_IF_ERROR(UntrueFromProto(proto, scope, &landmark));
  if (!proto.hears_nothing_from().empty()) {
    EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "hears_nothing_from", proto.hears_nothing_from(),
                                         &landmark.hears_nothing_from.emplace()));
  }
  EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "drops", proto.drops(), &landmark.drops));
  return landmark;
}

Status PolicyFromProto(const v1::ScenarioPolicy& proto, const TextProtoScope& scope,
                       Policy* policy) {
  if (!proto.version().empty()) policy->version = proto.version();
  if (proto.has_liars_max()) policy->liars_max = proto.liars_max();
  if (proto.has_domains_min()) policy->domains_min = proto.domains_min();
  EARSHOT_RETURN_IF_ERROR(
      ReadDuration(scope, "silent_after", proto.silent_after(), &policy->silent_after));
  EARSHOT_RETURN_IF_ERROR(
      ReadDistance(scope, "zone_margin", proto.zone_margin(), &policy->zone_margin));
  if (proto.has_false_alarm_rate()) {
    EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "false_alarm_rate", proto.false_alarm_rate(),
                                            &policy->false_alarm_rate));
  }
  if (proto.has_power_min()) {
    EARSHOT_RETURN_IF_ERROR(
        ReadProbability(scope, "power_min", proto.power_min(), &policy->power_min));
  }
  if (proto.has_change_alarm_rate()) {
    EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "change_alarm_rate", proto.change_alarm_rate(),
                                            &policy->change_alarm_rate));
  }
  if (proto.has_change_block_rounds() && policy->change_alarm_rate == 0) {
    return tl::unexpected(scope.At(
        "change_block_rounds", "belongs to a test that has no rate; write change_alarm_rate too"));
  }
  if (proto.has_change_block_rounds()) policy->change_block_rounds = proto.change_block_rounds();
  if (!proto.placement_test().empty()) {
    const Result<PlacementRule> rule = ParsePlacementRuleName(proto.placement_test());
    if (!rule.has_value()) return tl::unexpected(scope.At("placement_test", rule.error()));
    policy->placement_test = *rule;
  }
  return {};
}

Status RoundsFromProto(const v1::ScenarioRounds& proto, const TextProtoScope& scope,
                       ScenarioRounds* rounds) {
  EARSHOT_RETURN_IF_ERROR(
      ReadDuration(scope, "first_after", proto.first_after(), &rounds->first_after));
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "length", proto.length(), &rounds->length));
  if (proto.has_trains()) rounds->trains = proto.trains();
  rounds->landmarks_per_device = proto.landmarks_per_device();
  return {};
}

Status NetworkFromProto(const v1::ScenarioNetwork& proto, const TextProtoScope& scope,
                        ScenarioNetwork* network) {
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "jitter", proto.jitter(), &network->jitter));
  EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "loss", proto.loss(), &network->loss));
  EARSHOT_RETURN_IF_ERROR(
      ReadProbability(scope, "duplicate", proto.duplicate(), &network->duplicate));
  EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "reorder", proto.reorder(), &network->reorder));
  EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "corrupt", proto.corrupt(), &network->corrupt));
  return WeatherFromProto(proto, scope, network);
}

Status LicenceFromProto(const v1::ScenarioFleet& proto, const TextProtoScope& scope,
                        LicenceTerms* licence) {
  const bool allowed = proto.allowed_countries_size() > 0;
  if (allowed == (proto.excluded_countries_size() > 0)) {
    return tl::unexpected(scope.At(
        allowed ? "allowed_countries" : "excluded_countries",
        "licence terms are either excluded_countries or allowed_countries; write one of them"));
  }
  licence->kind = allowed ? LicenceTerms::Kind::kAllowed : LicenceTerms::Kind::kExcluded;
  const auto& countries = allowed ? proto.allowed_countries() : proto.excluded_countries();
  for (int i = 0; i < countries.size(); ++i) {
    EARSHOT_ASSIGN_OR_RETURN(
        const CountryCode code,
        ReadCountry(scope, allowed ? "allowed_countries" : "excluded_countries", countries[i], i));
    licence->countries.push_back(code);
  }
  std::sort(licence->countries.begin(), licence->countries.end());
  licence->countries.erase(std::unique(licence->countries.begin(), licence->countries.end()),
                           licence->countries.end());
  return {};
}

Status ExpectationFromProto(const v1::ScenarioFleet& proto, const TextProtoScope& scope,
                            std::vector<Verdict>* expected) {
  std::vector<std::string> names;
  for (const Verdict verdict : kVerdicts) names.emplace_back(VerdictName(verdict));
  for (int i = 0; i < proto.expect_headline_size(); ++i) {
    const auto found = std::find(names.begin(), names.end(), proto.expect_headline(i));
    if (found == names.end()) {
      return tl::unexpected(
          scope.At("expect_headline",
                   fmt::format("\"{}\" is no verdict{}; known verdicts: {}",
                               proto.expect_headline(i), DidYouMean(proto.expect_headline(i), names),
                               fmt::join(names, ", ")),
                   i));
    }
    expected->push_back(kVerdicts[static_cast<std::size_t>(found - names.begin())]);
  }
  return {};
}

// Declarations are signed to the second.
Status ReadMoment(const TextProtoScope& scope, std::string_view field, const std::string& text,
                  Duration* moment) {
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, field, text, moment));
  if (*moment % std::chrono::seconds(1) == Duration(0) && *moment <= kScenarioDurationMax) return {};
  return tl::unexpected(scope.At(field, fmt::format("\"{}\"; write whole seconds, at most {}", text,
                                                    DurationText(kScenarioDurationMax))));
}

Status LifeFromProto(const v1::ScenarioFleet& proto, const TextProtoScope& scope,
                     LifeMoments* life) {
  EARSHOT_RETURN_IF_ERROR(ReadMoment(scope, "shipped_at", proto.shipped_at(), &life->shipped));
  EARSHOT_RETURN_IF_ERROR(
      ReadMoment(scope, "installed_at", proto.installed_at(), &life->installed));
  if (life->shipped > life->installed) {
    return tl::unexpected(scope.At(
        "shipped_at", fmt::format("it is shipped at {} and installed at {}; write installed_at, and "
                                  "no earlier",
                                  DurationText(life->shipped), DurationText(life->installed))));
  }
  if (proto.retired_at().empty()) return {};
  EARSHOT_RETURN_IF_ERROR(
      ReadMoment(scope, "retired_at", proto.retired_at(), &life->retired.emplace()));
  if (*life->retired > life->installed) return {};
  return tl::unexpected(scope.At("retired_at", fmt::format("{} is not after installed_at ({}); write "
                                                           "more",
                                                           DurationText(*life->retired),
                                                           DurationText(life->installed))));
}

Result<ScenarioFleet> FleetFromProto(const v1::ScenarioFleet& proto, const TextProtoScope& scope) {
  ScenarioFleet fleet;
  EARSHOT_RETURN_IF_ERROR(NameIsSound(scope, "id_prefix", proto.id_prefix()));
  fleet.id_prefix = proto.id_prefix();
  if (proto.has_first_number()) fleet.first_number = proto.first_number();
  if (proto.has_count()) fleet.count = proto.count();
  if (fleet.count == 0 || fleet.count > kScenarioDevicesMax) {
    return tl::unexpected(scope.At("count", fmt::format("a fleet of {} devices; write 1 to {}",
                                                        fleet.count, kScenarioDevicesMax)));
  }
  fleet.owner = proto.owner();
  fleet.order = proto.order();
  fleet.model = proto.model();
  fleet.declared_place = proto.declared_place();
  EARSHOT_RETURN_IF_ERROR(
      ReadDistance(scope, "declared_radius", proto.declared_radius(), &fleet.declared_radius));
  EARSHOT_RETURN_IF_ERROR(LicenceFromProto(proto, scope, &fleet.licence));
  fleet.actual_place = proto.actual_place().empty() ? proto.declared_place() : proto.actual_place();
  fleet.behaviour = static_cast<Behaviour>(proto.behaviour());
  fleet.relay_place = proto.relay_place();
  EARSHOT_RETURN_IF_ERROR(
      ReadDuration(scope, "silent_from", proto.silent_from(), &fleet.silent_from));
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "moves_at", proto.moves_at(), &fleet.moves_at));
  fleet.session_keys_on_host = proto.session_keys_on_host();
  fleet.chip_place = proto.chip_place();
  fleet.clone_place = proto.clone_place();
  for (const std::string& id : proto.unanswered_landmarks()) {
    fleet.unanswered_landmarks.emplace_back(id);
  }
  fleet.strangers_ping = proto.strangers_ping();
  EARSHOT_RETURN_IF_ERROR(LifeFromProto(proto, scope, &fleet.life));
  EARSHOT_RETURN_IF_ERROR(ExpectationFromProto(proto, scope, &fleet.expect_headline));
  return fleet;
}

static_assert(static_cast<int>(Behaviour::kMovesLater) == v1::BEHAVIOUR_MOVES_LATER &&
                  v1::Behaviour_MAX == v1::BEHAVIOUR_MOVES_LATER,
              "FleetFromProto casts between the two enumerations");

}  // namespace

Result<Scenario> ScenarioFromProto(const v1::Scenario& proto, const TextProtoScope& scope) {
  Scenario scenario;
  EARSHOT_RETURN_IF_ERROR(NameIsSound(scope, "name", proto.name()));
  scenario.name = proto.name();
  scenario.title = proto.title();
  scenario.story = proto.story();
  scenario.question = proto.question();
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "duration", proto.duration(), &scenario.duration));
  if (proto.has_seed()) {
    if (proto.seed() > kSeedMax) {
      return tl::unexpected(scope.At("seed", fmt::format("write at most {} (2^53)", kSeedMax)));
    }
    scenario.seed = proto.seed();
  }
  if (proto.has_reference_agents()) scenario.reference_agents = proto.reference_agents();
  EARSHOT_RETURN_IF_ERROR(
      PolicyFromProto(proto.policy(), scope.Nested("policy"), &scenario.policy));
  EARSHOT_RETURN_IF_ERROR(
      RoundsFromProto(proto.rounds(), scope.Nested("rounds"), &scenario.rounds));
  scenario.policy.round_length = scenario.rounds.length;
  EARSHOT_RETURN_IF_ERROR(
      NetworkFromProto(proto.network(), scope.Nested("network"), &scenario.network));
  for (int i = 0; i < proto.places_size(); ++i) {
    EARSHOT_ASSIGN_OR_RETURN(ScenarioPlace place,
                             PlaceFromProto(proto.places(i), scope.Nested("places", i)));
    scenario.places.push_back(std::move(place));
  }
  for (int i = 0; i < proto.landmarks_size(); ++i) {
    EARSHOT_ASSIGN_OR_RETURN(ScenarioLandmark landmark,
                             LandmarkFromProto(proto.landmarks(i), scope.Nested("landmarks", i)));
    scenario.landmarks.push_back(std::move(landmark));
  }
  for (int i = 0; i < proto.fleets_size(); ++i) {
    EARSHOT_ASSIGN_OR_RETURN(ScenarioFleet fleet,
                             FleetFromProto(proto.fleets(i), scope.Nested("fleets", i)));
    scenario.fleets.push_back(std::move(fleet));
  }
  EARSHOT_RETURN_IF_ERROR(ReferencesAreSound(scenario, scope));
  EARSHOT_RETURN_IF_ERROR(PlacesAreSound(scenario, scope));
  return scenario;
}

}  // namespace earshot
