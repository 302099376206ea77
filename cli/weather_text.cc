#include "cli/weather_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/quantity_text.h"

namespace earshot {
namespace {

std::string WeatherCities(const Scenario& scenario, const std::vector<std::string>& places) {
  std::vector<std::string> cities;
  for (const std::string& place : places) cities.push_back(scenario.FindPlace(place)->city);
  return fmt::format("{}", fmt::join(cities, ", "));
}

std::string WeatherPlace(const Scenario& scenario, const std::vector<std::string>& places) {
  return places.empty() ? "everywhere" : "at " + WeatherCities(scenario, places);
}

// "from 7 s to 19 s"
std::string WeatherTime(const Times& when) {
  if (!when.until.has_value()) return fmt::format("from {} on", DurationText(when.from));
  return fmt::format("from {} to {}", DurationText(when.from), DurationText(*when.until));
}

std::string RouteLine(const Scenario& scenario, const ScenarioRouteChange& change) {
  const std::string when =
      change.when.drawn()
          ? fmt::format("once in every {}, at moments of their own,", DurationText(change.when.every))
          : WeatherTime(change.when);
  const std::string paths =
      change.share < 1 ? fmt::format("{:g} % of the paths", change.share * 100) : "paths";
  return fmt::format("{} of devices {} take another route {}, up to {} longer there and back", paths,
                     WeatherPlace(scenario, change.places), when, DurationText(change.adds_at_most));
}

std::string CongestionLine(const Scenario& scenario, const ScenarioCongestion& congestion) {
  const std::string when =
      congestion.when.drawn()
          ? fmt::format("once in every {} for {}", DurationText(congestion.when.every),
                        DurationText(congestion.when.lasts))
          : WeatherTime(congestion.when);
  return fmt::format("a queue of {}, shared by every device of a place, {} {}",
                     DurationText(congestion.adds), WeatherPlace(scenario, congestion.places), when);
}

std::string CutLine(const Scenario& scenario, const ScenarioCut& cut) {
  std::vector<std::string> names;
  if (!cut.places.empty()) names.push_back(WeatherCities(scenario, cut.places));
  for (const LandmarkId& landmark : cut.landmarks) names.push_back(landmark.value());
  return fmt::format("{} {} cut off from everybody else{}, {}", fmt::join(names, ", "),
                     cut.places.size() + cut.landmarks.size() > 1 ? "are" : "is",
                     cut.within ? " and within" : "", WeatherTime(cut.when));
}

}  // namespace

std::string UntrueText(const ScenarioLandmark& landmark) {
  const Times& when = landmark.untrue;
  if (when.from == Duration(0) && !when.until.has_value()) return "";
  return ", " + WeatherTime(when);
}

std::vector<std::string> WeatherLines(const Scenario& scenario) {
  const ScenarioNetwork& network = scenario.network;
  std::vector<std::string> lines;
  for (const auto& change : network.route_changes) lines.push_back(RouteLine(scenario, change));
  if (network.daily_rhythm.adds_at_most > Duration(0)) {
    lines.push_back(fmt::format(
        "lines of devices fill up once a day, up to {} there and back at {:.3g} h local solar time",
        DurationText(network.daily_rhythm.adds_at_most),
        ToSeconds(network.daily_rhythm.busiest) / ToSeconds(std::chrono::hours(1))));
  }
  for (const auto& congestion : network.congestion) {
    lines.push_back(CongestionLine(scenario, congestion));
  }
  for (const auto& cut : network.cuts) lines.push_back(CutLine(scenario, cut));
  return lines;
}

}  // namespace earshot
