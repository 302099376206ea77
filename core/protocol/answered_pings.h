// core/protocol/answered_pings.h: which pings were answered, and the one hash that both sides and
// every third party compute over them.
//
// Nobody stores the packets: a nonce follows from any later one, a tag from nonce and round key.
#ifndef EARSHOT_CORE_PROTOCOL_ANSWERED_PINGS_H_
#define EARSHOT_CORE_PROTOCOL_ANSWERED_PINGS_H_

#include <bitset>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/crypto/hmac.h"
#include "core/protocol/refusal.h"
#include "core/protocol/wire_format.h"

namespace earshot {

// Bit i: index i was answered. Bit 0 is never set.
using AnsweredSet = std::bitset<wire::kChainLengthMax + 1>;

// EVIDENCE's bitmap: chain_length bits, least significant first.
Bytes BitmapOf(const AnsweredSet& answered, std::uint32_t chain_length);
// kLength: not exactly ceil(chain_length / 8) bytes; kNotZero: a bit beyond chain_length.
Refusal ParseBitmap(ByteSpan bitmap, std::uint32_t chain_length, AnsweredSet& out);

// A nonce of a chain and where it stands; every lower one follows from it.
struct ChainPlace {
  std::uint64_t session_id = 0;
  std::uint32_t round = 0;
  std::uint32_t index = 0;
  Bytes32 nonce{};
};

// RFC 6962 root over PING | PONG of the answered indices, rising. `from.index` is at least the
// highest answered one (CHECK). One hash a step, one HMAC and one leaf an answer.
Bytes32 AnsweredRoot(const ChainPlace& from, const HmacSha256Key& round_key,
                     const AnsweredSet& answered);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_ANSWERED_PINGS_H_
