#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <map>

#include "core/base/quantity_text.h"
#include "core/geo/wgs84.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_proto.h"

namespace earshot {
namespace {

std::map<std::string, std::size_t> LandmarkIndices(const Scenario& scenario) {
  std::map<std::string, std::size_t> indices;
  for (std::size_t i = 0; i < scenario.landmarks.size(); ++i) {
    indices.emplace(scenario.landmarks[i].id.value(), i);
  }
  return indices;
}

Status ReadDevices(const v1::ResolvedScenario& proto, const TextProtoScope& scope,
                   ResolvedScenario* resolved) {
  const auto landmarks = LandmarkIndices(resolved->scenario);
  for (int i = 0; i < proto.devices_size(); ++i) {
    const v1::ResolvedDevice& device = proto.devices(i);
    const TextProtoScope at = scope.Nested("devices", i);
    if (!device.reference_for().empty()) {
      if (!landmarks.contains(device.reference_for())) {
        return tl::unexpected(at.At("reference_for", fmt::format("no landmark \"{}\"; name one",
                                                                 device.reference_for())));
      }
      resolved->devices.push_back({device.id(), 0, LandmarkId(device.reference_for())});
      continue;
    }
    if (device.fleet() >= resolved->scenario.fleets.size()) {
      return tl::unexpected(
          at.At("fleet", fmt::format("no fleet {}; write 0 to {}", device.fleet(),
                                     resolved->scenario.fleets.size() - 1)));
    }
    resolved->devices.push_back({device.id(), device.fleet(), std::nullopt});
  }
  return {};
}

Result<Duration> ReadDelay(const TextProtoScope& at, std::string_view field,
                           const std::string& text) {
  const Result<Duration> delay = ParseDuration(text);
  if (!delay.has_value()) return tl::unexpected(at.At(field, delay.error()));
  if (delay->count() < 0) {
    return tl::unexpected(at.At(field, fmt::format("\"{}\" is negative; write 0 or more", text)));
  }
  return *delay;
}

// A second round trip of a path that some behaviours have.
struct SecondRoundTrip {
  const char* field;
  const std::string& text;
  Behaviour behaviour;          // that has it
  const std::string& place;     // id of the place it is from
};

// Not quicker than light from there; absent for every other behaviour.
Result<Duration> ReadSecond(const TextProtoScope& at, const SecondRoundTrip& second,
                            const ResolvedScenario& resolved, const ResolvedPath& read) {
  const ResolvedDevice& device = resolved.devices[read.device];
  const bool has_one = !device.reference_for.has_value() &&
                       resolved.scenario.fleets[device.fleet].behaviour == second.behaviour;
  if (has_one == second.text.empty()) {
    return tl::unexpected(at.At(
        second.field, has_one ? fmt::format("a device that {} has another delay there and back; write it",
                                            BehaviourWords(second.behaviour))
                              : fmt::format("only a device that {} has one; remove it",
                                            BehaviourWords(second.behaviour))));
  }
  if (!has_one) return Duration(0);
  EARSHOT_ASSIGN_OR_RETURN(const Duration delay, ReadDelay(at, second.field, second.text));
  const Position place = resolved.scenario.FindPlace(second.place)->position;
  const Rtt light = RoundTripOver(
      GeodesicDistance(place, resolved.LandmarkPosition(read.landmark)), kSpeedOfLight);
  if (delay < light.duration()) {
    return tl::unexpected(at.At(second.field, fmt::format("quicker than light ({:.3f} ms); write more",
                                                          light.milliseconds())));
  }
  return delay;
}

Status ReadPaths(const v1::ResolvedScenario& proto, const TextProtoScope& scope,
                 ResolvedScenario* resolved) {
  const auto landmarks = LandmarkIndices(resolved->scenario);
  std::map<std::string, std::size_t> devices;
  for (std::size_t i = 0; i < resolved->devices.size(); ++i) {
    if (!devices.emplace(resolved->devices[i].id, i).second) {
      return tl::unexpected(
          scope.Nested("devices", static_cast<int>(i))
              .At("id", fmt::format("device \"{}\" exists already", resolved->devices[i].id)));
    }
  }
  std::map<std::pair<std::size_t, std::size_t>, ResolvedPath> paths;
  for (int i = 0; i < proto.paths_size(); ++i) {
    const v1::ResolvedPath& path = proto.paths(i);
    const TextProtoScope at = scope.Nested("paths", i);
    const auto device = devices.find(path.device());
    const auto landmark = landmarks.find(path.landmark_id());
    if (device == devices.end() || landmark == landmarks.end()) {
      const bool known = device != devices.end();
      return tl::unexpected(at.At(known ? "landmark_id" : "device",
                                  fmt::format("no \"{}\" here; name one that is listed",
                                              known ? path.landmark_id() : path.device())));
    }
    ResolvedPath read;
    read.device = device->second;
    read.landmark = landmark->second;
    EARSHOT_ASSIGN_OR_RETURN(read.forward, ReadDelay(at, "forward", path.forward()));
    EARSHOT_ASSIGN_OR_RETURN(read.backward, ReadDelay(at, "backward", path.backward()));
    const Rtt light =
        RoundTripOver(GeodesicDistance(resolved->ActualPosition(resolved->devices[read.device]),
                                       resolved->LandmarkPosition(read.landmark)),
                      kSpeedOfLight);
    if (read.rtt() < light) {
      return tl::unexpected(
          at.At("forward", fmt::format("{:.3f} ms there and back is quicker than light ({:.3f} ms); "
                                       "write more",
                                       read.rtt().milliseconds(), light.milliseconds())));
    }
    const ScenarioFleet& fleet =
        resolved->scenario.fleets[resolved->devices[read.device].fleet];
    EARSHOT_ASSIGN_OR_RETURN(
        read.clone, ReadSecond(at, {"clone", path.clone(), Behaviour::kClonedKey, fleet.clone_place},
                               *resolved, read));
    EARSHOT_ASSIGN_OR_RETURN(
        read.before,
        ReadSecond(at, {"before", path.before(), Behaviour::kMovesLater, fleet.declared_place},
                   *resolved, read));
    if (!paths.emplace(std::pair(read.device, read.landmark), read).second) {
      return tl::unexpected(at.At("device", "this device has a path to this landmark already"));
    }
  }
  if (paths.size() != resolved->devices.size() * resolved->scenario.landmarks.size()) {
    return tl::unexpected(scope.At(
        "paths", fmt::format("{} paths for {} devices and {} landmarks; write one for each pair",
                             paths.size(), resolved->devices.size(),
                             resolved->scenario.landmarks.size())));
  }
  for (const auto& [key, path] : paths) resolved->paths.push_back(path);
  return {};
}

Result<ResolvedScenario> FromProto(const v1::ResolvedScenario& proto, const TextProto& parsed) {
  const TextProtoScope scope = parsed.root();
  ResolvedScenario resolved;
  EARSHOT_ASSIGN_OR_RETURN(resolved.scenario,
                           ScenarioFromProto(proto.scenario(), scope.Nested("scenario")));
  resolved.path_model = proto.path_model();
  EARSHOT_RETURN_IF_ERROR(ReadDevices(proto, scope, &resolved));
  EARSHOT_RETURN_IF_ERROR(ReadPaths(proto, scope, &resolved));
  return resolved;
}

}  // namespace

std::string ResolvedText(const ResolvedScenario& resolved) {
  v1::ResolvedScenario proto;
  *proto.mutable_scenario() = ScenarioToProto(resolved.scenario);
  proto.set_path_model(resolved.path_model);
  for (const ResolvedDevice& device : resolved.devices) {
    v1::ResolvedDevice* out = proto.add_devices();
    out->set_id(device.id);
    if (device.reference_for.has_value()) {
      out->set_reference_for(device.reference_for->value());
    } else {
      out->set_fleet(static_cast<std::uint32_t>(device.fleet));
    }
  }
  for (const ResolvedPath& path : resolved.paths) {
    v1::ResolvedPath* out = proto.add_paths();
    out->set_device(resolved.devices[path.device].id);
    out->set_landmark_id(resolved.scenario.landmarks[path.landmark].id.value());
    out->set_forward(DurationText(path.forward));
    out->set_backward(DurationText(path.backward));
    if (path.clone > Duration(0)) out->set_clone(DurationText(path.clone));
    if (path.before > Duration(0)) out->set_before(DurationText(path.before));
  }
  std::string text;
  google::protobuf::TextFormat::PrintToString(proto, &text);
  return text;
}

bool LooksResolved(std::string_view text) {
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    if (text.front() != '#') return text.starts_with("scenario");
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  return false;
}

Result<ResolvedScenario> ParseResolved(std::string_view text, std::string_view file_name) {
  v1::ResolvedScenario proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Parse(text, file_name, &proto));
  return FromProto(proto, parsed);
}

Result<ResolvedScenario> LoadResolved(const std::string& path) {
  v1::ResolvedScenario proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Load(path, &proto));
  return FromProto(proto, parsed);
}

}  // namespace earshot
