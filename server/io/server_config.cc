#include "server/io/server_config.h"

#include <fmt/format.h>

#include <set>

#include "core/appraisal/policy_placement_test.h"
#include "core/base/quantity_text.h"
#include "core/config/text_proto.h"
#include "core/crypto/key_file.h"
#include "core/crypto/sha256.h"
#include "core/os/files.h"
#include "core/protocol/authority.h"
#include "earshot/v1/config.pb.h"
#include "server/engine/landmark_engine.h"

namespace earshot {
namespace {

static_assert(std::size_t{kEnrolledDevicesMax} <= LandmarkEngineOptions{}.sessions_max / 2,
              "every device has room for a round that is open and one that lingers");

// Reads the fields of one message; files are found beside the configuration.
class Reader {
 public:
  Reader(const TextProtoScope& scope, const std::string& config) : scope_(scope), config_(config) {}

  tl::unexpected<Error> Refuse(std::string_view field, std::string_view cause) const {
    return tl::unexpected<Error>(scope_.At(field, cause));
  }
  tl::unexpected<Error> Refuse(std::string_view field, const Error& cause) const {
    return tl::unexpected<Error>(scope_.At(field, cause));
  }
  Result<Bytes> Blob(std::string_view field, const std::string& path) const {
    if (path.empty()) return Refuse(field, "is missing; name a file");
    Result<std::string> contents = ReadFile(ResolveBeside(config_, path));
    if (!contents.has_value()) return Refuse(field, contents.error());
    const ByteSpan bytes = AsBytes(*contents);
    return Bytes(bytes.begin(), bytes.end());
  }
  Result<Duration> Time(std::string_view field, const std::string& text, Duration fallback) const {
    if (text.empty()) return fallback;
    Result<Duration> parsed = ParseDuration(text);
    if (!parsed.has_value()) return Refuse(field, parsed.error());
    return parsed;
  }
  std::string Path(const std::string& path) const { return ResolveBeside(config_, path); }
  Reader Nested(std::string_view field, int index = 0) const {
    return Reader(scope_.Nested(field, index), config_);
  }

 private:
  TextProtoScope scope_;
  const std::string& config_;
};

Result<LandmarkSettings> ReadLandmark(const v1::LandmarkConfig& config, const Reader& reader,
                                      const Ed25519PublicKey& root, std::string* position_record) {
  if (config.id().empty()) return reader.Refuse("id", "is missing; name the landmark");
  const Result<Endpoint> bind = Endpoint::Parse(config.bind());
  if (!bind.has_value()) return reader.Refuse("bind", bind.error());
  Result<Ed25519PrivateKey> signing =
      ReadEd25519PrivateKeyFile(reader.Path(config.signing_key_file()));
  if (!signing.has_value()) return reader.Refuse("signing_key_file", signing.error());
  Result<X25519KeyPair> sealing = ReadX25519PrivateKeyFile(reader.Path(config.sealing_key_file()));
  if (!sealing.has_value()) return reader.Refuse("sealing_key_file", sealing.error());
  EARSHOT_ASSIGN_OR_RETURN(const Bytes blob, reader.Blob("delegation", config.delegation()));
  const Result<DelegatedKey> delegation = OpenDelegation(blob, root);
  if (!delegation.has_value()) return reader.Refuse("delegation", delegation.error());
  if (delegation->role != Role::kLandmark || delegation->subject != config.id() ||
      delegation->key != signing->public_key()) {
    return reader.Refuse("delegation", "does not let this landmark's signing key act as landmark " +
                                           config.id());
  }
  EARSHOT_ASSIGN_OR_RETURN(const Bytes record,
                           reader.Blob("position_record", config.position_record()));
  if (Sha256(record) != delegation->position_record_sha256) {
    return reader.Refuse("position_record", "is not the record that the delegation hashes");
  }
  *position_record = ToString(record);
  return LandmarkSettings{LandmarkKeys{LandmarkId(config.id()), *std::move(signing),
                                       *std::move(sealing)},
                          *bind};
}

Result<EnrolledDevice> ReadDevice(const v1::DeviceConfig& config, const Reader& reader,
                                  const Ed25519PublicKey& root) {
  EnrolmentBlobs blobs;
  EARSHOT_ASSIGN_OR_RETURN(blobs.endorsement, reader.Blob("endorsement", config.endorsement()));
  EARSHOT_ASSIGN_OR_RETURN(blobs.maker_delegation,
                           reader.Blob("maker_delegation", config.maker_delegation()));
  EARSHOT_ASSIGN_OR_RETURN(blobs.declaration, reader.Blob("declaration", config.declaration()));
  Result<EnrolledDevice> device = OpenEnrolment(std::move(blobs), root);
  if (!device.has_value()) return reader.Refuse("declaration", device.error());
  if (config.name() != device->name) {
    return reader.Refuse("name", fmt::format("is \"{}\" and the declaration says \"{}\"",
                                             config.name(), device->name));
  }
  if (!config.reference_for().empty()) device->reference_for = LandmarkId(config.reference_for());
  return device;
}

Result<RoundOptions> ReadRounds(const v1::RoundConfig& config, const Reader& reader) {
  RoundOptions options;
  EARSHOT_ASSIGN_OR_RETURN(options.first_after,
                           reader.Time("first_after", config.first_after(), options.first_after));
  EARSHOT_ASSIGN_OR_RETURN(options.length, reader.Time("length", config.length(), options.length));
  options.count = config.count();
  if (config.trains() != 0) options.trains = config.trains();
  options.landmarks_per_device = config.landmarks_per_device();
  options.handshake_each_round = config.handshake_each_round();
  if (const Status checked = CheckRoundOptions(options); !checked.has_value()) {
    return reader.Refuse("length", checked.error());
  }
  return options;
}

Status ReadParties(const v1::ServerConfig& config, const Reader& reader,
                   ServerSettings* settings) {
  std::set<LandmarkId> ids;
  for (int i = 0; i < config.landmarks_size(); ++i) {
    const Reader nested = reader.Nested("landmarks", i);
    std::string record;
    EARSHOT_ASSIGN_OR_RETURN(
        LandmarkSettings landmark,
        ReadLandmark(config.landmarks(i), nested, settings->root, &record));
    if (!ids.insert(landmark.keys.id).second) return nested.Refuse("id", "is used twice");
    settings->landmarks.push_back(std::move(landmark));
    settings->blobs.position_records.push_back(std::move(record));
  }
  if (config.devices_size() > kEnrolledDevicesMax) {
    return reader.Nested("devices", kEnrolledDevicesMax)
        .Refuse("name", fmt::format("is one device too many: {} are enrolled, and one server serves at "
                                    "most {}; share them out among several servers",
                                    config.devices_size(), kEnrolledDevicesMax));
  }
  for (int i = 0; i < config.devices_size(); ++i) {
    const Reader nested = reader.Nested("devices", i);
    EARSHOT_ASSIGN_OR_RETURN(EnrolledDevice device,
                             ReadDevice(config.devices(i), nested, settings->root));
    if (device.reference_for.has_value() && !ids.contains(*device.reference_for)) {
      return nested.Refuse("reference_for", "names no landmark of this server");
    }
    if (const Status added = settings->registry.Add(std::move(device)); !added.has_value()) {
      return nested.Refuse("name", added.error());
    }
  }
  return {};
}

}  // namespace

Result<ServerSettings> LoadServerConfig(const std::string& path) {
  v1::ServerConfig config;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto file, TextProto::Load(path, &config));
  const Reader reader(file.root(), path);
  if (config.landmarks().empty()) {
    return reader.Refuse("landmarks", "is missing; a server holds at least one landmark");
  }
  if (config.landmark_list().empty()) {
    return reader.Refuse("landmark_list", "is missing; name the signed list");
  }
  if (config.out_dir().empty()) return reader.Refuse("out_dir", "is missing; name a folder");
  if (config.scheduling_priority() > 99) {
    return reader.Refuse("scheduling_priority", "is above 99; use 1 to 99, or 0 for none");
  }
  Result<Ed25519PublicKey> root = ReadEd25519PublicKeyFile(reader.Path(config.root_public_key()));
  if (!root.has_value()) return reader.Refuse("root_public_key", root.error());
  Result<Ed25519PrivateKey> verdict_key =
      ReadEd25519PrivateKeyFile(reader.Path(config.verdict_key_file()));
  if (!verdict_key.has_value()) return reader.Refuse("verdict_key_file", verdict_key.error());
  EARSHOT_ASSIGN_OR_RETURN(const RoundOptions rounds,
                           ReadRounds(config.rounds(), reader.Nested("rounds")));
  const auto beside = [&reader](const std::string& name) { return reader.Path(name); };
  ServerSettings settings{beside(config.command_socket()),
                          beside(config.out_dir()),
                          beside(config.ready_file()),
                          beside(config.landmark_list()),
                          {},
                          rounds,
                          {},
                          *std::move(root),
                          {},
                          *std::move(verdict_key),
                          {},
                          config.scheduling_priority()};
  EARSHOT_ASSIGN_OR_RETURN(settings.blobs.policy, reader.Blob("policy", config.policy()));
  const Result<Policy> policy = OpenPolicy(settings.blobs.policy, settings.root);
  if (!policy.has_value()) return reader.Refuse("policy", policy.error());
  if (const Status rate = PolicyPlacementTest().CheckRate(*policy); !rate.has_value()) {
    return reader.Refuse("policy", rate.error());
  }
  EARSHOT_ASSIGN_OR_RETURN(settings.blobs.verdict_delegation,
                           reader.Blob("verdict_delegation", config.verdict_delegation()));
  if (!config.revocation_list().empty()) {
    settings.revocation_list_file = beside(config.revocation_list());
    EARSHOT_ASSIGN_OR_RETURN(settings.blobs.revocation_list,
                             reader.Blob("revocation_list", config.revocation_list()));
  }
  EARSHOT_RETURN_IF_ERROR(ReadParties(config, reader, &settings));
  return settings;
}

}  // namespace earshot
