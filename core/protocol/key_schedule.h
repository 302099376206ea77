// core/protocol/key_schedule.h: from two X25519 results to the keys of a session.
//
//   salt      = SHA-256(WELCOME[0..216)); of [0..184) in a session that can be resumed
//   ee        = X25519(agent's ephemeral, landmark's ephemeral)
//   es        = X25519(agent's ephemeral, landmark's sealing key)
//   round key = HKDF-Expand(HKDF-Extract(salt, ee),       "EWP1 round v1\0" | round)
//   a2l, l2a  = HKDF-Expand(HKDF-Extract(salt, ee | es),  "EWP1 ... v1\0"   | round)
//
// The round key hangs on the ephemeral secret alone. What a landmark discloses once a round is over
// must not be a false key, by which it could frame a device:
//
//   a session of one round      its ephemeral private key, which WELCOME has bound it to
//   one that can be resumed     that round's key alone, which it committed to before the round; the
//                               ephemeral key would give away the rounds that are still to come
//
// The other two keys stay closed.
#ifndef EARSHOT_CORE_PROTOCOL_KEY_SCHEDULE_H_
#define EARSHOT_CORE_PROTOCOL_KEY_SCHEDULE_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/crypto/hmac.h"
#include "core/crypto/secret.h"

namespace earshot {

struct SealingKeys {
  Secret32 agent_to_landmark;  // EVIDENCE
  Secret32 landmark_to_agent;  // RECEIPT
};

// What every key of a session is expanded from: as secret as all of them together. Move-only; dies
// with the process, and is wiped when it dies.
class SessionSecrets {
 public:
  // `salted` is SaltedPart(WELCOME).
  SessionSecrets(ByteSpan salted, const Secret32& ephemeral_secret,
                 const Secret32& sealing_secret);

  Secret32 RoundKey(std::uint32_t round) const;
  SealingKeys Sealing(std::uint32_t round) const;

 private:
  Secret32 timed_;
  Secret32 sealed_;
};

// The round key as anyone derives it to whom the ephemeral secret was disclosed.
Secret32 DeriveRoundKey(ByteSpan salted, const Secret32& ephemeral_secret, std::uint32_t round);

// HMAC-SHA256(round key, "EWP1 round commitment v1"): tells nothing of the key, and of one key only
// (two keys of 32 bytes with one commitment are a collision of SHA-256). No PING and no PONG makes
// the same input, so it is no tag either.
Bytes32 CommitmentTo(const Secret32& round_key);

// The key under which HELLO2 seals the identity; `transcript` is T = SHA-256(HELLO2[0..200)).
Secret32 DeriveIdentityKey(const Bytes32& transcript, const Secret32& sealing_secret);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_KEY_SCHEDULE_H_
