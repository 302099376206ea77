#include "sim/replay/measured_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/geo/wgs84.h"
#include "sim/path/philox.h"

namespace earshot {
namespace {

using PlacePair = std::pair<std::string, std::string>;

// All measured times between the neighbourhoods of two places, least first.
class PlaceTimes {
 public:
  PlaceTimes(const Measurements& measured, const Scenario& scenario) : scenario_(scenario) {
    for (const ScenarioPlace& place : scenario.places) {
      for (std::uint32_t n = 0; n < measured.nodes.size(); ++n) {
        const MeasuredNode& node = measured.nodes[n];
        if (node.is_mislocated) continue;
        if (GeodesicDistance(node.position, place.position) <= kReplayWithin) {
          of_node_[n].push_back(place.id);
        }
      }
    }
    for (const MeasuredRtt& rtt : measured.rtts) {
      const auto from = of_node_.find(rtt.source);
      const auto to = of_node_.find(rtt.target);
      if (from == of_node_.end() || to == of_node_.end()) continue;
      for (const std::string& a : from->second) {
        for (const std::string& b : to->second) {
          times_[{a, b}].push_back(rtt.rtt.duration());
          if (a != b) times_[{b, a}].push_back(rtt.rtt.duration());
        }
      }
    }
    for (auto& [pair, times] : times_) std::ranges::sort(times);
  }

  // One of them; none where nothing was measured.
  std::optional<Duration> Draw(const std::string& from, const std::string& to,
                               PhiloxRandom* random) const {
    const auto found = times_.find({from, to});
    const std::uint64_t count = found == times_.end() ? 1 : found->second.size();
    const std::uint64_t drawn = random->NextBelow(count);
    if (found == times_.end()) return std::nullopt;
    return found->second[drawn];
  }

  Duration Light(const std::string& from, const std::string& to) const {
    const Distance distance = GeodesicDistance(scenario_.FindPlace(from)->position,
                                               scenario_.FindPlace(to)->position);
    return RoundTripOver(distance, kSpeedOfLight).duration() + Duration(1);
  }

 private:
  const Scenario& scenario_;
  std::map<std::uint32_t, std::vector<std::string>> of_node_;
  std::map<PlacePair, std::vector<Duration>> times_;
};

std::optional<Duration> Added(std::optional<Duration> a, std::optional<Duration> b) {
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  return *a + *b;
}

// The measured round trip of one path, not below light's; none where it must stay the model's.
std::optional<Duration> RoundTripOf(const ResolvedScenario& resolved, const ResolvedPath& path,
                                    const PlaceTimes& times, PhiloxRandom* random) {
  const Scenario& scenario = resolved.scenario;
  const ResolvedDevice& device = resolved.devices[path.device];
  const ScenarioLandmark& landmark = scenario.landmarks[path.landmark];
  if (device.reference_for.has_value()) {
    if (*device.reference_for == landmark.id) return std::nullopt;
    const auto beside =
        std::ranges::find(scenario.landmarks, *device.reference_for, &ScenarioLandmark::id);
    return times.Draw(beside->place, landmark.place, random);
  }
  const ScenarioFleet& fleet = scenario.fleets[device.fleet];
  if (fleet.behaviour == Behaviour::kFastMedium) return std::nullopt;
  if (fleet.behaviour == Behaviour::kRelayed) {
    const auto to_relay = times.Draw(fleet.actual_place, fleet.relay_place, random);
    return Added(to_relay, times.Draw(fleet.relay_place, landmark.place, random));
  }
  const auto own = times.Draw(fleet.actual_place, landmark.place, random);
  const bool pads = fleet.behaviour == Behaviour::kPadsDelay ||
                    fleet.behaviour == Behaviour::kChoosesLandmarks;
  if (!pads || fleet.actual_place == fleet.declared_place) return own;
  const auto declared = times.Draw(fleet.declared_place, landmark.place, random);
  if (!own.has_value() || !declared.has_value()) return std::nullopt;
  return std::max(*own, *declared);
}

const std::string& PlaceOf(const ResolvedScenario& resolved, const ResolvedPath& path) {
  const ResolvedDevice& device = resolved.devices[path.device];
  if (!device.reference_for.has_value()) {
    return resolved.scenario.fleets[device.fleet].actual_place;
  }
  return std::ranges::find(resolved.scenario.landmarks, *device.reference_for,
                           &ScenarioLandmark::id)
      ->place;
}

void ReplayOne(const PlaceTimes& times, ResolvedScenario* resolved, ResolvedPath* path,
               Replayed* replayed) {
  const Scenario& scenario = resolved->scenario;
  const ScenarioLandmark& landmark = scenario.landmarks[path->landmark];
  const std::string name = resolved->devices[path->device].id + " " + landmark.id.value();
  PhiloxRandom random(PhiloxKey::For(scenario.seed, name, "replay"));
  const auto round_trip = RoundTripOf(*resolved, *path, times, &random);
  if (round_trip.has_value()) {
    const Duration light = times.Light(PlaceOf(*resolved, *path), landmark.place);
    ++replayed->measured;
    replayed->at_light += *round_trip < light ? 1U : 0U;
    const Duration delay = std::max(*round_trip, light);
    path->forward = delay / 2;
    path->backward = delay - path->forward;
  }
  // Whoever else holds the key, and from where the device answered before it moved.
  const auto second = [&](const std::string& place, Duration* delay) {
    if (*delay == Duration(0)) return;
    const auto measured = times.Draw(place, landmark.place, &random);
    if (measured.has_value()) *delay = std::max(*measured, times.Light(place, landmark.place));
  };
  const ScenarioFleet& fleet = scenario.fleets[resolved->devices[path->device].fleet];
  second(fleet.clone_place, &path->clone);
  second(fleet.declared_place, &path->before);
}

}  // namespace

Result<Replayed> ReplayMeasured(const Measurements& measured, std::string_view source,
                                ResolvedScenario* resolved) {
  const PlaceTimes times(measured, resolved->scenario);
  Replayed replayed;
  replayed.paths = static_cast<std::uint32_t>(resolved->paths.size());
  for (ResolvedPath& path : resolved->paths) ReplayOne(times, resolved, &path, &replayed);
  if (replayed.measured == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: not one path of the scenario was measured; give measurements "
                            "between nodes within {:.0f} km of where its devices and its landmarks "
                            "are",
                            source, kReplayWithin.kilometres()));
  }
  resolved->path_model = fmt::format("{} of {} paths measured: {}; others {}", replayed.measured,
                                     replayed.paths, source, resolved->path_model);
  return replayed;
}

}  // namespace earshot
