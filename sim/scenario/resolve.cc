#include "sim/scenario/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/base/quantity_text.h"
#include "core/crypto/seeded_random.h"
#include "core/crypto/sha256.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

// The generator of one path: whatever else a scenario holds, the same path draws the same.
SeededRandom PathRandom(std::uint64_t seed, const std::string& device, const LandmarkId& landmark) {
  const std::string name = fmt::format("path{0}{1}{0}{2}", '\0', device, landmark.value());
  return SeededRandom(seed, LoadBigEndian<std::uint64_t>(Sha256(AsBytes(name)), 0));
}

// Rounded up: a modelled delay may equal light's, never beat it.
Rtt LightFloor(Position a, Position b) {
  return Rtt::FromDuration(RoundTripOver(GeodesicDistance(a, b), kSpeedOfLight).duration() +
                           Duration(1));
}

Rtt DrawReference(const ResolvedScenario& resolved, const PathModel& model,
                  const ResolvedDevice& device, std::size_t landmark) {
  const LandmarkId& id = resolved.scenario.landmarks[landmark].id;
  const Position from = resolved.ActualPosition(device);
  const Position to = resolved.LandmarkPosition(landmark);
  const Rtt rtt =
      *device.reference_for == id
          ? kBesideLandmarkRtt
          : model.Draw(GeodesicDistance(from, to),
                       PathRandom(resolved.scenario.seed, device.id, id).NextUnit());
  return std::max(rtt, LightFloor(from, to));
}

// Gives every fleet one device and shares the rest in the old proportions; earlier fleets take what
// rounding leaves. Ids are numbered afresh within a prefix.
Status ScaleFleets(std::uint64_t devices, Scenario* scenario) {
  const std::uint64_t fleets = scenario->fleets.size();
  if (devices < fleets || devices > kScenarioDevicesMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} devices for {} fleets; write {} to {}", devices, fleets, fleets,
                            kScenarioDevicesMax));
  }
  const std::uint64_t before = scenario->DeviceCount();
  const std::uint64_t spare = devices - fleets;
  std::uint64_t given = 0;
  for (ScenarioFleet& fleet : scenario->fleets) {
    const std::uint64_t share = spare * fleet.count / before;
    fleet.count = static_cast<std::uint32_t>(1 + share);
    given += share;
  }
  for (std::size_t i = 0; given < spare; i = (i + 1) % fleets, ++given) ++scenario->fleets[i].count;
  scenario->NumberDevices();
  return {};
}

}  // namespace

Status AdjustScenario(const ResolveOptions& options, Scenario* scenario) {
  if (options.seed.has_value()) {
    if (*options.seed > kSeedMax) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("seed {}; write at most {} (2^53)", *options.seed, kSeedMax));
    }
    scenario->seed = *options.seed;
  }
  if (options.duration.has_value()) {
    const Duration needed = scenario->rounds.first_after + scenario->rounds.length;
    if (*options.duration < needed || *options.duration > kScenarioDurationMax) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("duration {}; write {} (the first round) to {}",
                              DurationText(*options.duration), DurationText(needed),
                              DurationText(kScenarioDurationMax)));
    }
    scenario->duration = *options.duration;
  }
  if (options.devices.has_value()) {
    EARSHOT_RETURN_IF_ERROR(ScaleFleets(*options.devices, scenario));
  }
  return {};
}

namespace {

void AddReferenceAgents(ResolvedScenario* resolved) {
  if (!resolved->scenario.reference_agents) return;
  for (const ScenarioLandmark& landmark : resolved->scenario.landmarks) {
    resolved->devices.push_back({"reference-" + landmark.id.value(), 0, landmark.id});
  }
}

}  // namespace

std::string DeviceName(const ScenarioFleet& fleet, std::uint32_t number) {
  return fmt::format("{}-{:04}", fleet.id_prefix, fleet.first_number + number);
}

PathDrawer::PathDrawer(const Scenario& scenario, const PathModel& model,
                       const ScenarioFleet& fleet)
    : scenario_(scenario), model_(model), fleet_(fleet) {
  const Position actual = scenario.FindPlace(fleet.actual_place)->position;
  const Position declared = scenario.FindPlace(fleet.declared_place)->position;
  Position relay = actual;
  if (fleet.behaviour == Behaviour::kRelayed) {
    relay = scenario.FindPlace(fleet.relay_place)->position;
    to_relay_ = GeodesicDistance(actual, relay);
  }
  const Position clone =
      fleet.clone_place.empty() ? actual : scenario.FindPlace(fleet.clone_place)->position;
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    const Position at = scenario.FindPlace(landmark.place)->position;
    legs_.push_back({GeodesicDistance(actual, at), GeodesicDistance(declared, at),
                     GeodesicDistance(relay, at), LightFloor(actual, at),
                     LightFloor(declared, at), GeodesicDistance(clone, at),
                     LightFloor(clone, at)});
  }
}

Rtt PathDrawer::Draw(const std::string& id, std::size_t landmark) const {
  SeededRandom random = PathRandom(scenario_.seed, id, scenario_.landmarks[landmark].id);
  // Always both draws, so that a change of behaviour leaves the first as it was.
  const double unit = random.NextUnit();
  const double second_unit = random.NextUnit();
  const Legs& legs = legs_[landmark];
  Rtt rtt;
  if (fleet_.behaviour == Behaviour::kRelayed) {
    rtt = Rtt::FromDuration(model_.Draw(legs.relayed, unit).duration() +
                            model_.Draw(to_relay_, second_unit).duration());
  } else if (fleet_.behaviour == Behaviour::kFastMedium) {
    rtt = Rtt::FromDuration(legs.light.duration() + kBesideLandmarkRtt.duration());
  } else {
    rtt = model_.Draw(legs.direct, unit);
  }
  const bool pads = fleet_.behaviour == Behaviour::kPadsDelay ||
                    fleet_.behaviour == Behaviour::kFastMedium ||
                    fleet_.behaviour == Behaviour::kChoosesLandmarks;
  if (pads && fleet_.actual_place != fleet_.declared_place) {
    rtt = std::max(rtt, model_.Draw(legs.declared, second_unit));
  }
  return std::max(rtt, legs.light);
}

Rtt PathDrawer::DrawBefore(const std::string& id, std::size_t landmark) const {
  const Legs& legs = legs_[landmark];
  SeededRandom random =
      PathRandom(scenario_.seed, id + " before", scenario_.landmarks[landmark].id);
  return std::max(model_.Draw(legs.declared, random.NextUnit()), legs.declared_light);
}

Rtt PathDrawer::DrawClone(const std::string& id, std::size_t landmark) const {
  const Legs& legs = legs_[landmark];
  SeededRandom random = PathRandom(scenario_.seed, id + " clone", scenario_.landmarks[landmark].id);
  return std::max(model_.Draw(legs.cloned, random.NextUnit()), legs.clone_light);
}

Position ResolvedScenario::ActualPosition(const ResolvedDevice& device) const {
  if (!device.reference_for.has_value()) {
    return scenario.FindPlace(scenario.fleets[device.fleet].actual_place)->position;
  }
  for (std::size_t i = 0; i < scenario.landmarks.size(); ++i) {
    if (scenario.landmarks[i].id == *device.reference_for) return LandmarkPosition(i);
  }
  EARSHOT_CHECK(false);
}

Position ResolvedScenario::LandmarkPosition(std::size_t landmark) const {
  return scenario.FindPlace(scenario.landmarks[landmark].place)->position;
}

ResolvedScenario ResolveDevices(const Scenario& scenario, const PathModel& model,
                                std::span<const FleetDevice> devices) {
  ResolvedScenario resolved;
  resolved.scenario = scenario;
  resolved.path_model = std::string(model.provenance());
  for (const FleetDevice& device : devices) {
    resolved.devices.push_back(
        {DeviceName(scenario.fleets[device.fleet], device.number), device.fleet, std::nullopt});
  }
  AddReferenceAgents(&resolved);
  std::vector<PathDrawer> drawers;
  for (const ScenarioFleet& fleet : resolved.scenario.fleets) {
    drawers.emplace_back(resolved.scenario, model, fleet);
  }
  for (std::size_t d = 0; d < resolved.devices.size(); ++d) {
    const ResolvedDevice& device = resolved.devices[d];
    for (std::size_t l = 0; l < resolved.scenario.landmarks.size(); ++l) {
      const Duration round_trip = (device.reference_for.has_value()
                                       ? DrawReference(resolved, model, device, l)
                                       : drawers[device.fleet].Draw(device.id, l))
                                      .duration();
      const Duration forward = round_trip / 2;
      ResolvedPath path{d, l, forward, round_trip - forward};
      const bool cloned = !device.reference_for.has_value() &&
                          scenario.fleets[device.fleet].behaviour == Behaviour::kClonedKey;
      if (cloned) path.clone = drawers[device.fleet].DrawClone(device.id, l).duration();
      const bool moves = !device.reference_for.has_value() &&
                         scenario.fleets[device.fleet].behaviour == Behaviour::kMovesLater;
      if (moves) path.before = drawers[device.fleet].DrawBefore(device.id, l).duration();
      resolved.paths.push_back(path);
    }
  }
  return resolved;
}

Result<ResolvedScenario> ResolveScenario(const Scenario& scenario, const PathModel& model,
                                         const ResolveOptions& options) {
  Scenario adjusted = scenario;
  EARSHOT_RETURN_IF_ERROR(AdjustScenario(options, &adjusted));
  std::vector<FleetDevice> devices;
  for (std::size_t f = 0; f < adjusted.fleets.size(); ++f) {
    for (std::uint32_t n = 0; n < adjusted.fleets[f].count; ++n) devices.push_back({f, n});
  }
  return ResolveDevices(adjusted, model, devices);
}

}  // namespace earshot
