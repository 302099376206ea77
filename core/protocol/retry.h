// core/protocol/retry.h: RETRY, the landmark's answer to a stranger.
//
//   0        32       64            96
//   | header | cookie | SHA-256(HELLO) |
#ifndef EARSHOT_CORE_PROTOCOL_RETRY_H_
#define EARSHOT_CORE_PROTOCOL_RETRY_H_

#include "core/base/bytes.h"
#include "core/protocol/packet.h"
#include "core/protocol/refusal.h"

namespace earshot {

struct Retry {
  Bytes32 cookie{};
  Bytes32 hello_sha256{};
};

void WriteRetry(const Retry& retry, Packet& out);
Refusal ParseRetry(ByteSpan packet, Retry& out);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_RETRY_H_
