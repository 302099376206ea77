#include "sim/scenario/weather.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>

namespace earshot {
namespace {

constexpr double kNsPerDegree = 240e9;  // the sun covers 15 degrees an hour

bool Names(const std::vector<std::string>& places, std::string_view place) {
  return std::ranges::find(places, place) != places.end();
}

bool Concerns(const std::vector<std::string>& places, std::string_view place) {
  return places.empty() || Names(places, place);
}

// `along`: the places from the device to its last relay.
std::vector<Times> CutsOf(const Scenario& scenario, std::initializer_list<std::string_view> along,
                          const ScenarioLandmark& landmark) {
  std::vector<Times> cuts;
  for (const ScenarioCut& cut : scenario.network.cuts) {
    const bool far_end = Names(cut.places, landmark.place) ||
                         std::ranges::find(cut.landmarks, landmark.id) != cut.landmarks.end();
    bool any = far_end;
    bool all = far_end;
    for (const std::string_view place : along) {
      const bool named = Names(cut.places, place);
      any = any || named;
      all = all && named;
    }
    if (any && (cut.within || !all)) cuts.push_back(cut.when);
  }
  return cuts;
}

// What hangs on the place of the device; cuts are the caller's.
PathWeather WeatherAt(const Scenario& scenario, const std::string& place_id,
                      const LandmarkId& landmark) {
  PathWeather weather;
  const ScenarioNetwork& network = scenario.network;
  for (std::size_t i = 0; i < network.route_changes.size(); ++i) {
    const ScenarioRouteChange& change = network.route_changes[i];
    if (!Concerns(change.places, place_id)) continue;
    weather.routes.push_back({change.when, change.adds_at_most, change.share,
                              static_cast<std::uint32_t>(i)});
  }
  for (std::size_t i = 0; i < network.congestion.size(); ++i) {
    const ScenarioCongestion& congestion = network.congestion[i];
    if (!Concerns(congestion.places, place_id)) continue;
    weather.queues.push_back({congestion.when, congestion.adds, static_cast<std::uint32_t>(i),
                              PhiloxKey::For(scenario.seed, place_id, "congestion")});
  }
  weather.rhythm = network.daily_rhythm;
  const double longitude = scenario.FindPlace(place_id)->position.longitude_degrees();
  weather.solar_offset = Duration(std::llround(longitude * kNsPerDegree));
  // By its name alone, so that another landmark in the file moves no draw.
  weather.landmark =
      static_cast<std::uint32_t>(PhiloxKey::For(0, landmark.value(), "route").value);
  return weather;
}

}  // namespace

PathWeather WeatherOf(const Scenario& scenario, const ScenarioFleet& fleet, std::size_t number) {
  const ScenarioLandmark& landmark = scenario.landmarks[number];
  if (scenario.network.calm()) return {};
  PathWeather weather = WeatherAt(scenario, fleet.actual_place, landmark.id);
  const std::string& relay = fleet.relay_place.empty() ? fleet.actual_place : fleet.relay_place;
  weather.cuts = CutsOf(scenario, {fleet.actual_place, relay}, landmark);
  return weather;
}

PathWeather CloneWeatherOf(const Scenario& scenario, const ScenarioFleet& fleet,
                           std::size_t number) {
  const ScenarioLandmark& landmark = scenario.landmarks[number];
  if (scenario.network.calm()) return {};
  PathWeather weather = WeatherAt(scenario, fleet.clone_place, landmark.id);
  weather.cuts = CutsOf(scenario, {fleet.clone_place}, landmark);
  return weather;
}

PathWeather ReferenceWeatherOf(const Scenario& scenario, std::size_t beside, std::size_t number) {
  PathWeather weather;
  weather.cuts = CutsOf(scenario, {scenario.landmarks[beside].place}, scenario.landmarks[number]);
  return weather;
}

PhiloxKey RouteKey(std::uint64_t seed, std::string_view device_id) {
  return PhiloxKey::For(seed, device_id, "route");
}

Hearing HearingBetween(const Scenario& scenario, Duration from, Duration to) {
  const std::size_t count = scenario.landmarks.size();
  Hearing hearing{std::vector<bool>(count, false), scenario.reference_agents};
  for (std::size_t l = 0; l < count; ++l) {
    for (std::size_t beside = 0; scenario.reference_agents && beside < count; ++beside) {
      if (ReferenceWeatherOf(scenario, beside, l).CutThroughout(from, to)) continue;
      hearing.landmarks[l] = true;
      hearing.references_unheard = false;
      break;
    }
    hearing.landmarks[l] =
        hearing.landmarks[l] ||
        std::ranges::any_of(scenario.fleets, [&](const ScenarioFleet& fleet) {
          return fleet.ever_heard() && fleet.life.DueAt(from) &&
                 !fleet.life.RetiredAt(from) &&
                 !WeatherOf(scenario, fleet, l).CutThroughout(from, to);
        });
  }
  return hearing;
}

}  // namespace earshot
