// core/protocol/welcome.h: WELCOME, by which a landmark commits to a session and its nonces.
//
//   0        32    64      96      128      160                 184          216    224     416 480
//   | header |  H  | share | nonce | anchor | terms (24 bytes) | commitment | p,i,0 | path | sig |
//   '------------------------- the leaf: hashed, signed through the path ----'
#ifndef EARSHOT_CORE_PROTOCOL_WELCOME_H_
#define EARSHOT_CORE_PROTOCOL_WELCOME_H_

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/protocol/refusal.h"
#include "core/protocol/session_terms.h"
#include "core/protocol/wire_format.h"

namespace earshot {

using WelcomeBytes = std::array<std::uint8_t, wire::kWelcomeBytes>;

// The leaf's content. terms.round is the header's round, too.
struct Welcome {
  std::uint64_t session_id = 0;
  Bytes32 transcript_sha256{};  // H
  Bytes32 share{};
  Bytes32 nonce{};
  Bytes32 anchor{};  // x_0
  SessionTerms terms;
  // To the first round's key, in a session that can be resumed; all zeros in one that cannot.
  Bytes32 commitment{};

  bool resumable() const { return commitment != Bytes32{}; }
};

// Whether `terms` lie within the wire's limits and are whole in its units.
bool TermsFit(const SessionTerms& terms);

// Writes the leaf and zeros behind it; SignWelcomes fills those in. Terms must fit (CHECK).
WelcomeBytes WriteWelcome(const Welcome& welcome);

// What the session's keys are salted with: the leaf, less the commitment to one of them where there
// is one. `welcome` is a WELCOME or its leaf.
ByteSpan SaltedPart(ByteSpan welcome, bool resumable);

// The leaf alone: path and signature are VerifyWelcomeSignature's. kField: terms that do not fit.
Refusal ParseWelcome(ByteSpan packet, Welcome& out);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_WELCOME_H_
