// core/protocol/key_schedule.h: from two X25519 results to the keys of a session.
//
//   salt      = SHA-256(WELCOME[0..216))
//   ee        = X25519(agent's ephemeral, landmark's ephemeral)
//   es        = X25519(agent's ephemeral, landmark's sealing key)
//   round key = HKDF-Expand(HKDF-Extract(salt, ee),       "EWP1 round v1\0" | round)
//   a2l, l2a  = HKDF-Expand(HKDF-Extract(salt, ee | es),  "EWP1 ... v1\0"   | round)
//
// The round key hangs on the ephemeral secret alone: by disclosing its ephemeral private key, which
// WELCOME has bound it to, a landmark discloses the round key in a way that anyone can check, and
// cannot frame a device with a false one. The other two keys stay closed.
#ifndef EARSHOT_CORE_PROTOCOL_KEY_SCHEDULE_H_
#define EARSHOT_CORE_PROTOCOL_KEY_SCHEDULE_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/crypto/hmac.h"
#include "core/crypto/secret.h"

namespace earshot {

// `welcome_leaf` is WELCOME[0..216).
Secret32 DeriveRoundKey(ByteSpan welcome_leaf, const Secret32& ephemeral_secret,
                        std::uint32_t round);

struct SealingKeys {
  Secret32 agent_to_landmark;  // EVIDENCE
  Secret32 landmark_to_agent;  // RECEIPT
};
SealingKeys DeriveSealingKeys(ByteSpan welcome_leaf, const Secret32& ephemeral_secret,
                              const Secret32& sealing_secret, std::uint32_t round);

// The key under which HELLO2 seals the identity; `transcript` is T = SHA-256(HELLO2[0..200)).
Secret32 DeriveIdentityKey(const Bytes32& transcript, const Secret32& sealing_secret);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_KEY_SCHEDULE_H_
