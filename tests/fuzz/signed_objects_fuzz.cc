// Any bytes as a signed object: as a blob (the signature never stands) and as the bytes that the
// rightful key signed (the parser is then all there is between them and us).
#include <array>

#include "core/crypto/signed_blob.h"
#include "tests/core/protocol/session_fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

void Open(unsigned kind, ByteSpan bytes) {
  static const Ed25519PrivateKey key = protocol_test::SigningKeyNamed("root");
  constexpr std::array kContexts = {BlobContext::kLandmarkList, BlobContext::kRevocationList,
                                    BlobContext::kDelegation, BlobContext::kEndorsement};
  const bool sign = (kind & 0x80U) != 0;
  const BlobContext context = kContexts[kind % kContexts.size()];
  const Bytes blob = sign ? SignBlob(context, key, bytes) : Bytes(bytes.begin(), bytes.end());
  ListTrust trust(key.public_key());
  bool accepted = false;
  switch (context) {
    case BlobContext::kLandmarkList:
      accepted = trust.AcceptLandmarkList(blob).has_value();
      break;
    case BlobContext::kRevocationList:
      accepted = trust.AcceptRevocationList(blob).has_value();
      break;
    case BlobContext::kDelegation:
      accepted = OpenDelegation(blob, key.public_key()).has_value();
      break;
    default: {
      const DelegatedKey maker{.role = Role::kMaker,
                               .subject = "Maker Example",
                               .key = key.public_key(),
                               .not_before = {},
                               .not_after = WallInstant::FromNanoseconds(std::int64_t{1} << 62U)};
      accepted = OpenEndorsement(blob, maker).has_value();
      break;
    }
  }
  // A blob of the input's own making would be a forged signature.
  EARSHOT_CHECK(sign || !accepted);
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  earshot::fuzz::Open(data[0], earshot::ByteSpan(data, size).subspan(1));
  return 0;
}
