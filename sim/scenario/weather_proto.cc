// The weather of a scenario: from its protobuf form, checked, and back.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "core/base/quantity_text.h"
#include "sim/scenario/scenario_proto.h"

namespace earshot {

Status ReadStated(const TextProtoScope& scope, std::string_view from, std::string_view until,
                  const StatedTexts& texts, Times* when) {
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, from, texts.from, &when->from));
  if (when->from > kScenarioDurationMax) {
    return tl::unexpected(scope.At(
        from, fmt::format("{}; no run is longer than {}, write less", DurationText(when->from),
                          DurationText(kScenarioDurationMax))));
  }
  if (texts.until.empty()) return {};
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, until, texts.until, &when->until.emplace()));
  if (*when->until > when->from) return {};
  return tl::unexpected(scope.At(until, fmt::format("{} is not after {}; write more",
                                                    DurationText(*when->until),
                                                    DurationText(when->from))));
}

namespace {

constexpr Duration kHour = std::chrono::hours(1);

// A delay that is added: more than nothing.
Status ReadAdded(const TextProtoScope& scope, std::string_view field, const std::string& text,
                 Duration* added) {
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, field, text, added));
  if (*added > Duration(0) && *added <= kScenarioAddedDelayMax) return {};
  return tl::unexpected(scope.At(
      field, fmt::format("it adds {}; write more than 0 and at most {}, as in \"20 ms\"",
                         DurationText(*added), DurationText(kScenarioAddedDelayMax))));
}

Status ReadEvery(const TextProtoScope& scope, const std::string& text, Times* when) {
  EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "every", text, &when->every));
  if (when->every >= kTimesEveryMin && when->every <= kScenarioDurationMax) return {};
  return tl::unexpected(scope.At("every", fmt::format("{}; write {} to {}", DurationText(when->every),
                                                      DurationText(kTimesEveryMin),
                                                      DurationText(kScenarioDurationMax))));
}

// One of two ways to say when, or an error at the first.
Status OneOf(const TextProtoScope& scope, std::string_view stated, bool is_stated, bool is_drawn) {
  if (is_stated != is_drawn) return {};
  return tl::unexpected(scope.At(
      stated, fmt::format("{}; write {} (a moment) or every (moments are drawn)",
                          is_stated ? "it says when in two ways" : "it does not say when", stated)));
}

Result<ScenarioRouteChange> RouteFromProto(const v1::ScenarioRouteChange& proto,
                                           const TextProtoScope& scope) {
  ScenarioRouteChange change;
  EARSHOT_RETURN_IF_ERROR(OneOf(scope, "at", !proto.at().empty(), !proto.every().empty()));
  if (proto.every().empty()) {
    EARSHOT_RETURN_IF_ERROR(
        ReadStated(scope, "at", "until", {proto.at(), proto.until()}, &change.when));
  } else if (!proto.until().empty()) {
    return tl::unexpected(scope.At("until", "a route that is drawn anew ends with the next; remove it"));
  } else {
    EARSHOT_RETURN_IF_ERROR(ReadEvery(scope, proto.every(), &change.when));
  }
  EARSHOT_RETURN_IF_ERROR(
      ReadAdded(scope, "adds_at_most", proto.adds_at_most(), &change.adds_at_most));
  if (proto.has_share()) {
    EARSHOT_RETURN_IF_ERROR(ReadProbability(scope, "share", proto.share(), &change.share));
  }
  change.places.assign(proto.places().begin(), proto.places().end());
  return change;
}

Result<DailyRhythm> RhythmFromProto(const v1::ScenarioDailyRhythm& proto,
                                    const TextProtoScope& scope) {
  DailyRhythm rhythm;
  EARSHOT_RETURN_IF_ERROR(
      ReadAdded(scope, "adds_at_most", proto.adds_at_most(), &rhythm.adds_at_most));
  if (!proto.has_busiest_hour()) return rhythm;
  const double hour = proto.busiest_hour();
  if (!(hour >= 0 && hour < 24)) {
    return tl::unexpected(scope.At(
        "busiest_hour", fmt::format("{} is no hour of a day; write 0 to less than 24", hour)));
  }
  rhythm.busiest = Duration(std::llround(hour * static_cast<double>(kHour.count())));
  return rhythm;
}

Result<ScenarioCongestion> CongestionFromProto(const v1::ScenarioCongestion& proto,
                                               const TextProtoScope& scope) {
  ScenarioCongestion congestion;
  EARSHOT_RETURN_IF_ERROR(OneOf(scope, "from", !proto.from().empty(), !proto.every().empty()));
  if (proto.every().empty()) {
    EARSHOT_RETURN_IF_ERROR(
        ReadStated(scope, "from", "until", {proto.from(), proto.until()}, &congestion.when));
  } else if (!proto.until().empty()) {
    return tl::unexpected(scope.At("until", "moments are drawn here; write lasts"));
  } else {
    EARSHOT_RETURN_IF_ERROR(ReadEvery(scope, proto.every(), &congestion.when));
    Times& when = congestion.when;
    EARSHOT_RETURN_IF_ERROR(ReadDuration(scope, "lasts", proto.lasts(), &when.lasts));
    if (when.lasts <= Duration(0) || when.lasts > when.every) {
      return tl::unexpected(
          scope.At("lasts", fmt::format("{}; write more than 0 and at most {} (every)",
                                        DurationText(when.lasts), DurationText(when.every))));
    }
  }
  if (proto.every().empty() && !proto.lasts().empty()) {
    return tl::unexpected(scope.At("lasts", "it says from when; write until"));
  }
  EARSHOT_RETURN_IF_ERROR(ReadAdded(scope, "adds", proto.adds(), &congestion.adds));
  congestion.places.assign(proto.places().begin(), proto.places().end());
  return congestion;
}

Result<ScenarioCut> CutFromProto(const v1::ScenarioCut& proto, const TextProtoScope& scope) {
  ScenarioCut cut;
  if (proto.places().empty() && proto.landmarks().empty()) {
    return tl::unexpected(scope.At("places", "nobody is cut off; name places or landmarks"));
  }
  EARSHOT_RETURN_IF_ERROR(
      ReadStated(scope, "from", "until", {proto.from(), proto.until()}, &cut.when));
  cut.places.assign(proto.places().begin(), proto.places().end());
  for (const std::string& id : proto.landmarks()) cut.landmarks.emplace_back(id);
  cut.within = proto.within();
  return cut;
}

// Each element of the list `field`, in its own scope, at most kScenarioWeatherMax of them.
template <typename Proto, typename Plain, typename Read>
Status ReadEach(const Proto& protos, const TextProtoScope& scope, std::string_view field,
                const Read& read, std::vector<Plain>* into) {
  if (static_cast<std::size_t>(protos.size()) > kScenarioWeatherMax) {
    return tl::unexpected(scope.At(field, fmt::format("there are {}; write at most {}", protos.size(),
                                                      kScenarioWeatherMax)));
  }
  for (int i = 0; i < protos.size(); ++i) {
    EARSHOT_ASSIGN_OR_RETURN(Plain plain, read(protos.Get(i), scope.Nested(field, i)));
    into->push_back(std::move(plain));
  }
  return {};
}

Status PlacesAreKnown(const Scenario& scenario, const TextProtoScope& at,
                      const std::vector<std::string>& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    EARSHOT_RETURN_IF_ERROR(
        PlaceIsKnown(scenario, at, "places", places[i], static_cast<int>(i)));
  }
  return {};
}

void StatedToProto(const Times& when, std::string* from, std::string* until) {
  *from = DurationText(when.from);
  if (when.until.has_value()) *until = DurationText(*when.until);
}

}  // namespace

Status WeatherFromProto(const v1::ScenarioNetwork& proto, const TextProtoScope& scope,
                        ScenarioNetwork* network) {
  EARSHOT_RETURN_IF_ERROR(ReadEach(proto.route_changes(), scope, "route_changes", RouteFromProto,
                                   &network->route_changes));
  if (proto.has_daily_rhythm()) {
    EARSHOT_ASSIGN_OR_RETURN(network->daily_rhythm,
                             RhythmFromProto(proto.daily_rhythm(), scope.Nested("daily_rhythm")));
  }
  EARSHOT_RETURN_IF_ERROR(ReadEach(proto.congestion(), scope, "congestion", CongestionFromProto,
                                   &network->congestion));
  return ReadEach(proto.cuts(), scope, "cuts", CutFromProto, &network->cuts);
}

Status WeatherIsSound(const Scenario& scenario, const TextProtoScope& scope) {
  const ScenarioNetwork& network = scenario.network;
  for (std::size_t i = 0; i < network.route_changes.size(); ++i) {
    EARSHOT_RETURN_IF_ERROR(PlacesAreKnown(scenario,
                                           scope.Nested("route_changes", static_cast<int>(i)),
                                           network.route_changes[i].places));
  }
  for (std::size_t i = 0; i < network.congestion.size(); ++i) {
    EARSHOT_RETURN_IF_ERROR(PlacesAreKnown(scenario,
                                           scope.Nested("congestion", static_cast<int>(i)),
                                           network.congestion[i].places));
  }
  for (std::size_t i = 0; i < network.cuts.size(); ++i) {
    const TextProtoScope at = scope.Nested("cuts", static_cast<int>(i));
    EARSHOT_RETURN_IF_ERROR(PlacesAreKnown(scenario, at, network.cuts[i].places));
    EARSHOT_RETURN_IF_ERROR(
        LandmarksAreKnown(scenario, at, "landmarks", network.cuts[i].landmarks));
  }
  return {};
}

void WeatherToProto(const ScenarioNetwork& network, v1::ScenarioNetwork* proto) {
  for (const ScenarioRouteChange& change : network.route_changes) {
    v1::ScenarioRouteChange* out = proto->add_route_changes();
    if (change.when.drawn()) {
      out->set_every(DurationText(change.when.every));
    } else {
      StatedToProto(change.when, out->mutable_at(), out->mutable_until());
    }
    out->set_adds_at_most(DurationText(change.adds_at_most));
    out->set_share(change.share);
    for (const std::string& place : change.places) out->add_places(place);
  }
  if (network.daily_rhythm.adds_at_most > Duration(0)) {
    v1::ScenarioDailyRhythm* out = proto->mutable_daily_rhythm();
    out->set_adds_at_most(DurationText(network.daily_rhythm.adds_at_most));
    out->set_busiest_hour(static_cast<double>(network.daily_rhythm.busiest.count()) /
                          static_cast<double>(kHour.count()));
  }
  for (const ScenarioCongestion& congestion : network.congestion) {
    v1::ScenarioCongestion* out = proto->add_congestion();
    for (const std::string& place : congestion.places) out->add_places(place);
    if (congestion.when.drawn()) {
      out->set_every(DurationText(congestion.when.every));
      out->set_lasts(DurationText(congestion.when.lasts));
    } else {
      StatedToProto(congestion.when, out->mutable_from(), out->mutable_until());
    }
    out->set_adds(DurationText(congestion.adds));
  }
  for (const ScenarioCut& cut : network.cuts) {
    v1::ScenarioCut* out = proto->add_cuts();
    for (const std::string& place : cut.places) out->add_places(place);
    for (const LandmarkId& landmark : cut.landmarks) out->add_landmarks(landmark.value());
    StatedToProto(cut.when, out->mutable_from(), out->mutable_until());
    out->set_within(cut.within);
  }
}

}  // namespace earshot
