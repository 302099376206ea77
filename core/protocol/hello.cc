#include "core/protocol/hello.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/crypto/aead.h"
#include "core/crypto/sha256.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/zeros.h"

namespace earshot {
namespace {

constexpr std::string_view kHelloContext{"EWP1 hello v1\0", 14};
// The key serves once: the transcript it is derived from covers a fresh share and the cookie.
constexpr AeadNonce kIdentityNonce{};
constexpr std::uint8_t kResumptionOffer = 1;

using SignedText = std::array<std::uint8_t, kHelloContext.size() + wire::kHashBytes +
                                                wire::kKeyBytes + sizeof(std::uint64_t)>;

SignedText TextToSign(const Bytes32& transcript, const Bytes32& device_key,
                      std::uint64_t session_counter) {
  SignedText text{};
  auto end = std::ranges::copy(kHelloContext, text.begin()).out;
  end = std::ranges::copy(transcript, end).out;
  std::ranges::copy(device_key, end);
  StoreBigEndian<std::uint64_t>(text, text.size() - sizeof session_counter, session_counter);
  return text;
}

Refusal ParseOffer(ByteSpan packet, HelloOffer& out) {
  const ByteSpan suites = packet.subspan(wire::kHelloSuitesAt, wire::kSuitesBytes);
  const auto end = std::ranges::find(suites, std::uint8_t{0});
  if (std::find(suites.begin(), end, kSuite1) == end) return Refusal::kSuite;
  if (!AllZero(ByteSpan(end, suites.end()))) return Refusal::kNotZero;
  const ByteSpan resumption = packet.subspan(wire::kHelloResumptionAt, wire::kResumptionBytes);
  if (resumption[0] > kResumptionOffer) return Refusal::kField;
  if (!AllZero(resumption.subspan(1))) return Refusal::kNotZero;
  out.resumption = resumption[0] == kResumptionOffer;
  std::ranges::copy(packet.subspan(wire::kHelloLandmarkAt, wire::kHashBytes),
                    out.landmark_key_id.begin());
  std::ranges::copy(packet.subspan(wire::kHelloShareAt, wire::kKeyBytes), out.share.begin());
  std::ranges::copy(packet.subspan(wire::kHelloNonceAt, wire::kNonceBytes), out.nonce.begin());
  return Refusal::kNone;
}

Refusal ParseAs(MessageType type, ByteSpan packet, std::size_t content_end, HelloOffer& out) {
  Header header;
  if (const Refusal refusal = ParseHeader(packet, header); refusal != Refusal::kNone) {
    return refusal;
  }
  if (header.type != type) return Refusal::kType;
  if (!AllZero(packet.subspan(content_end))) return Refusal::kNotZero;
  return ParseOffer(packet, out);
}

}  // namespace

void WriteHello(const HelloOffer& offer, Packet& out) {
  out.bytes.fill(0);
  out.size = wire::kHelloBytes;
  WriteHeader({.type = MessageType::kHello}, out.bytes);
  out.bytes[wire::kHelloSuitesAt] = kSuite1;
  std::ranges::copy(offer.landmark_key_id, out.bytes.begin() + wire::kHelloLandmarkAt);
  std::ranges::copy(offer.share, out.bytes.begin() + wire::kHelloShareAt);
  std::ranges::copy(offer.nonce, out.bytes.begin() + wire::kHelloNonceAt);
  out.bytes[wire::kHelloResumptionAt] = offer.resumption ? kResumptionOffer : std::uint8_t{0};
}

Refusal ParseHello(ByteSpan packet, HelloOffer& out) {
  return ParseAs(MessageType::kHello, packet, wire::kHelloOfferEnd, out);
}

void WriteHello2(ByteSpan hello, ByteSpan cookie, const Ed25519PrivateKey& device_key,
                 std::uint64_t session_counter, const Secret32& sealing_secret, Packet& out) {
  EARSHOT_CHECK(hello.size() == wire::kHelloBytes && cookie.size() == wire::kCookieBytes);
  EARSHOT_CHECK(hello.data() != out.bytes.data());
  out.bytes.fill(0);
  out.size = wire::kHello2Bytes;
  WriteHeader({.type = MessageType::kHello2}, out.bytes);
  std::ranges::copy(hello.first(wire::kHelloOfferEnd).subspan(wire::kHeaderBytes),
                    out.bytes.begin() + wire::kHeaderBytes);
  std::ranges::copy(cookie, out.bytes.begin() + wire::kHello2CookieAt);

  const Bytes32 transcript = IdentityTranscript(out.view());
  const Bytes32& public_key = device_key.public_key().bytes();
  std::array<std::uint8_t, wire::kIdentityBytes> identity{};
  std::ranges::copy(public_key, identity.begin());
  StoreBigEndian<std::uint64_t>(identity, wire::kKeyBytes, session_counter);
  std::ranges::copy(device_key.Sign(TextToSign(transcript, public_key, session_counter)),
                    identity.begin() + wire::kKeyBytes + sizeof session_counter);
  const Bytes sealed = AeadSeal(DeriveIdentityKey(transcript, sealing_secret), kIdentityNonce,
                                out.view().first(wire::kHello2IdentityAt), identity);
  std::ranges::copy(sealed, out.bytes.begin() + wire::kHello2IdentityAt);
}

Refusal ParseHello2(ByteSpan packet, HelloOffer& out) {
  return ParseAs(MessageType::kHello2, packet, wire::kHello2IdentityEnd, out);
}

Bytes32 IdentityTranscript(ByteSpan hello2) {
  EARSHOT_CHECK(hello2.size() == wire::kHello2Bytes);
  return Sha256(hello2.first(wire::kHello2IdentityAt));
}

Refusal OpenIdentity(ByteSpan hello2, const Secret32& sealing_secret, HelloIdentity& out) {
  const Bytes32 transcript = IdentityTranscript(hello2);
  const ByteSpan sealed =
      hello2.subspan(wire::kHello2IdentityAt, wire::kHello2IdentityEnd - wire::kHello2IdentityAt);
  const Result<Bytes> identity =
      AeadOpen(DeriveIdentityKey(transcript, sealing_secret), kIdentityNonce,
               hello2.first(wire::kHello2IdentityAt), sealed);
  if (!identity.has_value()) return Refusal::kSeal;
  const ByteSpan plain(*identity);
  std::ranges::copy(plain.first(wire::kKeyBytes), out.device_key.begin());
  out.session_counter = LoadBigEndian<std::uint64_t>(plain, wire::kKeyBytes);
  std::ranges::copy(plain.last(wire::kSignatureBytes), out.signature.begin());
  return VerifyIdentity(hello2, out);
}

Refusal VerifyIdentity(ByteSpan hello2, const HelloIdentity& identity) {
  const Result<Ed25519PublicKey> key = Ed25519PublicKey::Parse(identity.device_key);
  if (!key.has_value()) return Refusal::kSignature;
  const SignedText text =
      TextToSign(IdentityTranscript(hello2), identity.device_key, identity.session_counter);
  return key->Verify(text, identity.signature) ? Refusal::kNone : Refusal::kSignature;
}

}  // namespace earshot
