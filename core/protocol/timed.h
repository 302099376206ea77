// core/protocol/timed.h: PING and PONG, the two packets whose journey is measured.
//
//   PING  0        32            64      PONG  0        32                             64
//         | header | nonce x_i   |             | header | HMAC(PING | PONG header)     |
//
// The PONG's header is the PING's with type 6. The nonce comes last, so that no reply can be begun
// before the whole PING has arrived.
#ifndef EARSHOT_CORE_PROTOCOL_TIMED_H_
#define EARSHOT_CORE_PROTOCOL_TIMED_H_

#include <array>
#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/crypto/hmac.h"
#include "core/protocol/wire_format.h"

namespace earshot {

using PingBytes = std::array<std::uint8_t, wire::kPingBytes>;
using PongBytes = std::array<std::uint8_t, wire::kPongBytes>;

// None of these allocates.
PingBytes WritePing(std::uint64_t session_id, std::uint32_t round, std::uint32_t index,
                    const Bytes32& nonce);
// The nonce of a packet of PING's length (CHECK).
Bytes32 PingNonce(ByteSpan ping);
// The answer of whoever holds `round_key`.
void AnswerPing(const HmacSha256Key& round_key, ByteSpan ping,
                std::span<std::uint8_t, wire::kPongBytes> pong);
// Whether `pong` answers `ping`: header and tag, the tag in constant time.
bool IsAnswer(const HmacSha256Key& round_key, ByteSpan ping, ByteSpan pong);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_TIMED_H_
