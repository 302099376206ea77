// core/protocol/handshake_acceptor.h: the landmark's door. Keeps nothing per sender.
//
//   HELLO   -> OnHello      one hash, one short tag; RETRY with a cookie
//   HELLO2  -> CheckHello2  two short tags, then one hash; no public-key operation before the
//                           address is known to be real
//           -> OpenHello2   one X25519, one Ed25519 verification; who it is
//
// Between the last two calls stands the engine: it looks the transcript up among its sessions (an
// identical HELLO2 gets the cached WELCOME) and asks its limit of signature checks per source.
#ifndef EARSHOT_CORE_PROTOCOL_HANDSHAKE_ACCEPTOR_H_
#define EARSHOT_CORE_PROTOCOL_HANDSHAKE_ACCEPTOR_H_

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/cookie.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/secret.h"
#include "core/domain/ids.h"
#include "core/protocol/landmark_keys.h"
#include "core/protocol/packet.h"
#include "core/protocol/refusal.h"
#include "core/protocol/wire_format.h"

namespace earshot {

// An authentic HELLO2, opened. Everything a session starts from. Move-only (it holds a secret).
struct OpenedHello {
  Endpoint source;
  std::array<std::uint8_t, wire::kHello2Bytes> hello2{};  // verbatim
  Bytes32 transcript_sha256{};                            // H = SHA-256(HELLO2)
  DeviceId device;
  Bytes32 device_key{};
  std::uint64_t session_counter = 0;
  Ed25519Signature signature{};  // by the device, over T, its key and the counter
  Bytes32 agent_share{};
  bool offers_resumption = false;
  Secret32 sealing_secret;  // X25519(agent's share, our sealing key)
};

// Confined to one thread.
class HandshakeAcceptor {
 public:
  // `keys` and `random` must outlive the acceptor.
  HandshakeAcceptor(const LandmarkKeys& keys, Random& random, MonotonicInstant now);

  // kNone: `retry` holds the answer, for `from` and nobody else. No public-key operation.
  Refusal OnHello(ByteSpan packet, const Endpoint& from, MonotonicInstant now, Packet& retry);

  // kNone: well formed, meant for us, and `from` did receive our cookie; `transcript_sha256` is H.
  // No public-key operation, no allocation.
  Refusal CheckHello2(ByteSpan packet, const Endpoint& from, MonotonicInstant now,
                      Bytes32& transcript_sha256);

  // Opens and verifies the identity of a packet that CheckHello2 has just accepted (CHECK on its
  // length). Whether the counter is fresh is the engine's to judge: it knows the device's history.
  tl::expected<OpenedHello, Refusal> OpenHello2(ByteSpan packet, const Endpoint& from) const;

 private:
  const LandmarkKeys& keys_;
  CookieMint cookies_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_HANDSHAKE_ACCEPTOR_H_
