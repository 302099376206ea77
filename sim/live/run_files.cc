#include "sim/live/run_files.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "core/base/quantity_text.h"
#include "core/crypto/key_file.h"
#include "core/os/files.h"
#include "earshot/v1/config.pb.h"

namespace earshot {
namespace {

// Where it was bound, else any free port.
std::string BindFor(const BoundEndpoints& bound, const LandmarkId& landmark) {
  const auto found = bound.find(landmark.value());
  return found == bound.end() ? "127.0.0.1:0" : found->second.ToText();
}

// Not synced: nothing here has to survive a power cut.
Status WriteFile(const std::string& path, std::string_view contents) {
  std::ofstream file(path, std::ios::binary);
  file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
  file.close();
  if (file.fail()) return tl::unexpected<Error>(ErrnoError(errno, "write " + path));
  return {};
}

Status WriteFile(const std::string& path, ByteSpan contents) {
  return WriteFile(path, ToString(contents));
}

Status WriteConfig(const std::string& path, const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return WriteFile(path, text);
}

// The n-th address of a /16 below 127: never .0 or .255.
std::string LoopbackAddress(int second, std::size_t n) {
  return fmt::format("127.{}.{}.{}", second, n / 250, n % 250 + 1);
}
std::string AgentAddress(std::size_t device) { return LoopbackAddress(20, device); }
std::string BackAddress(std::size_t device) { return LoopbackAddress(40, device); }

bool Answers(const ScenarioFleet& fleet) { return fleet.behaviour != Behaviour::kSilent; }

}  // namespace

RunFiles::RunFiles(const ResolvedScenario& resolved, std::string work,
                   const RunFilesOptions& options, RunMaterial material)
    : resolved_(&resolved),
      work_(std::move(work)),
      options_(options),
      material_(std::move(material)),
      rounds_(RoundsWithin(resolved.scenario)) {
  for (const DeviceMaterial& device : material_.devices) device_ids_.push_back(device.id());
}

Status RunFiles::WriteAuthority() const {
  const RunAuthority& authority = material_.authority;
  EARSHOT_RETURN_IF_ERROR(WritePublicKeyFile(Path("root.pem"), authority.root().public_key()));
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(Path("verdict.key"), authority.verdict_key()));
  EARSHOT_RETURN_IF_ERROR(WriteFile(Path("maker.delegation"), authority.MakerDelegation()));
  EARSHOT_RETURN_IF_ERROR(WriteFile(Path("verdict.delegation"), authority.VerdictDelegation()));
  EARSHOT_RETURN_IF_ERROR(WriteFile(Path("revocations"), material_.revocations));
  return WriteFile(Path("policy"), material_.policy);
}

Status RunFiles::WriteLandmark(const LandmarkMaterial& landmark) const {
  const std::string stem = Path("landmark-" + landmark.keys.id.value());
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(stem + ".signing", landmark.keys.signing));
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(stem + ".sealing", landmark.keys.sealing));
  EARSHOT_RETURN_IF_ERROR(
      WriteFile(stem + ".delegation", material_.authority.LandmarkDelegation(landmark)));
  return WriteFile(stem + ".position", landmark.position_record);
}

Status RunFiles::WriteDevice(std::size_t index) const {
  const DeviceMaterial& device = material_.devices[index];
  const std::string stem = Path("device-" + resolved_->devices[index].id);
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(stem + ".key", device.key));
  EARSHOT_RETURN_IF_ERROR(WriteFile(stem + ".endorsement", device.blobs.endorsement));
  return WriteFile(stem + ".declaration", device.blobs.declaration);
}

Result<RunFiles> RunFiles::Create(const ResolvedScenario& resolved, std::string work,
                                  Random& random, WallInstant now,
                                  const RunFilesOptions& options) {
  if (resolved.devices.size() > kLiveDevicesMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} devices; a live run has at most {}", resolved.devices.size(),
                            kLiveDevicesMax));
  }
  if (mkdir(work.c_str(), 0700) != 0) {
    return tl::unexpected<Error>(ErrnoError(errno, "create " + work));
  }
  EARSHOT_ASSIGN_OR_RETURN(RunMaterial material, RunMaterial::Draw(resolved, random, now));
  RunFiles files(resolved, std::move(work), options, std::move(material));
  EARSHOT_RETURN_IF_ERROR(files.WriteAuthority());
  for (const LandmarkMaterial& landmark : files.material_.landmarks) {
    EARSHOT_RETURN_IF_ERROR(files.WriteLandmark(landmark));
  }
  for (std::size_t i = 0; i < resolved.devices.size(); ++i) {
    EARSHOT_RETURN_IF_ERROR(files.WriteDevice(i));
  }
  return files;
}

Status RunFiles::WriteServerConfig(const std::string& out, const BoundEndpoints& bound) const {
  const Scenario& scenario = resolved_->scenario;
  v1::ServerConfig config;
  config.set_command_socket(Path("server.socket"));
  config.set_out_dir(out);
  config.set_root_public_key(Path("root.pem"));
  config.set_landmark_list(Path("landmarks"));
  config.set_revocation_list(Path("revocations"));
  config.set_policy(Path("policy"));
  config.set_verdict_key_file(Path("verdict.key"));
  config.set_verdict_delegation(Path("verdict.delegation"));
  config.set_ready_file(Path("server.ready"));
  for (const LandmarkMaterial& landmark : material_.landmarks) {
    const std::string stem = Path("landmark-" + landmark.keys.id.value());
    v1::LandmarkConfig* out_landmark = config.add_landmarks();
    out_landmark->set_id(landmark.keys.id.value());
    out_landmark->set_bind(BindFor(bound, landmark.keys.id));
    out_landmark->set_signing_key_file(stem + ".signing");
    out_landmark->set_sealing_key_file(stem + ".sealing");
    out_landmark->set_delegation(stem + ".delegation");
    out_landmark->set_position_record(stem + ".position");
  }
  for (const ResolvedDevice& device : resolved_->devices) {
    const std::string stem = Path("device-" + device.id);
    v1::DeviceConfig* out_device = config.add_devices();
    out_device->set_name(device.id);
    out_device->set_endorsement(stem + ".endorsement");
    out_device->set_maker_delegation(Path("maker.delegation"));
    out_device->set_declaration(stem + ".declaration");
    if (device.reference_for.has_value()) {
      out_device->set_reference_for(device.reference_for->value());
    }
  }
  v1::RoundConfig* rounds = config.mutable_rounds();
  rounds->set_first_after(DurationText(scenario.rounds.first_after));
  rounds->set_length(DurationText(scenario.rounds.length));
  rounds->set_count(rounds_);
  rounds->set_trains(scenario.rounds.trains);
  rounds->set_landmarks_per_device(scenario.rounds.landmarks_per_device);
  config.set_scheduling_priority(options_.server_priority);
  return WriteConfig(Path("server.textproto"), config);
}

Status RunFiles::WriteRelayConfig(const BoundEndpoints& landmarks,
                                  const std::string& truth_file, const BoundEndpoints& bound) const {
  const ScenarioNetwork& network = resolved_->scenario.network;
  v1::RelayConfig config;
  config.set_truth_file(truth_file);
  config.set_ready_file(Path("relay.ready"));
  config.set_seed(resolved_->scenario.seed);
  config.set_scheduling_priority(options_.relay_priority);
  for (const LandmarkMaterial& landmark : material_.landmarks) {
    const auto listens = landmarks.find(landmark.keys.id.value());
    if (listens == landmarks.end()) continue;
    v1::RelayFront* front = config.add_fronts();
    front->set_landmark_id(landmark.keys.id.value());
    front->set_bind(BindFor(bound, landmark.keys.id));
    front->set_landmark(listens->second.ToText());
  }
  for (std::size_t i = 0; i < resolved_->devices.size(); ++i) {
    v1::RelayBack* back = config.add_backs();
    back->set_device(resolved_->devices[i].id);
    back->set_agent_address(AgentAddress(i));
    back->set_bind(BackAddress(i) + ":0");
  }
  for (const ResolvedPath& path : resolved_->paths) {
    const std::string& landmark = resolved_->scenario.landmarks[path.landmark].id.value();
    if (!landmarks.contains(landmark)) continue;
    v1::RelayPath* out = config.add_paths();
    out->set_device(resolved_->devices[path.device].id);
    out->set_landmark_id(landmark);
    out->set_forward(DurationText(path.forward));
    out->set_backward(DurationText(path.backward));
    out->set_jitter(DurationText(network.jitter));
    out->set_loss(network.loss);
    out->set_duplicate(network.duplicate);
    out->set_reorder(network.reorder);
    out->set_corrupt(network.corrupt);
  }
  return WriteConfig(Path("relay.textproto"), config);
}

Status RunFiles::WriteLandmarkList(const BoundEndpoints& fronts) const {
  std::vector<ListedEndpoint> listed;
  for (const LandmarkMaterial& landmark : material_.landmarks) {
    const auto front = fronts.find(landmark.keys.id.value());
    if (front == fronts.end()) continue;
    listed.push_back({&landmark, front->second});
  }
  return WriteFileAtomically(Path("landmarks"), ToString(material_.authority.LandmarkList(listed)));
}

Status RunFiles::WriteAgentConfig(const AgentProcessPlan& plan, unsigned priority) const {
  v1::AgentConfig config;
  config.set_landmark_list(Path("landmarks"));
  config.set_root_public_key(Path("root.pem"));
  config.set_ready_file(plan.ready_file);
  config.set_scheduling_priority(priority);
  for (const std::size_t index : plan.devices) {
    const ResolvedDevice& device = resolved_->devices[index];
    const std::string model = ModelOf(*resolved_, device);
    v1::AgentIdentity* identity = config.add_identities();
    identity->set_name(device.id);
    identity->set_key_file(Path("device-" + device.id + ".key"));
    identity->set_counter_file(Path("device-" + device.id + ".counter"));
    identity->set_local_address(AgentAddress(index));
    identity->set_model(model);
    identity->set_firmware_sha256(HexEncode(FirmwareOf(model)));
    identity->set_boot_count(kRunBootCount);
  }
  return WriteConfig(plan.config, config);
}

Result<std::vector<AgentProcessPlan>> RunFiles::WriteAgentConfigs() const {
  const Scenario& scenario = resolved_->scenario;
  const std::size_t per_process =
      scenario.DeviceCount() > kProcessPerDeviceMax ? kIdentitiesPerProcess : 1;
  std::vector<AgentProcessPlan> plans;
  AgentProcessPlan references;
  references.name = "reference-agents";
  // Devices of one fleet behave alike, so a process holds devices of one fleet.
  std::optional<std::size_t> fleet_of_last;
  for (std::size_t i = 0; i < resolved_->devices.size(); ++i) {
    const ResolvedDevice& device = resolved_->devices[i];
    if (device.reference_for.has_value()) {
      references.devices.push_back(i);
      continue;
    }
    const ScenarioFleet& fleet = scenario.fleets[device.fleet];
    if (!Answers(fleet)) continue;
    if (fleet_of_last != device.fleet || plans.back().devices.size() >= per_process) {
      AgentProcessPlan plan;
      plan.name = per_process == 1 ? device.id : fmt::format("agents-{}", plans.size() + 1);
      plan.forges = fleet.behaviour == Behaviour::kReplaysAndForges;
      if (fleet.behaviour == Behaviour::kGoesSilent) plan.stop_after = fleet.silent_from;
      plans.push_back(std::move(plan));
      fleet_of_last = device.fleet;
    }
    plans.back().devices.push_back(i);
  }
  if (!references.devices.empty()) plans.push_back(std::move(references));
  const bool room = plans.size() < std::thread::hardware_concurrency();
  for (AgentProcessPlan& plan : plans) {
    plan.config = Path("agent-" + plan.name + ".textproto");
    plan.ready_file = Path(plan.name + ".ready");
    plan.log_file = Path(plan.name + ".log");
    EARSHOT_RETURN_IF_ERROR(WriteAgentConfig(plan, room ? options_.agent_priority : 0));
  }
  return plans;
}

Result<BoundEndpoints> ReadReadyFile(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::map<std::string, Endpoint> endpoints;
  std::istringstream lines(text);
  for (std::string name, endpoint; lines >> name >> endpoint;) {
    const Result<Endpoint> parsed = Endpoint::Parse(endpoint);
    if (!parsed.has_value()) return Fail(parsed.error(), path);
    endpoints.emplace(name, *parsed);
  }
  return endpoints;
}

}  // namespace earshot
