#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/appraisal/policy_placement_test.h"
#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "core/domain/observation.h"
#include "core/geo/country_zones.h"
#include "core/protocol/agent_session.h"
#include "core/protocol/authority.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"
#include "server/engine/round_plan.h"
#include "sim/scenario/scenario_proto.h"

namespace earshot {
namespace {

static_assert(kScenarioLandmarksMax == kListedLandmarksMax,
              "what a scenario may hold, the run must be able to sign");

// Whether a signed declaration can hold this site and these terms, exactly.
Status DeclarationHolds(const Position& position, Distance radius, const LicenceTerms& licence) {
  const WallInstant from = WallInstant::FromNanoseconds(0);
  const Declaration declaration{DeviceId(Bytes32{}), "owner",
                                Site{"site", position, radius, from, from + std::chrono::hours(1)},
                                licence};
  const auto record = ToRecord(NamedDeclaration{"device", declaration});
  if (!record.has_value()) return tl::unexpected(record.error());
  const auto again = FromRecord(*record);
  if (!again.has_value()) return tl::unexpected(again.error());
  return {};
}

Status DurationsAreSound(const Scenario& scenario, const TextProtoScope& scope) {
  if (scenario.duration > kScenarioDurationMax) {
    return tl::unexpected(scope.At("duration", fmt::format("longer than {}; write less",
                                                           DurationText(kScenarioDurationMax))));
  }
  if (scenario.rounds.first_after > kScenarioDurationMax) {
    return tl::unexpected(scope.Nested("rounds").At(
        "first_after", fmt::format("longer than {}; write less", DurationText(kScenarioDurationMax))));
  }
  const Duration needed = scenario.rounds.first_after + scenario.rounds.length;
  if (scenario.duration < needed) {
    return tl::unexpected(
        scope.At("duration", fmt::format("{} ends before the first round does; write at least {}",
                                         DurationText(scenario.duration), DurationText(needed))));
  }
  return {};
}

// What the server will be asked for is checked by the server's own rule, where the file can still be
// mended.
Status RoundsAreSound(const Scenario& scenario, const TextProtoScope& scope) {
  const ScenarioRounds& rounds = scenario.rounds;
  RoundOptions options;
  options.first_after = rounds.first_after;
  options.length = rounds.length;
  options.trains = rounds.trains;
  options.landmarks_per_device = rounds.landmarks_per_device;
  const Status checked = CheckRoundOptions(options);
  if (checked.has_value()) return {};
  const bool length = rounds.length < kRoundLengthMin || rounds.length > kRoundLengthMax;
  return tl::unexpected(scope.Nested("rounds").At(length ? "length" : "trains", checked.error()));
}

// A policy is signed before it is used, and signed records hold whole units within limits.
Status PolicyIsSound(const Scenario& scenario, const TextProtoScope& scope) {
  if (scenario.policy.silent_after < scenario.rounds.length) {
    return tl::unexpected(scope.Nested("policy").At(
        "silent_after", fmt::format("{} is less than a round, in which a device is asked at random "
                                    "times; write at least {}",
                                    DurationText(scenario.policy.silent_after),
                                    DurationText(scenario.rounds.length))));
  }
  if (const Status rate = PolicyPlacementTest().CheckRate(scenario.policy); !rate.has_value()) {
    return tl::unexpected(scope.Nested("policy").At("false_alarm_rate", rate.error()));
  }
  const auto record = ToRecord(scenario.policy);
  if (!record.has_value()) return tl::unexpected(scope.At("policy", record.error()));
  const auto policy = FromRecord(*record);
  if (!policy.has_value()) return tl::unexpected(scope.At("policy", policy.error()));
  return {};
}

Status LandmarksAreSound(const Scenario& scenario, const TextProtoScope& scope) {
  if (scenario.landmarks.empty()) {
    return tl::unexpected(scope.At("landmarks", "there is none; a scenario needs landmarks"));
  }
  if (scenario.landmarks.size() > kScenarioLandmarksMax) {
    return tl::unexpected(scope.At("landmarks", fmt::format("there are {}; write at most {}",
                                                            scenario.landmarks.size(),
                                                            kScenarioLandmarksMax)));
  }
  std::set<LandmarkId> ids;
  std::set<TrustDomain> domains;
  for (std::size_t i = 0; i < scenario.landmarks.size(); ++i) {
    const ScenarioLandmark& landmark = scenario.landmarks[i];
    const TextProtoScope at = scope.Nested("landmarks", static_cast<int>(i));
    if (!ids.insert(landmark.id).second) {
      return tl::unexpected(at.At(
          "id", fmt::format("landmark \"{}\" exists already; name each once", landmark.id.value())));
    }
    if (landmark.uncertainty > kPositionUncertaintyMax) {
      return tl::unexpected(at.At("uncertainty", fmt::format("more than {} says nothing; write less",
                                                             DistanceText(kPositionUncertaintyMax))));
    }
    domains.insert(landmark.domain);
    EARSHOT_RETURN_IF_ERROR(PlaceIsKnown(scenario, at, "place", landmark.place));
  }
  if (domains.size() < scenario.policy.domains_min) {
    return tl::unexpected(scope.At(
        "landmarks", fmt::format("{} trust domains, and the policy wants {}; add landmarks of other "
                                 "operators or lower policy.domains_min",
                                 domains.size(), scenario.policy.domains_min)));
  }
  if (scenario.policy.domains_min <= scenario.policy.liars_max) {
    return tl::unexpected(scope.Nested("policy").At(
        "domains_min", fmt::format("{} domains of which {} may lie prove nothing; write at least {}",
                                   scenario.policy.domains_min, scenario.policy.liars_max,
                                   std::uint64_t{scenario.policy.liars_max} + 1)));
  }
  return {};
}

Status MoveIsSound(const Scenario& scenario, const ScenarioFleet& fleet, const TextProtoScope& at) {
  const bool moves = fleet.behaviour == Behaviour::kMovesLater;
  if (!moves && fleet.moves_at > Duration(0)) {
    return tl::unexpected(at.At(
        "moves_at", "only BEHAVIOUR_MOVES_LATER has one; remove it or change behaviour"));
  }
  if (moves && (fleet.moves_at <= Duration(0) || fleet.moves_at >= scenario.duration)) {
    return tl::unexpected(
        at.At("moves_at", fmt::format("a device that moves needs a moment within the run at which it "
                                      "does; write one between 0 s and {}",
                                      DurationText(scenario.duration))));
  }
  if (moves && !scenario.network.calm()) {
    return tl::unexpected(
        at.At("behaviour", "a device that moves would need the weather of two places; remove routes, "
                           "queues, rhythm and cuts from the network, or choose another behaviour"));
  }
  return {};
}

// What each behaviour needs and what it has no use for.
Status BehaviourIsSound(const Scenario& scenario, const ScenarioFleet& fleet,
                        const TextProtoScope& at) {
  EARSHOT_RETURN_IF_ERROR(PlaceIsKnown(scenario, at, "declared_place", fleet.declared_place));
  EARSHOT_RETURN_IF_ERROR(PlaceIsKnown(scenario, at, "actual_place", fleet.actual_place));
  const bool relayed = fleet.behaviour == Behaviour::kRelayed;
  if (relayed) {
    EARSHOT_RETURN_IF_ERROR(PlaceIsKnown(scenario, at, "relay_place", fleet.relay_place));
  } else if (!fleet.relay_place.empty()) {
    return tl::unexpected(at.At("relay_place",
                                "only BEHAVIOUR_RELAYED uses a relay; remove it or change behaviour"));
  }
  const bool moved = fleet.actual_place != fleet.declared_place;
  if (!moved && (relayed || fleet.behaviour == Behaviour::kPadsDelay ||
                 fleet.behaviour == Behaviour::kFastMedium ||
                 fleet.behaviour == Behaviour::kMovesLater ||
                 fleet.behaviour == Behaviour::kCareless)) {
    return tl::unexpected(
        at.At("actual_place", fmt::format("a device that {} must stand elsewhere than declared; "
                                          "name where",
                                          BehaviourWords(fleet.behaviour))));
  }
  if (fleet.behaviour != Behaviour::kGoesSilent && fleet.silent_from > Duration(0)) {
    return tl::unexpected(at.At(
        "silent_from", "only BEHAVIOUR_GOES_SILENT has one; remove it or change behaviour"));
  }
  if (fleet.behaviour == Behaviour::kGoesSilent && fleet.silent_from <= Duration(0)) {
    return tl::unexpected(at.At("silent_from", "a device that goes silent needs a moment after the "
                                               "start at which it does; write one, as in \"10 s\""));
  }
  if (fleet.behaviour == Behaviour::kGoesSilent && fleet.silent_from >= scenario.duration) {
    return tl::unexpected(
        at.At("silent_from", fmt::format("{} is not before the end of the run; write less than {}",
                                         DurationText(fleet.silent_from),
                                         DurationText(scenario.duration))));
  }
  return MoveIsSound(scenario, fleet, at);
}

// The key, and who else has it.
Status KeyIsSound(const Scenario& scenario, const ScenarioFleet& fleet, const TextProtoScope& at) {
  struct Use {
    const char* field;
    const std::string& place;
    bool wanted;
    bool allowed;
    const char* behaviours;
  };
  const bool elsewhere = fleet.behaviour == Behaviour::kKeyElsewhere;
  const bool cloned = fleet.behaviour == Behaviour::kClonedKey;
  const bool revoked = fleet.behaviour == Behaviour::kRevokedKey;
  for (const Use& use :
       {Use{"chip_place", fleet.chip_place, elsewhere, elsewhere || revoked,
            "BEHAVIOUR_KEY_ELSEWHERE and BEHAVIOUR_REVOKED_KEY have"},
        Use{"clone_place", fleet.clone_place, cloned, cloned, "BEHAVIOUR_CLONED_KEY has"}}) {
    if (use.place.empty() && !use.wanted) continue;
    if (!use.allowed) {
      return tl::unexpected(at.At(
          use.field, fmt::format("only {} one; remove it or change behaviour", use.behaviours)));
    }
    EARSHOT_RETURN_IF_ERROR(PlaceIsKnown(scenario, at, use.field, use.place));
    if (use.place == fleet.actual_place) {
      return tl::unexpected(at.At(use.field, "the key answers from there; name another place"));
    }
  }
  return {};
}

Status ChoiceIsSound(const Scenario& scenario, const ScenarioFleet& fleet,
                     const TextProtoScope& at) {
  const bool chooses = fleet.behaviour == Behaviour::kChoosesLandmarks;
  if (chooses == fleet.unanswered_landmarks.empty()) {
    return tl::unexpected(at.At("unanswered_landmarks",
                                chooses ? "a device that chooses needs landmarks that it does not "
                                          "answer; name them"
                                        : "only BEHAVIOUR_CHOOSES_LANDMARKS has them; remove them "
                                          "or change behaviour"));
  }
  return LandmarksAreKnown(scenario, at, "unanswered_landmarks", fleet.unanswered_landmarks);
}

Status FleetsAreSound(const Scenario& scenario, const TextProtoScope& scope) {
  if (scenario.fleets.empty()) {
    return tl::unexpected(scope.At("fleets", "there is none; a scenario needs devices"));
  }
  if (scenario.DeviceCount() > kScenarioDevicesMax) {
    return tl::unexpected(scope.At("fleets", fmt::format("{} devices in all; write at most {}",
                                                         scenario.DeviceCount(),
                                                         kScenarioDevicesMax)));
  }
  // Per prefix: first number -> one past the last.
  std::map<std::string, std::map<std::uint64_t, std::uint64_t>> taken;
  for (std::size_t i = 0; i < scenario.fleets.size(); ++i) {
    const ScenarioFleet& fleet = scenario.fleets[i];
    const TextProtoScope at = scope.Nested("fleets", static_cast<int>(i));
    const std::uint64_t begin = fleet.first_number;
    const std::uint64_t end = begin + fleet.count;
    if (end - 1 > kScenarioNumberMax) {
      return tl::unexpected(at.At("first_number", fmt::format("the fleet's numbers go up to {}; write "
                                                              "less, up to {}", end - 1,
                                                              kScenarioNumberMax)));
    }
    if (scenario.reference_agents && fleet.id_prefix.starts_with("reference-")) {
      return tl::unexpected(at.At("id_prefix", "\"reference-\" begins the ids of the agents beside the "
                                               "landmarks; choose another prefix"));
    }
    auto& ranges = taken[fleet.id_prefix];
    const auto next = ranges.lower_bound(begin);
    const bool meets_next = next != ranges.end() && next->first < end;
    const bool meets_previous = next != ranges.begin() && std::prev(next)->second > begin;
    if (meets_next || meets_previous) {
      return tl::unexpected(at.At(
          "id_prefix", fmt::format("devices {0}-{1:04} to {0}-{2:04} exist in part already; choose "
                                   "another prefix or first_number",
                                   fleet.id_prefix, begin, end - 1)));
    }
    ranges.emplace(begin, end);
    EARSHOT_RETURN_IF_ERROR(BehaviourIsSound(scenario, fleet, at));
    EARSHOT_RETURN_IF_ERROR(KeyIsSound(scenario, fleet, at));
    EARSHOT_RETURN_IF_ERROR(ChoiceIsSound(scenario, fleet, at));
    if (fleet.declared_radius > kScenarioRadiusMax) {
      return tl::unexpected(at.At("declared_radius",
                                  fmt::format("more than {} is the whole Earth; write less",
                                              DistanceText(kScenarioRadiusMax))));
    }
    const Position& declared = scenario.FindPlace(fleet.declared_place)->position;
    if (const auto held = DeclarationHolds(declared, fleet.declared_radius, fleet.licence); !held) {
      return tl::unexpected(at.At("declared_radius", held.error()));
    }
    if (fleet.model.size() > kModelBytesMax) {
      return tl::unexpected(at.At("model", fmt::format("longer than {} bytes; shorten it",
                                                       kModelBytesMax)));
    }
  }
  return {};
}

}  // namespace

Status PlaceIsKnown(const Scenario& scenario, const TextProtoScope& scope, std::string_view field,
                    const std::string& place, int index) {
  if (scenario.FindPlace(place) != nullptr) return {};
  std::vector<std::string> known;
  for (const ScenarioPlace& p : scenario.places) known.push_back(p.id);
  return tl::unexpected(scope.At(
      field,
      place.empty() ? std::string("no place is named; name one of places")
                    : fmt::format("no place \"{}\"{}; known places: {}", place,
                                  DidYouMean(place, known), fmt::join(known, ", ")),
      index));
}

Status LandmarksAreKnown(const Scenario& scenario, const TextProtoScope& scope,
                         std::string_view field, const std::vector<LandmarkId>& landmarks) {
  std::vector<std::string> known;
  for (const ScenarioLandmark& landmark : scenario.landmarks) known.push_back(landmark.id.value());
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    const std::string& id = landmarks[i].value();
    if (std::ranges::find(known, id) != known.end()) continue;
    return tl::unexpected(scope.At(field,
                                   fmt::format("no landmark \"{}\"{}; known landmarks: {}", id,
                                               DidYouMean(id, known), fmt::join(known, ", ")),
                                   static_cast<int>(i)));
  }
  return {};
}

Status ReferencesAreSound(const Scenario& scenario, const TextProtoScope& scope) {
  EARSHOT_RETURN_IF_ERROR(RoundsAreSound(scenario, scope));
  EARSHOT_RETURN_IF_ERROR(PolicyIsSound(scenario, scope));
  EARSHOT_RETURN_IF_ERROR(DurationsAreSound(scenario, scope));
  std::set<std::string> ids;
  for (std::size_t i = 0; i < scenario.places.size(); ++i) {
    if (!ids.insert(scenario.places[i].id).second) {
      return tl::unexpected(
          scope.Nested("places", static_cast<int>(i))
              .At("id", fmt::format("place \"{}\" exists already; name each once",
                                    scenario.places[i].id)));
    }
    // What stands there declares the place, the reference agents of landmarks among them.
    const LicenceTerms anywhere{LicenceTerms::Kind::kExcluded, {}};
    const auto held =
        DeclarationHolds(scenario.places[i].position, Distance::Kilometres(1), anywhere);
    if (!held) {
      return tl::unexpected(
          scope.Nested("places", static_cast<int>(i)).At("latitude_deg", held.error()));
    }
  }
  if (scenario.network.jitter > kScenarioJitterMax) {
    return tl::unexpected(scope.Nested("network").At(
        "jitter", fmt::format("longer than {}; write less", DurationText(kScenarioJitterMax))));
  }
  EARSHOT_RETURN_IF_ERROR(LandmarksAreSound(scenario, scope));
  EARSHOT_RETURN_IF_ERROR(WeatherIsSound(scenario, scope.Nested("network")));
  return FleetsAreSound(scenario, scope);
}

}  // namespace earshot
