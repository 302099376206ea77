// EVIDENCE and RECEIPT: any bytes as the packet, and any bytes as the plaintext under a right seal.
#include <algorithm>

#include "core/crypto/aead.h"
#include "core/protocol/sealed_packet.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

void Open(ByteSpan bytes) {
  static const Secret32 key(Bytes32{1, 2, 3});
  Packet packet;
  packet.size = wire::kEvidenceBytes;
  std::ranges::copy(bytes.first(std::min(bytes.size(), packet.size)), packet.bytes.begin());
  EARSHOT_CHECK(!OpenSealed(packet.view(), key).has_value());

  std::array<std::uint8_t, wire::kSealedPlaintextBytes> plain{};
  std::ranges::copy(bytes.first(std::min(bytes.size(), plain.size())), plain.begin());
  const Bytes sealed = AeadSeal(key, AeadNonce{}, packet.view().first(wire::kHeaderBytes), plain);
  std::ranges::copy(sealed, packet.bytes.begin() + wire::kSealedAt);
  const auto blob = OpenSealed(packet.view(), key);
  if (!blob.has_value()) return;
  Packet written;
  WriteSealed({.type = MessageType::kEvidence, .suite = kSuite1, .session_id = 1, .round = 1}, key,
              *blob, written);
  const auto again = OpenSealed(written.view(), key);
  EARSHOT_CHECK(again.has_value() && *again == *blob);
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Open({data, size});
  return 0;
}
