// Whatever opens must be, byte for byte, what the signer would have produced.
#include <cstddef>
#include <cstdint>

#include "core/crypto/signed_blob.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  static const Ed25519PrivateKey key = Ed25519PrivateKey::FromSeed(Secret32(Bytes32{1}));
  const ByteSpan blob(data, size);
  static_cast<void>(ClaimedSigner(blob));
  if (const auto tbs = OpenBlob(BlobContext::kEvidence, blob, key.public_key())) {
    const Bytes again = SignBlob(BlobContext::kEvidence, key, *tbs);
    EARSHOT_CHECK(again == Bytes(blob.begin(), blob.end()));
  }
  return 0;
}
