// core/protocol/landmark_session.h: one round of a landmark's session with one device, sans I/O.
//
// Starts with an authentic HELLO2 or with the round before it, sends each nonce of its chain once
// in rising order, times the answers, and ends with a Receipt for the verifier. It is never
// persisted or restored: a nonce must not be sent twice (docs/PROOFS.md, section 4).
//
// The engine drives it:  SignWelcomes({&session.welcome()}); send welcome();
//   each train: StartTrain(now); while NextWake() is due: NextPing -> send -> OnPingSent;
//   on packets: OnPong, OnEvidence; at the deadline, or once sampling() is false: Close.
//   After EVIDENCE: TakeNextRound, which stands beside this one while that repeats its RECEIPT.
#ifndef EARSHOT_CORE_PROTOCOL_LANDMARK_SESSION_H_
#define EARSHOT_CORE_PROTOCOL_LANDMARK_SESSION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/x25519.h"
#include "core/domain/ids.h"
#include "core/domain/sample.h"
#include "core/protocol/handshake_acceptor.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/landmark_keys.h"
#include "core/protocol/packet.h"
#include "core/protocol/refusal.h"
#include "core/protocol/session_terms.h"
#include "core/protocol/train_schedule.h"
#include "core/protocol/welcome_signer.h"

namespace earshot {

enum class LandmarkState : std::uint8_t { kOpen, kClosed };
inline constexpr std::size_t kLandmarkStates = 2;

enum class LandmarkAction : std::uint8_t {
  kDrop,
  kRepeatWelcome,  // an identical HELLO2
  kTakePong,
  kTakeEvidence,
  kRepeatReceipt,  // an identical EVIDENCE
};

// What a message of which type may do in which state: [state][type - 1].
inline constexpr std::array<std::array<LandmarkAction, kMessageTypes>, kLandmarkStates>
    kLandmarkTable = [] {
      std::array<std::array<LandmarkAction, kMessageTypes>, kLandmarkStates> table{};  // all kDrop
      const auto set = [&table](LandmarkState state, MessageType type, LandmarkAction action) {
        table[static_cast<std::size_t>(state)][static_cast<std::size_t>(type) - 1] = action;
      };
      set(LandmarkState::kOpen, MessageType::kHello2, LandmarkAction::kRepeatWelcome);
      set(LandmarkState::kOpen, MessageType::kPong, LandmarkAction::kTakePong);
      set(LandmarkState::kOpen, MessageType::kEvidence, LandmarkAction::kTakeEvidence);
      set(LandmarkState::kClosed, MessageType::kEvidence, LandmarkAction::kRepeatReceipt);
      return table;
    }();

// How often one identical request is answered again.
inline constexpr std::uint32_t kWelcomeRepeatsMax = 3;
inline constexpr std::uint32_t kReceiptRepeatsMax = 3;

// Turns what the rim recorded about one ping into a sound sample (core/latency's ResolveSample).
using SampleResolver = Sample (*)(std::uint32_t index, const ProbeStamps& stamps);

struct LandmarkSessionOptions {
  SessionTerms terms;
  // A train without any answer so long after its last ping counts as wholly unanswered.
  Duration train_timeout = std::chrono::seconds(1);
  // How long a closed session stays to repeat its RECEIPT.
  Duration linger = std::chrono::seconds(5);
  SampleResolver resolve = nullptr;  // required
  // Whether agents that offer it are resumed: further rounds without a new handshake.
  bool resume = true;
};

// A ping that is due. The engine sends it at once, exactly once, or never.
struct DuePing {
  std::uint32_t index = 0;
  std::array<std::uint8_t, wire::kPingBytes> bytes{};
};

// What a session yields when it ends. CheckReceipt turns both into an observation: the verifier
// takes no other road, so that what it believes is what anyone can recompute.
struct ClosedRound {
  Bytes receipt;   // serialised SignedBlob of Receipt
  Bytes evidence;  // serialised SignedBlob of Evidence, as received; empty when none came
};

// Confined to one thread. Move-only by pointer (Open returns one); about 100 bytes an index.
class LandmarkSession {
 public:
  // `keys` and `random` must outlive the session. `session_id` must not be zero (CHECK) and be
  // unique among the open sessions of this landmark; a chain is bound to it. kInvalidArgument: terms
  // outside the wire's limits. kUnauthenticated: the agent's share is of small order.
  static Result<std::unique_ptr<LandmarkSession>> Open(OpenedHello hello, const LandmarkKeys& keys,
                                                       const LandmarkSessionOptions& options,
                                                       SessionId session_id, Random& random,
                                                       ClockReading now);
  LandmarkSession(const LandmarkSession&) = delete;
  LandmarkSession& operator=(const LandmarkSession&) = delete;

  // The WELCOME. Unsigned until SignWelcomes has been given it.
  WelcomeBytes& welcome() { return shared_->welcome; }
  // An identical HELLO2 came again (the engine found this session by its transcript): kNone means
  // send welcome() once more.
  Refusal OnHello2Again(const Endpoint& from);

  // Begins a train: its first ping is due at `now`. False when none may start: closed, chain used
  // up, or as many trains outstanding as are allowed (one before the first valid PONG).
  bool StartTrain(MonotonicInstant now);
  // The ping that is due, if any. Its index is spent from this moment on.
  std::optional<DuePing> NextPing(MonotonicInstant now);
  // Both clocks read before the send call of `index`. Must follow NextPing before the next one.
  void OnPingSent(std::uint32_t index, ClockReading before_send);
  // The kernel's transmit stamp for `index`; `not_after` as in ProbeStamps. May come after the
  // PONG.
  void OnTransmitStamp(std::uint32_t index, WallInstant stamp, WallInstant not_after);

  // kNone: a valid answer to a ping that had none; its stamps are kept.
  Refusal OnPong(ByteSpan packet, const Endpoint& from, ClockReading after_receive,
                 std::optional<WallInstant> kernel_receive);

  // kNone: `receipt` holds the answer. The first valid EVIDENCE ends the sampling; the same bytes
  // again get the same RECEIPT.
  Refusal OnEvidence(ByteSpan packet, const Endpoint& from, ClockReading now, Packet& receipt);
  // The round that the RECEIPT opened, to be driven like this one, with the same id and WELCOME and
  // a chain and a key of its own. Null: none, or it was taken. None is opened for an agent that did
  // not offer it, nor when the session might grow older than kSessionAgeMax; nor after a round
  // without a valid PONG, so that nobody keeps pings coming to an address where nobody answers.
  std::unique_ptr<LandmarkSession> TakeNextRound() { return std::move(next_); }

  // Does what the clock alone demands: closes after three unanswered trains or at the end of the
  // lifetime.
  void OnTimer(MonotonicInstant now);
  // When NextPing or OnTimer has something to do, or the session can be forgotten.
  MonotonicInstant NextWake() const;

  // Ends the sampling if it has not ended and signs the Receipt, disclosing the round's key. Once
  // (CHECK): a session has one Receipt. `packets_refused` adds what the engine refused on behalf of
  // this session before it could be attributed.
  ClosedRound Close(RoundNumber verifier_round, MonotonicInstant now,
                    std::uint32_t packets_refused);

  LandmarkState state() const { return state_; }
  bool sampling() const { return state_ == LandmarkState::kOpen; }
  bool receipt_made() const { return receipt_made_; }
  // Closed, its Receipt made, and nobody will ask for RECEIPT any more.
  bool Forgettable(MonotonicInstant now) const;

  SessionId id() const { return shared_->id; }
  // Of the session, from the WELCOME's on.
  std::uint32_t round() const { return terms_.round; }
  // Opened by a RECEIPT, not by a WELCOME.
  bool resumed() const { return !opening_.empty(); }
  MonotonicInstant opened_at() const { return opened_at_.monotonic; }
  const Endpoint& source() const { return shared_->hello.source; }
  const DeviceId& device() const { return shared_->hello.device; }
  std::uint64_t session_counter() const { return shared_->hello.session_counter; }
  const Bytes32& transcript_sha256() const { return shared_->hello.transcript_sha256; }
  std::uint32_t pings_sent() const { return trains_.sent(); }
  std::uint32_t pongs() const { return pongs_; }
  // No index is left: only the EVIDENCE is awaited.
  bool chain_exhausted() const { return trains_.exhausted(); }
  // Of the latest valid PONG; none before the first.
  std::optional<MonotonicInstant> last_valid_answer() const { return last_valid_answer_; }
  const RefusalCounters& counters() const { return counters_; }

 private:
  // What is known of one index.
  struct Probe {
    ProbeStamps stamps;
    bool sent = false;
    bool answered = false;
  };

  // What the rounds of a session have in common.
  struct Shared {
    const LandmarkKeys& keys;
    LandmarkSessionOptions options;
    Random& random;
    OpenedHello hello;
    SessionId id;
    WelcomeBytes welcome{};
    std::optional<X25519KeyPair> share;     // what a session of one round discloses
    std::optional<SessionSecrets> secrets;  // of one that can be resumed
    MonotonicInstant opened;
  };

  LandmarkSession(std::shared_ptr<Shared> shared, std::uint32_t round, const Secret32& round_key,
                  SealingKeys sealing, HashChain chain, ClockReading now);
  std::unique_ptr<LandmarkSession> MakeNextRound(ClockReading now) const;
  Bytes32 WelcomeSha256() const;
  Refusal CheckHeader(ByteSpan packet, const Endpoint& from, MessageType type,
                      Header& header) const;
  Refusal JudgePong(ByteSpan packet, const Endpoint& from, ClockReading after_receive,
                    std::optional<WallInstant> kernel_receive);
  Refusal JudgeEvidence(ByteSpan packet, const Endpoint& from, ClockReading now, Packet& receipt);
  Refusal TakeEvidence(ByteSpan packet, ClockReading now, Packet& receipt);
  void EndSampling(MonotonicInstant now);
  MonotonicInstant Begin() const;
  Bytes32 OwnMerkleRoot() const;

  std::shared_ptr<Shared> shared_;
  SessionTerms terms_;  // the session's, with this round
  HashChain chain_;
  HmacSha256Key round_key_;
  SealingKeys sealing_;
  TrainSchedule trains_;
  std::vector<Probe> probes_;  // [i] is index i + 1

  LandmarkState state_ = LandmarkState::kOpen;
  ClockReading opened_at_;
  MonotonicInstant expires_;
  MonotonicInstant closed_at_;
  std::optional<MonotonicInstant> last_valid_answer_;
  std::uint32_t pongs_ = 0;
  std::uint32_t welcome_repeats_ = 0;

  std::vector<Sample> samples_;  // resolved once, when the sampling ends
  Bytes32 commitment_salt_{};
  Bytes opening_;           // the RECEIPT's blob that opened this round; empty in the first
  Bytes32 opening_sha256_{};  // of what it signs
  std::unique_ptr<LandmarkSession> next_;
  Bytes evidence_packet_;  // verbatim, to know it again
  Bytes evidence_blob_;
  Packet receipt_packet_;
  std::uint32_t receipt_repeats_ = 0;
  bool receipt_made_ = false;
  RefusalCounters counters_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_LANDMARK_SESSION_H_
