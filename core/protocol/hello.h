// core/protocol/hello.h: HELLO, HELLO2 and the identity sealed in it.
//
//   HELLO   0       32        40           72          104         136        168           1200
//           | header | suites | landmark id | X25519 share | nonce | resumption |   zeros     |
//   HELLO2  | header |    the same 136 bytes                               | 168           1200
//                                                      168      200               320
//                                                      | cookie | sealed identity | zeros |
//
// HELLO names nobody: whoever listens on the path learns no device from it.
#ifndef EARSHOT_CORE_PROTOCOL_HELLO_H_
#define EARSHOT_CORE_PROTOCOL_HELLO_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/secret.h"
#include "core/protocol/packet.h"
#include "core/protocol/refusal.h"
#include "core/protocol/wire_format.h"

namespace earshot {

// What a HELLO offers, suites aside: this build speaks suite 1 alone.
struct HelloOffer {
  Bytes32 landmark_key_id{};
  Bytes32 share{};
  Bytes32 nonce{};
  bool resumption = false;  // the agent is ready for further rounds without a new handshake
};

void WriteHello(const HelloOffer& offer, Packet& out);
// The whole packet is checked, zeros included. kSuite: suite 1 is not offered; kField: an offer of
// resumption that is none. No allocation.
Refusal ParseHello(ByteSpan packet, HelloOffer& out);

// What a device proves in HELLO2.
struct HelloIdentity {
  Bytes32 device_key{};
  std::uint64_t session_counter = 0;
  Ed25519Signature signature{};
};

// Signs, seals and writes the HELLO2 that follows `hello` (a whole HELLO, CHECK). One signature.
void WriteHello2(ByteSpan hello, ByteSpan cookie, const Ed25519PrivateKey& device_key,
                 std::uint64_t session_counter, const Secret32& sealing_secret, Packet& out);
// Everything but the sealed identity. No allocation.
Refusal ParseHello2(ByteSpan packet, HelloOffer& out);

// T = SHA-256(HELLO2[0..200)).
Bytes32 IdentityTranscript(ByteSpan hello2);
// Opens and verifies. kSeal, kSignature. One signature verification.
Refusal OpenIdentity(ByteSpan hello2, const Secret32& sealing_secret, HelloIdentity& out);
// Whether the device that holds `identity.device_key` signed this HELLO2. kSignature otherwise.
Refusal VerifyIdentity(ByteSpan hello2, const HelloIdentity& identity);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_HELLO_H_
