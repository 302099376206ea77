#include "agent/io/agent_config.h"

#include <fmt/format.h>

#include <set>

#include "core/base/datagram.h"
#include "core/config/text_proto.h"
#include "core/crypto/key_file.h"
#include "core/os/files.h"
#include "core/protocol/agent_session.h"
#include "earshot/v1/config.pb.h"

namespace earshot {
namespace {

tl::unexpected<Error> Refuse(const TextProtoScope& scope, std::string_view field,
                             std::string_view cause) {
  return tl::unexpected<Error>(scope.At(field, cause));
}

Result<std::uint32_t> ReadAddress(const TextProtoScope& scope, const std::string& text) {
  const Result<Endpoint> parsed = Endpoint::Parse(text + ":0");
  if (!parsed.has_value()) {
    return Refuse(scope, "local_address",
                  fmt::format("\"{}\" is not an IPv4 address; write for example \"127.0.0.1\"",
                              text));
  }
  return parsed->address;
}

Result<AgentIdentitySettings> ReadIdentity(const v1::AgentIdentity& identity,
                                           const TextProtoScope& scope,
                                           const std::string& config) {
  if (identity.name().empty()) return Refuse(scope, "name", "is missing; name the device");
  if (identity.counter_file().empty()) {
    return Refuse(scope, "counter_file", "is missing; name a file that survives a restart");
  }
  if (identity.model().size() > kModelBytesMax) {
    return Refuse(scope, "model", fmt::format("is longer than {} bytes", kModelBytesMax));
  }
  EARSHOT_ASSIGN_OR_RETURN(const std::uint32_t address,
                           ReadAddress(scope, identity.local_address()));
  SystemClaims claims{identity.model(), {}, identity.boot_count()};
  if (!identity.firmware_sha256().empty()) {
    const Result<Bytes32> firmware = HexDecode32(identity.firmware_sha256());
    if (!firmware.has_value()) {
      return tl::unexpected<Error>(scope.At("firmware_sha256", firmware.error()));
    }
    claims.firmware_sha256 = *firmware;
  }
  Result<Ed25519PrivateKey> key =
      ReadEd25519PrivateKeyFile(ResolveBeside(config, identity.key_file()));
  if (!key.has_value()) return tl::unexpected<Error>(scope.At("key_file", key.error()));
  return AgentIdentitySettings{identity.name(), *std::move(key),
                               ResolveBeside(config, identity.counter_file()), address, claims};
}

}  // namespace

Result<AgentSettings> LoadAgentConfig(const std::string& path) {
  v1::AgentConfig config;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto file, TextProto::Load(path, &config));
  const TextProtoScope root = file.root();
  if (config.identities().empty()) {
    return Refuse(root, "identities", "is missing; an agent answers for at least one device");
  }
  if (config.identities_size() > kAgentIdentitiesMax) {
    return Refuse(root, "identities",
                  fmt::format("more than {} in one process; start another agent",
                              kAgentIdentitiesMax));
  }
  if (config.landmark_list().empty()) {
    return Refuse(root, "landmark_list", "is missing; name the signed list");
  }
  if (config.scheduling_priority() > 99) {
    return Refuse(root, "scheduling_priority", "is above 99; use 1 to 99, or 0 for none");
  }
  Result<Ed25519PublicKey> root_key =
      ReadEd25519PublicKeyFile(ResolveBeside(path, config.root_public_key()));
  if (!root_key.has_value()) {
    return tl::unexpected<Error>(root.At("root_public_key", root_key.error()));
  }
  AgentSettings settings{{},
                         ResolveBeside(path, config.landmark_list()),
                         *std::move(root_key),
                         config.ready_file().empty() ? std::string()
                                                     : ResolveBeside(path, config.ready_file()),
                         config.scheduling_priority(),
                         config.handshake_each_round()};
  std::set<std::string> names;
  std::set<KeyId> keys;
  for (int i = 0; i < config.identities_size(); ++i) {
    const TextProtoScope scope = root.Nested("identities", i);
    EARSHOT_ASSIGN_OR_RETURN(AgentIdentitySettings identity,
                             ReadIdentity(config.identities(i), scope, path));
    if (!names.insert(identity.name).second) {
      return Refuse(scope, "name", fmt::format("\"{}\" is used twice", identity.name));
    }
    if (!keys.insert(identity.key.id()).second) {
      return Refuse(scope, "key_file", "holds the key of an earlier identity; one key, one device");
    }
    settings.identities.push_back(std::move(identity));
  }
  return settings;
}

}  // namespace earshot
