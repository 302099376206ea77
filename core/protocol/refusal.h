// core/protocol/refusal.h: why a packet was dropped, in one byte.
//
// A packet that is malformed, unknown, unauthentic, stale or out of place is answered with silence,
// counted under its reason, and changes nothing else. Saying no must be the cheapest path: no
// allocation, no text, no log line.
#ifndef EARSHOT_CORE_PROTOCOL_REFUSAL_H_
#define EARSHOT_CORE_PROTOCOL_REFUSAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace earshot {

enum class [[nodiscard]] Refusal : std::uint8_t {
  kNone,          // accepted
  kLength,        // not the length of its type
  kMagic,         // not an EWP1 packet
  kVersion,       // EWP1, another version
  kType,          // no such type, or one that is never addressed to this side
  kSuite,         // no common suite
  kNotZero,       // a byte that must be zero is not
  kField,         // a field outside its range
  kSource,        // from another address than the session's
  kSession,       // no such session, or another one's id
  kRound,         // another round
  kState,         // out of place in the state table
  kLandmark,      // meant for another landmark
  kCookie,        // cookie not ours, expired, or for another address
  kHelloHash,     // RETRY to another HELLO
  kTranscript,    // WELCOME or EVIDENCE to another HELLO2
  kKeyAgreement,  // the peer's X25519 share yields all zeros
  kCommitment,    // the landmark committed to a round key that is not ours
  kSeal,          // AEAD does not open
  kSignature,     // signature does not verify
  kLimit,         // WELCOME asks for more than the agent is willing to do; RETRYs beyond kCookiesMax
  kIndex,         // no such index, or not sent yet
  kDuplicate,     // index answered before
  kChain,         // nonce does not hash to what is known
  kTag,           // PONG's tag is wrong
  kRate,          // more pings a second than WELCOME allows
  kBody,          // signed content does not parse, or holds unknown fields
  kRepeated,      // answered as often as a repeated request may be
};
inline constexpr std::size_t kRefusalKinds = static_cast<std::size_t>(Refusal::kRepeated) + 1;

// Stable lower-case name for logs and metrics ("bad_cookie" style: "cookie").
std::string_view RefusalName(Refusal refusal);

// How often each happened. A plain value; kNone counts what was accepted.
class RefusalCounters {
 public:
  // Counts `refusal` and hands it back, so that a caller can return it in the same breath.
  Refusal Count(Refusal refusal) {
    ++counts_[static_cast<std::size_t>(refusal)];
    return refusal;
  }
  std::uint64_t count(Refusal refusal) const { return counts_[static_cast<std::size_t>(refusal)]; }
  // All but kNone.
  std::uint64_t refused() const;
  // What nobody honest sends: refused(), less what loss, repetition and reordering on an ordinary
  // path bring about (kState, kDuplicate, kRepeated).
  std::uint64_t unauthentic() const;

 private:
  std::array<std::uint64_t, kRefusalKinds> counts_{};
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_REFUSAL_H_
