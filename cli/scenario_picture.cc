#include "cli/scenario_picture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cli/console.h"
#include "cli/weather_text.h"
#include "core/base/check.h"
#include "core/base/quantity_text.h"

namespace earshot {
namespace {

constexpr double kRoomDegrees = 2;      // around the outermost places
constexpr double kSpanDegreesMin = 8;   // of longitude: nearer, no coast is recognised
constexpr double kLatitudeDegreesMax = 85;
constexpr std::size_t kLegendHang = 5;  // of the second line of a paragraph

// Longitude east of `west`, in [0, 360).
double EastOf(double west, double longitude) {
  const double east = std::fmod(longitude - west, 360.0);
  return east < 0 ? east + 360.0 : east;
}

// The westernmost longitude of the least stretch that holds all: where the widest gap ends.
double WestOf(std::vector<double> longitudes) {
  std::ranges::sort(longitudes);
  double west = longitudes.front();
  double gap = EastOf(longitudes.back(), longitudes.front());
  if (longitudes.size() == 1) return west;
  for (std::size_t i = 1; i < longitudes.size(); ++i) {
    if (longitudes[i] - longitudes[i - 1] <= gap) continue;
    gap = longitudes[i] - longitudes[i - 1];
    west = longitudes[i];
  }
  return west;
}

}  // namespace

MapFrame::MapFrame(std::span<const Position> places, std::size_t width) {
  EARSHOT_CHECK(!places.empty());
  std::vector<double> longitudes;
  double north = -90;
  double south = 90;
  for (const Position& place : places) {
    longitudes.push_back(place.longitude_degrees());
    north = std::max(north, place.latitude_degrees());
    south = std::min(south, place.latitude_degrees());
  }
  const double first = WestOf(longitudes);
  double span = 0;
  for (const double longitude : longitudes) span = std::max(span, EastOf(first, longitude));
  const double middle_latitude = std::clamp((north + south) / 2, -60.0, 60.0);
  const double shrink = std::cos(Angle::Degrees(middle_latitude).radians());
  const double height = north - south + 2 * kRoomDegrees;
  // Degrees of latitude that one row must cover, so that both directions fit; half of it, stretched
  // by the latitude, is what one column covers.
  const double wide = std::max(span + 2 * kRoomDegrees, kSpanDegreesMin);
  const double row_degrees = std::max(2 * shrink * wide / static_cast<double>(width),
                                      height / static_cast<double>(kRowsMax));
  const double column_degrees =
      std::min(row_degrees / (2 * shrink), 360.0 / static_cast<double>(width));
  rows_ = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(height / row_degrees)), 1,
                                  kRowsMax);
  columns_ = width;
  cell_height_ = Angle::Degrees(row_degrees);
  cell_width_ = Angle::Degrees(column_degrees);
  const double rest = column_degrees * static_cast<double>(columns_) - span;
  west_ = Angle::Degrees(first - rest / 2);
  const double slack = row_degrees * static_cast<double>(rows_) - (north - south);
  north_ = Angle::Degrees(north + slack / 2);
}

MapFrame::Cell MapFrame::CellOf(Position position) const {
  const double east = EastOf(west_.degrees(), position.longitude_degrees());
  const double down = north_.degrees() - position.latitude_degrees();
  const auto index = [](double degrees, Angle cell, std::size_t count) {
    const double at = std::floor(degrees / cell.degrees());
    return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(count - 1)));
  };
  return {index(down, cell_height_, rows_), index(east, cell_width_, columns_)};
}

Position MapFrame::At(Cell cell) const {
  const double latitude =
      north_.degrees() - (static_cast<double>(cell.row) + 0.5) * cell_height_.degrees();
  const double longitude =
      west_.degrees() + (static_cast<double>(cell.column) + 0.5) * cell_width_.degrees();
  const auto position =
      Position::FromDegrees(std::clamp(latitude, -90.0, 90.0), std::remainder(longitude, 360.0));
  EARSHOT_CHECK(position.has_value());
  return *position;
}

namespace {

// Everything that a scenario has at one place.
struct AtPlace {
  std::vector<std::string> landmarks;
  std::map<std::string, std::vector<std::string>> here;  // devices by what they have to do with it
};

std::string DevicesOf(const ScenarioFleet& fleet) {
  const std::string first = fmt::format("{}-{:04}", fleet.id_prefix, fleet.first_number);
  if (fleet.count == 1) return first;
  return fmt::format("{} to {:04}", first, fleet.first_number + fleet.count - 1);
}

// By place id, in the order of the fleets.
std::map<std::string, AtPlace> Occupied(const Scenario& scenario) {
  std::map<std::string, AtPlace> at;
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    at[landmark.place].landmarks.push_back(landmark.id.value());
  }
  for (const ScenarioFleet& fleet : scenario.fleets) {
    const std::string devices = DevicesOf(fleet);
    const bool moved = fleet.true_place() != fleet.declared_place;
    at[fleet.declared_place].here[moved ? "declared, not there" : "declared"].push_back(devices);
    if (moved) at[fleet.true_place()].here["truly there"].push_back(devices);
    if (fleet.actual_place != fleet.true_place()) {
      at[fleet.actual_place].here["key of"].push_back(devices);
    }
    if (!fleet.relay_place.empty()) at[fleet.relay_place].here["relay of"].push_back(devices);
    if (!fleet.clone_place.empty()) at[fleet.clone_place].here["clone of"].push_back(devices);
  }
  return at;
}

// Of upper or lower case, from 'A' or 'a' on.
char NextLetter(bool upper, std::size_t* used) {
  constexpr std::size_t kLetters = 26;
  if (*used >= kLetters) return '*';
  return static_cast<char>((upper ? 'A' : 'a') + static_cast<int>((*used)++));
}

std::set<CountryCode> ExcludedOf(const Scenario& scenario) {
  std::set<CountryCode> excluded;
  for (const ScenarioFleet& fleet : scenario.fleets) {
    if (fleet.licence.kind != LicenceTerms::Kind::kExcluded) continue;
    excluded.insert(fleet.licence.countries.begin(), fleet.licence.countries.end());
  }
  return excluded;
}

// One line of the legend a paragraph, broken to `width`.
std::string LegendOf(const Scenario& scenario, const MapMark& mark, std::size_t width) {
  const auto occupied = Occupied(scenario);
  std::vector<std::string> cities;
  std::vector<std::string> landmarks;
  std::map<std::string, std::vector<std::string>> here;
  for (const std::string& id : mark.places) {
    const AtPlace& at = occupied.at(id);
    cities.push_back(scenario.FindPlace(id)->city);
    landmarks.insert(landmarks.end(), at.landmarks.begin(), at.landmarks.end());
    for (const auto& [what, devices] : at.here) {
      here[what].insert(here[what].end(), devices.begin(), devices.end());
    }
  }
  std::string text = fmt::format("{}  {}", mark.letter, fmt::join(cities, " / "));
  if (!landmarks.empty()) text += fmt::format("; landmarks {}", fmt::join(landmarks, ", "));
  for (const auto& [what, devices] : here) {
    text += fmt::format("; {} {}", what, fmt::join(devices, ", "));
  }
  return "  " + Wrapped(text, width - kLegendHang, kLegendHang);
}

}  // namespace

MapFrame FrameOf(const Scenario& scenario, std::size_t width) {
  std::vector<Position> positions;
  for (const auto& [id, at] : Occupied(scenario)) {
    positions.push_back(scenario.FindPlace(id)->position);
  }
  return MapFrame(positions, width);
}

std::vector<MapMark> MarksOf(const Scenario& scenario, const MapFrame& frame) {
  const auto occupied = Occupied(scenario);
  std::map<MapFrame::Cell, std::vector<std::string>> cells;
  // In the order of the file, which puts the places that matter first.
  for (const ScenarioPlace& place : scenario.places) {
    if (occupied.contains(place.id)) cells[frame.CellOf(place.position)].push_back(place.id);
  }
  std::vector<MapMark> marks;
  std::size_t upper = 0;
  std::size_t lower = 0;
  for (auto& [cell, places] : cells) {
    const bool landmark = std::ranges::any_of(
        places, [&](const std::string& id) { return !occupied.at(id).landmarks.empty(); });
    marks.push_back(
        {NextLetter(landmark, landmark ? &upper : &lower), cell, std::move(places)});
  }
  return marks;
}

std::vector<std::string> MapRows(const Scenario& scenario, const MapFrame& frame,
                                 const CountryZones& zones) {
  const std::set<CountryCode> excluded = ExcludedOf(scenario);
  std::vector<std::string> rows(frame.rows(), std::string(frame.columns(), ' '));
  std::vector<std::vector<CountryCode>> above(frame.columns());
  for (std::size_t row = 0; row < frame.rows(); ++row) {
    std::vector<CountryCode> left;
    for (std::size_t column = 0; column < frame.columns(); ++column) {
      const Position middle = frame.At({row, column});
      std::vector<CountryCode> here;
      if (std::abs(middle.latitude_degrees()) <= kLatitudeDegreesMax) {
        here = zones.CountriesAt(middle);
      }
      const auto differs = [&](const std::vector<CountryCode>& other) {
        return !other.empty() && other != here;
      };
      if (!here.empty()) {
        const bool forbidden = std::ranges::any_of(
            here, [&](CountryCode code) { return excluded.contains(code); });
        const bool border = differs(left) || differs(above[column]);
        rows[row][column] = forbidden ? '#' : border ? ':' : '.';
      }
      left = here;
      above[column] = std::move(here);
    }
  }
  for (const MapMark& mark : MarksOf(scenario, frame)) {
    rows[mark.cell.row][mark.cell.column] = mark.letter;
  }
  return rows;
}

namespace {

constexpr std::size_t kLabelWidth = 14;

// The bar of a timeline: from the start of a run to its end.
class TimeBar {
 public:
  TimeBar(Duration whole, std::size_t width) : whole_(whole), bar_(width, ' ') {}

  std::size_t ColumnOf(Duration at) const {
    const double share = ToSeconds(at) / ToSeconds(whole_);
    const double column = std::floor(share * static_cast<double>(bar_.size()));
    return static_cast<std::size_t>(std::clamp(column, 0.0, static_cast<double>(bar_.size() - 1)));
  }
  void Fill(Duration from, Duration to, char with) {
    if (from >= to || from >= whole_) return;
    const std::size_t end = to >= whole_ ? bar_.size() : ColumnOf(to);
    for (std::size_t i = ColumnOf(from); i < end; ++i) bar_[i] = with;
  }
  void Put(Duration at, std::string_view text) {
    if (at > whole_) return;
    std::size_t column = std::min(ColumnOf(at), bar_.size() - std::min(bar_.size(), text.size()));
    for (const char c : text) {
      if (column < bar_.size()) bar_[column++] = c;
    }
  }
  std::string Row(std::string_view label) const {
    std::string row = fmt::format("{:<{}}{}", label.substr(0, kLabelWidth - 1), kLabelWidth, bar_);
    row.erase(row.find_last_not_of(' ') + 1);
    return row;
  }

 private:
  Duration whole_;
  std::string bar_;
};

std::string RoundsRow(const Scenario& scenario, const TimeBar& empty) {
  TimeBar bar = empty;
  const ScenarioRounds& rounds = scenario.rounds;
  const auto count = (scenario.duration - rounds.first_after) / rounds.length;
  bar.Fill(rounds.first_after, rounds.first_after + count * rounds.length, '=');
  const bool apart = bar.ColumnOf(rounds.first_after + rounds.length) >
                     bar.ColumnOf(rounds.first_after) + 5;
  if (apart) {
    for (std::int64_t i = 0; i < count; ++i) {
      bar.Put(rounds.first_after + i * rounds.length, fmt::format("|{}", i + 1));
    }
  }
  return bar.Row(fmt::format("rounds 1-{}", count));
}

// The bar of a fleet's life: under way, heard, silent, and nothing once it is retired.
std::string FleetRow(const ScenarioFleet& fleet, const Scenario& scenario, const TimeBar& empty) {
  const LifeMoments& life = fleet.life;
  const Duration end = life.retired.value_or(scenario.duration);
  Duration silent = end;
  if (fleet.behaviour == Behaviour::kSilent) silent = life.installed;
  if (fleet.behaviour == Behaviour::kGoesSilent) {
    silent = std::max(life.installed, fleet.silent_from);
  }
  TimeBar bar = empty;
  bar.Fill(life.shipped, life.installed, '>');
  bar.Fill(life.installed, silent, '+');
  bar.Fill(silent, end, '-');
  bar.Fill(end, scenario.duration, ' ');
  const Duration judged = silent + scenario.policy.silent_after;
  if (silent < end && judged <= end) bar.Put(judged, "!");
  return bar.Row(fmt::format("{}-{:04} x{}", fleet.id_prefix, fleet.first_number, fleet.count));
}

// The bar of a landmark that hears until `silent_from`.
std::string SilenceRow(std::string_view label, Duration silent_from, const Scenario& scenario,
                       const TimeBar& empty) {
  TimeBar bar = empty;
  bar.Fill(Duration(0), silent_from, '+');
  bar.Fill(silent_from, scenario.duration, '-');
  return bar.Row(label);
}

}  // namespace

std::vector<std::string> TimelineRows(const Scenario& scenario, std::size_t width) {
  const TimeBar empty(scenario.duration, width - kLabelWidth);
  std::vector<std::string> rows;
  TimeBar axis = empty;
  constexpr int kTicks = 4;
  for (int i = 0; i < kTicks; ++i) {
    const Duration at = scenario.duration * i / kTicks;
    axis.Put(at, fmt::format("|{:.4g} s", ToSeconds(at)));
  }
  axis.Put(scenario.duration, fmt::format("{:.4g} s|", ToSeconds(scenario.duration)));
  rows.push_back(axis.Row("time"));
  rows.push_back(RoundsRow(scenario, empty));
  for (const ScenarioFleet& fleet : scenario.fleets) {
    const bool falls_silent =
        fleet.behaviour == Behaviour::kSilent || fleet.behaviour == Behaviour::kGoesSilent;
    if (!falls_silent && fleet.there_throughout()) continue;
    rows.push_back(FleetRow(fleet, scenario, empty));
  }
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    if (!landmark.hears_nothing_from.has_value()) continue;
    rows.push_back(
        SilenceRow(landmark.id.value(), *landmark.hears_nothing_from, scenario, empty));
  }
  for (std::size_t i = 0; i < scenario.network.cuts.size(); ++i) {
    const Times& when = scenario.network.cuts[i].when;
    TimeBar bar = empty;
    bar.Fill(Duration(0), scenario.duration, '+');
    bar.Fill(when.from, when.until.value_or(scenario.duration), '-');
    rows.push_back(bar.Row(fmt::format("cut {}", i + 1)));
  }
  return rows;
}

namespace {

// What is wrong with fleets and landmarks, in words: nothing where nothing is.
std::string TroubleText(const Scenario& scenario, std::size_t width) {
  std::string text;
  const auto add = [&](const std::string& line) {
    text += "  " + Wrapped(line, width - kLegendHang, kLegendHang) + "\n";
  };
  for (const ScenarioFleet& fleet : scenario.fleets) {
    if (fleet.strangers_ping) add(DevicesOf(fleet) + " gets forged pings from a stranger");
    if (fleet.behaviour == Behaviour::kHonest) continue;
    add(DevicesOf(fleet) + " " + std::string(BehaviourWords(fleet.behaviour)));
  }
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    const std::string& id = landmark.id.value();
    const std::string while_so = UntrueText(landmark);
    if (landmark.lies()) add(id + " measures times that are not true" + while_so);
    if (landmark.wall_steps_back_by > Duration(0)) add(id + " has its wall clock set back" + while_so);
    if (landmark.hears_nothing_from.has_value()) add(id + " is cut off");
    if (landmark.drops > 0) add(id + " is flooded");
  }
  for (const std::string& line : WeatherLines(scenario)) add(line);
  return text;
}

}  // namespace

std::string ScenarioPicture(const Scenario& scenario, std::size_t width,
                            const CountryZones& zones) {
  const MapFrame frame = FrameOf(scenario, width);
  std::string text = Wrapped(scenario.title, width, 0) + "\n";
  if (!scenario.question.empty()) text += Wrapped(scenario.question, width, 0) + "\n";
  text += "\n";
  for (const std::string& row : MapRows(scenario, frame, zones)) {
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  std::vector<std::string> excluded;
  for (const CountryCode& code : ExcludedOf(scenario)) excluded.emplace_back(code.text());
  text += "\n" + Wrapped(fmt::format(". land  : border{}  A-Z landmarks, a-z none (several places of one "
                              "cell share a letter)",
                              excluded.empty() ? ""
                                               : fmt::format("  # excluded by a licence: {}",
                                                             fmt::join(excluded, ", "))),
                          width, 0) +
          "\n";
  for (const MapMark& mark : MarksOf(scenario, frame)) {
    text += LegendOf(scenario, mark, width) + "\n";
  }
  const std::string trouble = TroubleText(scenario, width);
  text += "\n";
  for (const std::string& row : TimelineRows(scenario, width)) text += row + "\n";
  const bool lives = !std::ranges::all_of(scenario.fleets, &ScenarioFleet::there_throughout);
  text += Wrapped(fmt::format("{}+ answers - silent ! where silence becomes SILENT, {} without an answer",
                              lives ? "> in transit " : "",
                              DurationText(scenario.policy.silent_after)),
                  width, 0) +
          "\n";
  if (!trouble.empty()) text += "\nWhat is not as it should be\n" + trouble;
  return text;
}

}  // namespace earshot
