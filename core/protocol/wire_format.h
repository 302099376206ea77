// core/protocol/wire_format.h: sizes and offsets of EWP1, and the header every packet starts with.
//
//   0        4    5    6    7    8              16      20      24              32
//   +--------+----+----+----+----+--------------+-------+-------+---------------+
//   | "EWP1" | v  | t  | s  | 0  |  session id  | index | round |   reserved    |
//   +--------+----+----+----+----+--------------+-------+-------+---------------+
//
// Big-endian. docs/PROTOCOL.md is the normative description; every number here derives from its
// parts, and what the parts must fulfil together is asserted at the end.
#ifndef EARSHOT_CORE_PROTOCOL_WIRE_FORMAT_H_
#define EARSHOT_CORE_PROTOCOL_WIRE_FORMAT_H_

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/protocol/refusal.h"

namespace earshot {

enum class MessageType : std::uint8_t {
  kHello = 1,
  kRetry = 2,
  kHello2 = 3,
  kWelcome = 4,
  kPing = 5,
  kPong = 6,
  kEvidence = 7,
  kReceipt = 8,
};
inline constexpr std::size_t kMessageTypes = 8;

inline constexpr std::array<std::uint8_t, 4> kMagic = {'E', 'W', 'P', '1'};
inline constexpr std::uint8_t kProtocolVersion = 1;
// X25519, HKDF-SHA256, HMAC-SHA256, Ed25519, ChaCha20-Poly1305.
inline constexpr std::uint8_t kSuite1 = 1;

namespace wire {

inline constexpr std::size_t kHashBytes = 32;  // SHA-256 digests, HMAC tags, chain nonces
inline constexpr std::size_t kKeyBytes = 32;   // Ed25519 and X25519 public keys
inline constexpr std::size_t kNonceBytes = 32;
inline constexpr std::size_t kSignatureBytes = 64;
inline constexpr std::size_t kAeadTagBytes = 16;

// Header.
inline constexpr std::size_t kVersionAt = kMagic.size();
inline constexpr std::size_t kTypeAt = kVersionAt + 1;
inline constexpr std::size_t kSuiteAt = kTypeAt + 1;
inline constexpr std::size_t kFlagsAt = kSuiteAt + 1;
inline constexpr std::size_t kSessionAt = kFlagsAt + 1;
inline constexpr std::size_t kIndexAt = kSessionAt + 8;
inline constexpr std::size_t kRoundAt = kIndexAt + 4;
inline constexpr std::size_t kReservedAt = kRoundAt + 4;
inline constexpr std::size_t kHeaderBytes = kReservedAt + 8;

// HELLO; HELLO2 repeats [kHelloSuitesAt, kHelloOfferEnd) and goes on.
inline constexpr std::size_t kSuitesBytes = 8;
inline constexpr std::size_t kResumptionBytes = 32;
inline constexpr std::size_t kHelloSuitesAt = kHeaderBytes;
inline constexpr std::size_t kHelloLandmarkAt = kHelloSuitesAt + kSuitesBytes;
inline constexpr std::size_t kHelloShareAt = kHelloLandmarkAt + kHashBytes;
inline constexpr std::size_t kHelloNonceAt = kHelloShareAt + kKeyBytes;
inline constexpr std::size_t kHelloResumptionAt = kHelloNonceAt + kNonceBytes;
inline constexpr std::size_t kHelloOfferEnd = kHelloResumptionAt + kResumptionBytes;
inline constexpr std::size_t kHelloBytes = kDatagramBytesMax;

// RETRY.
inline constexpr std::size_t kCookieBytes = 32;
inline constexpr std::size_t kRetryCookieAt = kHeaderBytes;
inline constexpr std::size_t kRetryHelloHashAt = kRetryCookieAt + kCookieBytes;
inline constexpr std::size_t kRetryBytes = kRetryHelloHashAt + kHashBytes;

// HELLO2. What precedes the sealed identity is hashed into T.
inline constexpr std::size_t kIdentityBytes = kKeyBytes + 8 + kSignatureBytes;
inline constexpr std::size_t kHello2CookieAt = kHelloOfferEnd;
inline constexpr std::size_t kHello2IdentityAt = kHello2CookieAt + kCookieBytes;
inline constexpr std::size_t kHello2IdentityEnd =
    kHello2IdentityAt + kIdentityBytes + kAeadTagBytes;
inline constexpr std::size_t kHello2Bytes = kDatagramBytesMax;

// WELCOME. What precedes the Merkle path is the signed leaf.
inline constexpr std::size_t kPathLengthMax = 6;
inline constexpr std::size_t kWelcomeTranscriptAt = kHeaderBytes;
inline constexpr std::size_t kWelcomeShareAt = kWelcomeTranscriptAt + kHashBytes;
inline constexpr std::size_t kWelcomeNonceAt = kWelcomeShareAt + kKeyBytes;
inline constexpr std::size_t kWelcomeAnchorAt = kWelcomeNonceAt + kNonceBytes;
inline constexpr std::size_t kWelcomeChainLengthAt = kWelcomeAnchorAt + kHashBytes;
inline constexpr std::size_t kWelcomeTrainLengthAt = kWelcomeChainLengthAt + 2;
inline constexpr std::size_t kWelcomeTrainsAt = kWelcomeTrainLengthAt + 1;
inline constexpr std::size_t kWelcomeGapAt = kWelcomeTrainsAt + 1;
inline constexpr std::size_t kWelcomeSpinAt = kWelcomeGapAt + 2;
inline constexpr std::size_t kWelcomeRateAt = kWelcomeSpinAt + 2;
inline constexpr std::size_t kWelcomeIdleAt = kWelcomeRateAt + 4;
inline constexpr std::size_t kWelcomeLifetimeAt = kWelcomeIdleAt + 4;
inline constexpr std::size_t kWelcomeRoundAt = kWelcomeLifetimeAt + 4;
inline constexpr std::size_t kWelcomeCommitmentAt = kWelcomeRoundAt + 4;
inline constexpr std::size_t kWelcomeLeafEnd = kWelcomeCommitmentAt + kHashBytes;
inline constexpr std::size_t kWelcomePathLengthAt = kWelcomeLeafEnd;
inline constexpr std::size_t kWelcomeLeafIndexAt = kWelcomePathLengthAt + 1;
inline constexpr std::size_t kWelcomePaddingAt = kWelcomeLeafIndexAt + 1;
inline constexpr std::size_t kWelcomePathAt = kWelcomePaddingAt + 6;
inline constexpr std::size_t kWelcomeSignatureAt = kWelcomePathAt + kPathLengthMax * kHashBytes;
inline constexpr std::size_t kWelcomeBytes = kWelcomeSignatureAt + kSignatureBytes;

// PING and PONG.
inline constexpr std::size_t kPingNonceAt = kHeaderBytes;
inline constexpr std::size_t kPingBytes = kPingNonceAt + kNonceBytes;
inline constexpr std::size_t kPongTagAt = kHeaderBytes;
inline constexpr std::size_t kPongBytes = kPongTagAt + kHashBytes;

// EVIDENCE and RECEIPT: header, then an AEAD of a length-prefixed SignedBlob and zeros.
inline constexpr std::size_t kSealedAt = kHeaderBytes;
inline constexpr std::size_t kEvidenceBytes = kDatagramBytesMax;
inline constexpr std::size_t kReceiptBytes = kDatagramBytesMax;
inline constexpr std::size_t kSealedPlaintextBytes = kEvidenceBytes - kSealedAt - kAeadTagBytes;
inline constexpr std::size_t kSealedBlobAt = 2;
inline constexpr std::size_t kSealedBlobBytesMax = kSealedPlaintextBytes - kSealedBlobAt;

// Limits that WELCOME states.
inline constexpr std::uint32_t kChainLengthMax = 256;
inline constexpr std::uint8_t kTrainLengthMax = 8;
inline constexpr std::uint8_t kTrainsOutstandingMax = 2;
inline constexpr std::uint32_t kUnansweredTrainsMax = 3;

static_assert(kHeaderBytes == 32 && kHelloOfferEnd == 168 && kHello2IdentityEnd == 320 &&
                  kWelcomeLeafEnd == 216 && kWelcomeBytes == 480 && kPingBytes == 64,
              "the numbers of docs/PROTOCOL.md");
static_assert(kRetryBytes < kHelloBytes, "a stranger with a forged address must not be a lever");
static_assert(kWelcomeBytes <= 768 && kWelcomeBytes < kHello2Bytes, "no reply above its request");
static_assert(kPongBytes <= kPingBytes, "an agent must not be a lever either");
static_assert(kReceiptBytes <= kEvidenceBytes, "no reply above its request");
static_assert(kHelloBytes <= kDatagramBytesMax && kHello2Bytes <= kDatagramBytesMax &&
                  kEvidenceBytes <= kDatagramBytesMax,
              "no fragmentation on any path worth measuring");
static_assert(kRetryBytes + kWelcomeBytes +
                      kUnansweredTrainsMax * std::size_t{kTrainLengthMax} * kPingBytes <=
                  kHelloBytes + kHello2Bytes,
              "an address that proved itself and then vanished gets less than it sent");
static_assert(kPingNonceAt + kNonceBytes == kPingBytes,
              "the nonce comes last: no reply can be prepared before the whole ping has arrived");

}  // namespace wire

// The header's fields that are not constants. Values are as on the wire.
struct Header {
  MessageType type = MessageType::kHello;
  std::uint8_t suite = 0;
  std::uint64_t session_id = 0;
  std::uint32_t index = 0;
  std::uint32_t round = 0;

  friend bool operator==(const Header&, const Header&) = default;
};

// The length of every packet of `type`, in bytes.
constexpr std::size_t PacketBytes(MessageType type) {
  switch (type) {
    case MessageType::kRetry:
      return wire::kRetryBytes;
    case MessageType::kWelcome:
      return wire::kWelcomeBytes;
    case MessageType::kPing:
      return wire::kPingBytes;
    case MessageType::kPong:
      return wire::kPongBytes;
    case MessageType::kHello:
    case MessageType::kHello2:
    case MessageType::kEvidence:
    case MessageType::kReceipt:
      break;
  }
  return kDatagramBytesMax;
}

// Reads the header of a whole packet: its length, every constant of its type and every byte that
// must be zero are checked; session, index and round are for the caller to judge. kNone, and `out`
// filled, when all is well; `out` is unspecified otherwise. No allocation.
Refusal ParseHeader(ByteSpan packet, Header& out);

// Writes the 32 bytes. `packet` holds at least as many (CHECK).
void WriteHeader(const Header& header, MutableByteSpan packet);

// Where a packet belongs, before anything is checked: the type byte of something that starts like
// EWP1. For dispatch only; none when it is not worth looking at.
std::optional<MessageType> PeekType(ByteSpan packet);
// The session id and round fields; 0 when the packet is too short to have them.
std::uint64_t PeekSessionId(ByteSpan packet);
std::uint32_t PeekRound(ByteSpan packet);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_WIRE_FORMAT_H_
