#include "core/protocol/sealed_packet.h"

#include <algorithm>

#include "core/crypto/aead.h"
#include "core/protocol/zeros.h"

namespace earshot {
namespace {

constexpr AeadNonce kNonce{};

}  // namespace

void WriteSealed(const Header& header, const Secret32& key, ByteSpan blob, Packet& out) {
  EARSHOT_CHECK(blob.size() <= wire::kSealedBlobBytesMax);
  out.size = wire::kEvidenceBytes;
  WriteHeader(header, out.bytes);
  std::array<std::uint8_t, wire::kSealedPlaintextBytes> plain{};
  StoreBigEndian<std::uint16_t>(plain, 0, static_cast<std::uint16_t>(blob.size()));
  std::ranges::copy(blob, plain.begin() + wire::kSealedBlobAt);
  const Bytes sealed = AeadSeal(key, kNonce, out.view().first(wire::kHeaderBytes), plain);
  std::ranges::copy(sealed, out.bytes.begin() + wire::kSealedAt);
}

tl::expected<Bytes, Refusal> OpenSealed(ByteSpan packet, const Secret32& key) {
  EARSHOT_CHECK(packet.size() == wire::kEvidenceBytes);
  const Result<Bytes> plain =
      AeadOpen(key, kNonce, packet.first(wire::kHeaderBytes), packet.subspan(wire::kSealedAt));
  if (!plain.has_value()) return tl::unexpected(Refusal::kSeal);
  const std::size_t length = LoadBigEndian<std::uint16_t>(*plain, 0);
  if (length > wire::kSealedBlobBytesMax) return tl::unexpected(Refusal::kLength);
  const ByteSpan body = ByteSpan(*plain).subspan(wire::kSealedBlobAt);
  if (!AllZero(body.subspan(length))) return tl::unexpected(Refusal::kNotZero);
  return Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length));
}

}  // namespace earshot
