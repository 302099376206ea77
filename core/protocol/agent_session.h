// core/protocol/agent_session.h: one agent's session with one landmark, sans I/O.
//
// Bytes and instants in, bytes and wake-up times out. The agent opens, the landmark asks, the agent
// answers; then the agent opens anew, for ever. What it may do in which state is the table
// kAgentTable, total over states and messages.
//
//   IDLE -> AWAIT_RETRY -> AWAIT_WELCOME -> OPEN -> AWAIT_RECEIPT -> IDLE
//                                            ^            |
//                                            '------------'  a RECEIPT that opens the next round
#ifndef EARSHOT_CORE_PROTOCOL_AGENT_SESSION_H_
#define EARSHOT_CORE_PROTOCOL_AGENT_SESSION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/x25519.h"
#include "core/domain/system_claims.h"
#include "core/protocol/answered_pings.h"
#include "core/protocol/authority.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/packet.h"
#include "core/protocol/refusal.h"
#include "core/protocol/session_terms.h"
#include "core/protocol/wire_format.h"

namespace earshot {

enum class AgentState : std::uint8_t { kIdle, kAwaitRetry, kAwaitWelcome, kOpen, kAwaitReceipt };
inline constexpr std::size_t kAgentStates = 5;
std::string_view AgentStateName(AgentState state);  // "AWAIT_RETRY"

enum class AgentAction : std::uint8_t { kDrop, kTakeRetry, kTakeWelcome, kAnswer, kTakeReceipt };

// What a message of which type may do in which state: [state][type - 1].
inline constexpr std::array<std::array<AgentAction, kMessageTypes>, kAgentStates> kAgentTable = [] {
  std::array<std::array<AgentAction, kMessageTypes>, kAgentStates> table{};  // all kDrop
  const auto set = [&table](AgentState state, MessageType type, AgentAction action) {
    table[static_cast<std::size_t>(state)][static_cast<std::size_t>(type) - 1] = action;
  };
  set(AgentState::kAwaitRetry, MessageType::kRetry, AgentAction::kTakeRetry);
  set(AgentState::kAwaitWelcome, MessageType::kRetry, AgentAction::kTakeRetry);
  set(AgentState::kAwaitWelcome, MessageType::kWelcome, AgentAction::kTakeWelcome);
  set(AgentState::kOpen, MessageType::kPing, AgentAction::kAnswer);
  set(AgentState::kAwaitReceipt, MessageType::kReceipt, AgentAction::kTakeReceipt);
  return table;
}();

// The device's count of sessions. A number handed out must never be handed out again, whatever
// happens to the machine: implementations make it durable before they return it.
class SessionCounter {
 public:
  virtual ~SessionCounter() = default;
  // Higher than every number before. An error postpones the handshake; it is retried later.
  virtual Result<std::uint64_t> Next() = 0;
};

// What an agent is willing to do, whatever a landmark asks. Its own affair; not on the wire.
struct AgentLimits {
  std::uint8_t train_length_max = wire::kTrainLengthMax;
  std::uint32_t pings_per_second_max = 2000;
  Duration lifetime_max = std::chrono::minutes(10);
  Duration spin_max = std::chrono::milliseconds(20);
  // Whether it offers to go on after a round without a new handshake, for kSessionAgeMax at most.
  bool offer_resumption = true;
  // Pause between the end of a session and the next HELLO.
  Duration pause = std::chrono::milliseconds(250);
};

// Repetition of HELLO and HELLO2, and of EVIDENCE: docs/PROTOCOL.md, sections 5 and 6.
inline constexpr Duration kHandshakeRepeatFirst = std::chrono::milliseconds(250);
inline constexpr Duration kHandshakeRepeatMax = std::chrono::seconds(2);
inline constexpr std::uint32_t kHandshakeTransmissionsMax = 6;
inline constexpr Duration kAttemptPauseFirst = std::chrono::milliseconds(250);
inline constexpr Duration kAttemptPauseMax = std::chrono::seconds(8);
inline constexpr std::array<Duration, 3> kEvidenceRepeats = {std::chrono::milliseconds(300),
                                                             std::chrono::milliseconds(600),
                                                             std::chrono::milliseconds(1200)};
inline constexpr std::size_t kEvidenceTransmissionsMax = kEvidenceRepeats.size() + 1;
// From the transmission with so many before it to the next one, or to giving up.
Duration HandshakeRepeatAfter(std::uint32_t transmissions);
Duration EvidenceRepeatAfter(std::uint32_t transmissions);

// Different cookies kept for one HELLO. Whoever sees a HELLO can answer it with a false RETRY, and
// nothing but the landmark's silence tells it from a true one: so they are tried in turn.
inline constexpr std::size_t kCookiesMax = 4;

// The longest model name that EVIDENCE has room for, in bytes.
inline constexpr std::size_t kModelBytesMax = 256;

// Whom the agent answers for. Both must outlive the session; one identity serves many sessions.
struct AgentIdentity {
  const Ed25519PrivateKey* device_key = nullptr;
  SystemClaims claims;  // model of at most kModelBytesMax bytes: longer ones are cut off
};

// Confined to one thread. Not copyable or movable: it is the home of secrets.
class AgentSession {
 public:
  // `counter` and `random` must outlive the session. The first HELLO is due at `start`; give the
  // sessions of one agent different starts to spread the load.
  AgentSession(AgentIdentity identity, SessionCounter& counter, ListedLandmark landmark,
               Random& random, const AgentLimits& limits, MonotonicInstant start);
  AgentSession(const AgentSession&) = delete;
  AgentSession& operator=(const AgentSession&) = delete;

  // The timed path. kNone: `pong` is the answer; send it to `from` before anything else. Any other
  // answer: stay silent. No heap allocation, no signature, no system call, no log; one hash step a
  // lost ping and one HMAC. At most 256 steps, forged packets included.
  Refusal OnPing(ByteSpan ping, const Endpoint& from, MonotonicInstant now,
                 std::span<std::uint8_t, wire::kPongBytes> pong);

  // Every other message. Never answers by itself: what becomes due is in NextWake and OnTimer, so
  // that no stranger can make an agent send by sending to it. A PING that ends here is kType.
  Refusal OnDatagram(ByteSpan packet, const Endpoint& from, MonotonicInstant now);

  // Does what is due at `now`. True: `out` holds a packet for landmark().endpoint; call again until
  // it says false. Signs for every HELLO2 that leaves and once for EVIDENCE, and draws a counter for
  // every HELLO2 that differs from those before.
  bool OnTimer(MonotonicInstant now, Packet& out);

  // When OnTimer has something to do next. Always in the future or present: an agent never ends.
  MonotonicInstant NextWake() const { return wake_; }

  AgentState state() const { return state_; }
  // The terms of the open session; null in other states than OPEN and AWAIT_RECEIPT.
  const SessionTerms* terms() const;
  // Until when the rim should poll without sleeping, because the rest of a train is on its way.
  // None when the last ping of a train was answered, or nothing is expected.
  std::optional<MonotonicInstant> SpinUntil() const { return spin_until_; }

  const ListedLandmark& landmark() const { return landmark_; }
  // A newer list speaks: takes effect at once when endpoint or keys differ (the session is given
  // up), else changes nothing.
  void UpdateLandmark(ListedLandmark landmark, MonotonicInstant now);

  const RefusalCounters& counters() const { return counters_; }
  std::uint64_t pongs() const { return pongs_; }
  std::uint32_t sessions_opened() const { return sessions_opened_; }
  // Rounds that a RECEIPT opened, without a handshake.
  std::uint32_t rounds_resumed() const { return rounds_resumed_; }
  std::uint32_t sessions_closed_by_receipt() const { return sessions_closed_by_receipt_; }
  // Why the last handshake could not go on, when the counter could not be drawn.
  const std::optional<Error>& counter_error() const { return counter_error_; }

 private:
  // A cookie that came for the outstanding HELLO, and the HELLO2 that was made with it.
  struct CookieTry {
    Bytes32 cookie{};
    std::uint64_t session_counter = 0;  // 0: not tried yet
    Bytes32 hello2_sha256{};
  };
  // What lives from WELCOME to the end of the session.
  struct Opened {
    SessionTerms terms;  // with the running round
    std::uint64_t session_id = 0;
    Bytes32 welcome_sha256{};  // names the session: covers H, both shares, anchor and terms
    std::optional<SessionSecrets> secrets;  // of a session that can be resumed
    MonotonicInstant keys_die;              // kSessionAgeMax after WELCOME
    Bytes opening_sha256;  // names the round: of the RECEIPT that opened it; empty for WELCOME's
    HmacSha256Key round_key;
    SealingKeys sealing;
    HashChainVerifier chain;
    Bytes32 anchor{};
    Bytes32 highest_nonce{};  // of chain.highest()
    AnsweredSet answered;
    MonotonicInstant expires;
    MonotonicInstant rate_window_begin;
    std::uint32_t answered_in_window = 0;
    Bytes32 evidence_sha256{};  // of the blob in outgoing_, in AWAIT_RECEIPT
  };

  Refusal CheckHeader(ByteSpan packet, const Endpoint& from, Header& header) const;
  Refusal Judge(ByteSpan packet, const Endpoint& from, MonotonicInstant now);
  Refusal JudgePing(ByteSpan ping, const Endpoint& from, MonotonicInstant now,
                    std::span<std::uint8_t, wire::kPongBytes> pong);
  Refusal TakeRetry(ByteSpan packet, MonotonicInstant now);
  Refusal TakeWelcome(ByteSpan packet, MonotonicInstant now);
  Refusal TakeReceipt(ByteSpan packet, MonotonicInstant now);
  Refusal OpenNextRound(ByteSpan anchor, ByteSpan commitment, const Bytes32& opening_sha256,
                        MonotonicInstant now);
  void BeginAttempt();
  void BeginEvidence();
  bool Transmit(MonotonicInstant now, Packet& out);
  Status MakeHello2(Packet& out);
  void AbandonAttempt(MonotonicInstant now);
  void EndSession(MonotonicInstant now);

  AgentIdentity identity_;
  SessionCounter& counter_;
  ListedLandmark landmark_;
  Random& random_;
  AgentLimits limits_;

  AgentState state_ = AgentState::kIdle;
  MonotonicInstant wake_;
  std::optional<MonotonicInstant> spin_until_;

  // HELLO or EVIDENCE: what is repeated, or made into HELLO2, until it is answered.
  Packet outgoing_;
  Bytes32 outgoing_sha256_{};
  std::uint32_t transmissions_ = 0;
  Duration attempt_pause_ = kAttemptPauseFirst;
  std::array<CookieTry, kCookiesMax> tries_;
  std::size_t tries_count_ = 0;        // of the running attempt
  std::uint64_t session_counter_ = 0;  // of the open session
  std::optional<X25519KeyPair> share_;      // from HELLO to WELCOME
  std::optional<Secret32> sealing_secret_;  // from RETRY to WELCOME
  std::optional<Opened> opened_;            // from WELCOME to the end
  std::optional<Bytes32> previous_evidence_sha256_;

  RefusalCounters counters_;
  std::uint64_t pongs_ = 0;
  std::uint32_t sessions_opened_ = 0;
  std::uint32_t rounds_resumed_ = 0;
  std::uint32_t sessions_closed_by_receipt_ = 0;
  std::optional<Error> counter_error_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_AGENT_SESSION_H_
