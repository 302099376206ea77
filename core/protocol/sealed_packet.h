// core/protocol/sealed_packet.h: EVIDENCE and RECEIPT, a SignedBlob under the session's AEAD.
//
//   0        32                                                                  1200
//   | header | AEAD( length (2) | SignedBlob | zeros ), 1152 bytes and a 16-byte tag |
//
// Always 1200 bytes: the length tells nothing, and RECEIPT is never longer than EVIDENCE.
#ifndef EARSHOT_CORE_PROTOCOL_SEALED_PACKET_H_
#define EARSHOT_CORE_PROTOCOL_SEALED_PACKET_H_

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/secret.h"
#include "core/protocol/packet.h"
#include "core/protocol/refusal.h"
#include "core/protocol/wire_format.h"

namespace earshot {

// `blob` holds at most wire::kSealedBlobBytesMax bytes (CHECK). The nonce is zero: `key` seals one
// packet of one session and round, which is repeated verbatim or not at all.
void WriteSealed(const Header& header, const Secret32& key, ByteSpan blob, Packet& out);

// The blob of a packet of the right length (CHECK); its header is the caller's to judge. kSeal,
// kLength, kNotZero.
tl::expected<Bytes, Refusal> OpenSealed(ByteSpan packet, const Secret32& key);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_SEALED_PACKET_H_
