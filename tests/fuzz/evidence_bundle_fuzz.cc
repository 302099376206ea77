// Evidence bundles, as `earshot verify` takes them from strangers. Either the input is the file; or
// it edits the bundle of a simulated round: slot (1) | length (2) | bytes, again and again, each the
// new signed bytes of that slot, signed by the key whose word they are. So the input is a root, a
// maker, a landmark, a device or a verifier gone mad, and not only a forger.
#include <sstream>

#include "cli/commands.h"
#include "core/appraisal/outline_map.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signed_blob.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"
#include "tests/support/server_world.h"

namespace earshot::fuzz {
namespace {

struct Round {
  Round() {
    world.AddDevice("C-1", world.singapore());
    world.Begin();
    EARSHOT_CHECK(world.engine->verifier().UpdateRevocations(
        world.authority.RevocationList(2, {Bytes32{7}})));
    world.Run(std::chrono::seconds(8));
    bundle = *DecodeBundle(AsBytes(world.rounds.at(0).at(0).bundle));
    EARSHOT_CHECK(WritePublicKeyFile(folder.Path("root.pem"), world.authority.root().public_key()));
  }
  // The landmark that signed receipt `i`.
  const Ed25519PrivateKey& LandmarkOf(int i) {
    for (const auto& landmark : world.authority.landmarks()) {
      const Bytes32& id = landmark->keys.signing.public_key().id().value();
      if (ToString(id) == bundle.receipts(i).key_id()) return landmark->keys.signing;
    }
    EARSHOT_CHECK(false);
  }

  TestFolder folder;
  OutlineMap outlines;
  ServerWorld world{&outlines};
  v1::EvidenceBundle bundle;
};

class Editor {
 public:
  explicit Editor(Round& round) : round_(round), bundle_(round.bundle) {}

  void Edit(unsigned slot, ByteSpan bytes) {
    const AuthorityFixture& authority = round_.world.authority;
    const Ed25519PrivateKey& root = authority.root();
    v1::EvidenceBundle& b = bundle_;
    const int i = static_cast<int>(slot >> 4U) % b.receipts_size();
    switch (slot & 0x0fU) {
      case 0: return Put(BlobContext::kLandmarkList, root, bytes, b.mutable_landmark_list());
      case 1: return Put(BlobContext::kRevocationList, root, bytes, b.mutable_revocation_list());
      case 2: return Put(BlobContext::kPolicy, root, bytes, b.mutable_policy());
      case 3: return Put(BlobContext::kDelegation, root, bytes, b.mutable_maker_delegation());
      case 4: return Put(BlobContext::kEndorsement, authority.maker(), bytes, b.mutable_endorsement());
      case 5: return Put(BlobContext::kDeclaration, root, bytes, b.mutable_declaration());
      case 6: return Put(BlobContext::kDelegation, root, bytes, b.mutable_verdict_delegation());
      case 7: return Put(BlobContext::kReceipt, round_.LandmarkOf(i), bytes, b.mutable_receipts(i));
      case 8: return Put(BlobContext::kEvidence, round_.world.key("C-1"), bytes, b.mutable_evidences(i));
      case 9: b.mutable_position_records(i)->assign(ToString(bytes)); return;
      case 10: verdict_ = ToString(bytes); return;
      case 11: revocations_ = SignBlob(BlobContext::kRevocationList, root, bytes); return;
      default:
        if (!b.mutable_context()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
          *b.mutable_context() = round_.bundle.context();
        }
    }
  }

  // The edited bundle with the verifier's signature over it.
  std::string Finish() {
    v1::VerdictRecord record;
    if (record.ParseFromString(verdict_.empty() ? bundle_.verdict().tbs() : verdict_)) {
      record.set_grounds_sha256(ToString(GroundsOf(bundle_)));
      verdict_ = record.SerializeAsString();
    }
    Put(BlobContext::kVerdict, round_.world.authority.verdict_key(), AsBytes(verdict_),
        bundle_.mutable_verdict());
    return bundle_.SerializeAsString();
  }
  const Bytes& revocations() const { return revocations_; }

 private:
  void Put(BlobContext context, const Ed25519PrivateKey& key, ByteSpan tbs, v1::SignedBlob* into) {
    *into = SignBlobMessage(context, key, tbs);
  }

  Round& round_;
  v1::EvidenceBundle bundle_;
  std::string verdict_;
  Bytes revocations_;
};

// What a verdict is signed over: nobody without a key can have changed any of it.
bool SaysTheSame(v1::EvidenceBundle a, v1::EvidenceBundle b) {
  for (v1::EvidenceBundle* bundle : {&a, &b}) {
    bundle->clear_position_records();
    bundle->clear_verdict_delegation();
  }
  return a.SerializeAsString() == b.SerializeAsString();
}

ExitCode VerifyFile(const Round& round, std::string_view file, ByteSpan revocations) {
  std::ostringstream out;
  std::ostringstream err;
  VerifyCommand command{.bundle = round.folder.Write("bundle", file),
                        .root = round.folder.Path("root.pem"),
                        .revocations = {}};
  if (!revocations.empty()) {
    command.revocations = round.folder.Write("revocations", ToString(revocations));
  }
  const ExitCode code = Verify(command, {out, err, false});
  // Refused with a reason, or told with what it rests on.
  EARSHOT_CHECK(err.str().empty() != out.str().empty());
  return code;
}

void Check(Input input) {
  static Round round;
  if ((input.Byte() & 1U) == 0) {
    const std::string file = ToString(input.Rest());
    if (VerifyFile(round, file, {}) != ExitCode::kRan) return;
    v1::EvidenceBundle bundle;
    EARSHOT_CHECK(bundle.ParseFromString(file) && SaysTheSame(bundle, round.bundle));
    return;
  }
  Editor editor(round);
  while (!input.empty()) {
    const unsigned slot = input.Byte();
    const std::size_t size = input.Number();
    editor.Edit(slot, input.Take(size));
  }
  const std::string file = editor.Finish();
  static_cast<void>(VerifyFile(round, file, editor.revocations()));
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Check(earshot::fuzz::Input({data, size}));
  return 0;
}
