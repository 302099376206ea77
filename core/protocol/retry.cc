#include "core/protocol/retry.h"

#include <algorithm>

#include "core/protocol/wire_format.h"

namespace earshot {

void WriteRetry(const Retry& retry, Packet& out) {
  out.size = wire::kRetryBytes;
  WriteHeader({.type = MessageType::kRetry}, out.bytes);
  std::ranges::copy(retry.cookie, out.bytes.begin() + wire::kRetryCookieAt);
  std::ranges::copy(retry.hello_sha256, out.bytes.begin() + wire::kRetryHelloHashAt);
}

Refusal ParseRetry(ByteSpan packet, Retry& out) {
  Header header;
  if (const Refusal refusal = ParseHeader(packet, header); refusal != Refusal::kNone) {
    return refusal;
  }
  if (header.type != MessageType::kRetry) return Refusal::kType;
  std::ranges::copy(packet.subspan(wire::kRetryCookieAt, wire::kCookieBytes), out.cookie.begin());
  std::ranges::copy(packet.subspan(wire::kRetryHelloHashAt, wire::kHashBytes),
                    out.hello_sha256.begin());
  return Refusal::kNone;
}

}  // namespace earshot
