#include "core/protocol/handshake_acceptor.h"

#include <algorithm>

#include "core/crypto/sha256.h"
#include "core/protocol/hello.h"
#include "core/protocol/retry.h"

namespace earshot {
namespace {

// What HELLO says and HELLO2 repeats: the one part of either that is not a constant. Both parsers
// have checked the rest.
ByteSpan OfferOf(ByteSpan packet) {
  return packet.subspan(wire::kHelloSuitesAt, wire::kHelloOfferEnd - wire::kHelloSuitesAt);
}

}  // namespace

HandshakeAcceptor::HandshakeAcceptor(const LandmarkKeys& keys, Random& random, MonotonicInstant now)
    : keys_(keys), cookies_(random, now) {}

Refusal HandshakeAcceptor::OnHello(ByteSpan packet, const Endpoint& from, MonotonicInstant now,
                                   Packet& retry) {
  HelloOffer offer;
  if (const Refusal refusal = ParseHello(packet, offer); refusal != Refusal::kNone) {
    return refusal;
  }
  if (offer.landmark_key_id != keys_.signing.id().value()) return Refusal::kLandmark;
  const Bytes32 hello_sha256 = Sha256(packet);
  WriteRetry({.cookie = cookies_.Mint(from, OfferOf(packet), now), .hello_sha256 = hello_sha256},
             retry);
  return Refusal::kNone;
}

Refusal HandshakeAcceptor::CheckHello2(ByteSpan packet, const Endpoint& from, MonotonicInstant now,
                                       Bytes32& transcript_sha256) {
  HelloOffer offer;
  if (const Refusal refusal = ParseHello2(packet, offer); refusal != Refusal::kNone) {
    return refusal;
  }
  if (offer.landmark_key_id != keys_.signing.id().value()) return Refusal::kLandmark;
  const ByteSpan cookie = packet.subspan(wire::kHello2CookieAt, wire::kCookieBytes);
  if (!cookies_.Accept(cookie, from, OfferOf(packet), now)) return Refusal::kCookie;
  transcript_sha256 = Sha256(packet);
  return Refusal::kNone;
}

tl::expected<OpenedHello, Refusal> HandshakeAcceptor::OpenHello2(ByteSpan packet,
                                                                 const Endpoint& from) const {
  HelloOffer offer;
  if (const Refusal refusal = ParseHello2(packet, offer); refusal != Refusal::kNone) {
    return tl::unexpected(refusal);
  }
  Result<Secret32> sealing_secret = keys_.sealing.Agree(offer.share);
  if (!sealing_secret.has_value()) return tl::unexpected(Refusal::kKeyAgreement);
  HelloIdentity identity;
  if (const Refusal refusal = OpenIdentity(packet, *sealing_secret, identity);
      refusal != Refusal::kNone) {
    return tl::unexpected(refusal);
  }
  OpenedHello opened{.source = from,
                     .transcript_sha256 = Sha256(packet),
                     .device = DeviceId(Sha256(identity.device_key)),
                     .device_key = identity.device_key,
                     .session_counter = identity.session_counter,
                     .signature = identity.signature,
                     .agent_share = offer.share,
                     .offers_resumption = offer.resumption,
                     .sealing_secret = *std::move(sealing_secret)};
  std::ranges::copy(packet, opened.hello2.begin());
  return opened;
}

}  // namespace earshot
