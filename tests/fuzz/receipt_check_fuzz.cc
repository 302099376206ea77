// A landmark that signs whatever the input says as its Receipt, with whatever EVIDENCE beside it:
// length (2) | receipt tbs | evidence blob. The keys are those of docs/PROTOCOL.md's vectors. It
// may be believed or not; it never convicts a device that signed but the vectors' EVIDENCE.
#include "core/crypto/signed_blob.h"
#include "tests/core/protocol/session_fixture.h"
#include "tests/core/protocol/vector_session.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

void Check(Input input) {
  static const Ed25519PrivateKey key = Ed25519PrivateKey::FromSeed(
      *Secret32::CopyFrom(protocol_test::DefaultVectorInput("landmark_private")));
  static const ListedLandmark landmark{
      .id = LandmarkId("sin-1"),
      .endpoint = protocol_test::kLandmarkEndpoint,
      .delegation = {.role = Role::kLandmark,
                     .subject = "sin-1",
                     .key = key.public_key(),
                     .not_before = {},
                     .not_after = WallInstant::FromNanoseconds(std::int64_t{1} << 62U)}};
  const ByteSpan tbs = input.Take(input.Number());
  const Bytes receipt = SignBlob(BlobContext::kReceipt, key, tbs);
  const auto checked = CheckReceipt(receipt, input.Rest(), landmark);
  if (checked.has_value()) EARSHOT_CHECK(checked->findings.empty());
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Check(earshot::fuzz::Input({data, size}));
  return 0;
}
