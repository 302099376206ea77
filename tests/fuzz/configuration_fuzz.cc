// Any text as the configuration of a server, an agent or a relay (by the first byte), beside the
// keys and signed records that a sound configuration names.
#include <chrono>

#include "agent/io/agent_config.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signed_blob.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"
#include "server/io/server_config.h"
#include "sim/relay/relay_plan.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"
#include "tests/support/authority_fixture.h"

namespace earshot::fuzz {
namespace {

Bytes Signed(BlobContext context, const Ed25519PrivateKey& key,
             const google::protobuf::Message& record) {
  const std::string tbs = record.SerializeAsString();
  return SignBlob(context, key, AsBytes(tbs));
}

// The folder of a server with one landmark, sin-1, and one device, C-1, and of that device's agent.
class Deployment {
 public:
  Deployment() {
    EARSHOT_CHECK(WritePublicKeyFile(folder_.Path("root.pem"), authority_.root().public_key()));
    EARSHOT_CHECK(WritePrivateKeyFile(folder_.Path("verdict.key"), authority_.verdict_key()));
    folder_.Write("verdict.delegation", ToString(authority_.VerdictDelegation()));
    folder_.Write("maker.delegation", ToString(authority_.MakerDelegation()));
    folder_.Write("revocations", ToString(authority_.RevocationList(1, {})));
    folder_.Write("policy",
                  ToString(Signed(BlobContext::kPolicy, authority_.root(), *ToRecord(Policy{}))));
    const FixtureLandmark& landmark =
        authority_.AddLandmark({"sin-1", "a", 1.3, 103.85}, Endpoint{0x7f000001, 1});
    EARSHOT_CHECK(WritePrivateKeyFile(folder_.Path("sin-1.signing"), landmark.keys.signing));
    EARSHOT_CHECK(WritePrivateKeyFile(folder_.Path("sin-1.sealing"), landmark.keys.sealing));
    folder_.Write("sin-1.delegation", ToString(landmark.delegation));
    folder_.Write("sin-1.position", landmark.position_record);
    WriteDevice();
  }
  std::string Write(std::string_view config) { return folder_.Write("config.textproto", config); }

 private:
  void WriteDevice() {
    const Ed25519PrivateKey key = authority_.NewKey();
    const Duration day = std::chrono::hours(24);
    const Declaration declaration{
        DeviceId(key.id().value()), "Example Buyer",
        Site{"Example Hall", *Position::FromDegrees(1.3, 103.85), Distance::Kilometres(200),
             FixtureWall() - day, FixtureWall() + day},
        LicenceTerms{LicenceTerms::Kind::kExcluded, {CountryCode::Unchecked('C', 'N')}}};
    EARSHOT_CHECK(WritePrivateKeyFile(folder_.Path("C-1.key"), key));
    folder_.Write("C-1.endorsement",
                  ToString(authority_.Endorse(key.public_key(), "model-x", Bytes32{})));
    folder_.Write("C-1.declaration",
                  ToString(Signed(BlobContext::kDeclaration, authority_.root(),
                                  *ToRecord(NamedDeclaration{"C-1", declaration}))));
  }

  TestFolder folder_;
  AuthorityFixture authority_;
};

template <typename T>
void ExpectPlace(const Result<T>& loaded, const std::string& path) {
  if (!loaded.has_value()) EARSHOT_CHECK(loaded.error().message().starts_with(path + ":"));
}

void Load(unsigned kind, std::string_view text) {
  static Deployment deployment;
  const std::string path = deployment.Write(text);
  switch (kind % 3) {
    case 0: return ExpectPlace(LoadServerConfig(path), path);
    case 1: return ExpectPlace(LoadAgentConfig(path), path);
    default: return ExpectPlace(LoadRelayPlan(path), path);
  }
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  earshot::fuzz::Load(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
