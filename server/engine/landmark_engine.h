// server/engine/landmark_engine.h: one landmark: its door, its sessions, its pings. Sans I/O.
//
//   HELLO  -> RETRY                             no state, no public-key operation
//   HELLO2 -> cookie -> known transcript?       cached WELCOME
//          -> table full? source's limit?       silence; a device's last endpoint has its own
//          -> signature -> enrolled? counter?   a session; WELCOME with the next batch
//   PlanTrains -> PINGs at their instants;  PONG, EVIDENCE -> the session
//   EVIDENCE -> RECEIPT, Receipt; where it opens the session's next round, that stands ready
//   EndRound -> Receipts, one a round that was pinged
//
// Nothing that fails is answered, and nothing that fails changes a session.
#ifndef EARSHOT_SERVER_ENGINE_LANDMARK_ENGINE_H_
#define EARSHOT_SERVER_ENGINE_LANDMARK_ENGINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/protocol/handshake_acceptor.h"
#include "core/protocol/landmark_keys.h"
#include "core/protocol/landmark_session.h"
#include "core/protocol/refusal.h"
#include "core/protocol/welcome_signer.h"
#include "server/engine/check_limiter.h"
#include "server/engine/counter_book.h"
#include "server/engine/wake_queue.h"

namespace earshot {

// Welcomes share a signature as they come: the first of a quiet moment is signed at once (the rim
// calls Flush when no datagram is left), and while many HELLO2 wait their WELCOMEs gather. A batch is
// signed when it is full, or when its eldest has waited this long at the next datagram or timer. So
// under load one signature serves up to 64 sessions, and nobody waits for company.
struct WelcomeBatchOptions {
  std::size_t size_max = kWelcomeBatchMax;  // 1 to kWelcomeBatchMax (CHECK)
  Duration wait_max = std::chrono::milliseconds(2);
};

// A train that may not start yet is tried again after this.
inline constexpr Duration kTrainRetry = std::chrono::milliseconds(50);

struct LandmarkEngineOptions {
  LandmarkSessionOptions session;
  // Open and lingering rounds of sessions. At the limit further HELLO2 meet silence before any
  // signature is checked; agents try again later. Sessions that are open go on.
  std::size_t sessions_max = 16'384;
  CheckLimiterOptions checks;
  WelcomeBatchOptions welcomes;
};

// What a landmark tells its verifier. Calls come from within the engine's own calls; the observer
// must not call back into the engine, except PlanTrains from OnSessionOpened and OnRoundClosed.
class LandmarkObserver {
 public:
  virtual ~LandmarkObserver() = default;
  virtual void OnSessionOpened(const LandmarkId& landmark, const DeviceId& device,
                               SessionId session, std::uint64_t counter) = 0;
  // A round of a session, in which it was pinged, is over. Another one may stand ready.
  virtual void OnRoundClosed(const LandmarkId& landmark, const DeviceId& device,
                             ClosedRound round) = 0;
  // The device signed two HELLO2 with one counter, or an old one.
  virtual void OnCounter(const LandmarkId& landmark, const DeviceId& device,
                         CounterJudgement judgement) = 0;
};

// Only ever grows.
struct LandmarkEngineCounters {
  RefusalCounters refusals;  // before a session was found; sessions put theirs into receipts
  std::uint64_t retries = 0;
  std::uint64_t table_full = 0;
  std::uint64_t checks_limited = 0;
  std::uint64_t not_enrolled = 0;
  std::uint64_t stale_counter = 0;
  std::uint64_t sessions_opened = 0;  // by a handshake
  std::uint64_t rounds_resumed = 0;   // without one
  std::uint64_t welcome_signatures = 0;  // sessions_opened over this is the mean batch
  std::uint64_t pings_sent = 0;
  std::uint64_t pongs = 0;
  std::uint64_t dropped = 0;  // datagrams that the kernel dropped unread
};

// Confined to one thread.
class LandmarkEngine {
 public:
  // Whether a device is enrolled with the verifier; a stranger gets no session.
  using Enrolled = std::function<bool(const DeviceId&)>;

  // All references must outlive the engine. `options.session.resolve` must be set (CHECK).
  LandmarkEngine(const LandmarkKeys& keys, const LandmarkEngineOptions& options, Random& random,
                 DatagramTransport& transport, LandmarkObserver& observer, Enrolled enrolled,
                 MonotonicInstant now);
  LandmarkEngine(const LandmarkEngine&) = delete;
  LandmarkEngine& operator=(const LandmarkEngine&) = delete;

  // A datagram as the rim read it. WELCOMEs wait for Flush.
  void OnDatagram(const Endpoint& from, ByteSpan packet, const ClockReading& after_receive,
                  std::optional<WallInstant> kernel_receive);
  // A transmit stamp, under the key that was given to DatagramTransport::Send.
  void OnTransmitStamp(std::uint64_t probe_key, WallInstant stamp, WallInstant not_after);
  // The socket has lost `total` datagrams unread so far; none that counts less than the last call.
  void OnDropped(std::uint64_t total, MonotonicInstant now);
  // Signs and sends the WELCOMEs that wait, and lets the transport send what it gathered. Call it
  // when no more datagrams are at hand.
  void Flush();

  // Sends the pings that are due, retires what is over. No allocation while sessions stay open.
  void OnTimer(MonotonicInstant now);
  // When OnTimer has something to do; none: nothing is under way.
  std::optional<MonotonicInstant> NextWake() const;

  // Since when `device` has an open session that no train was planned for yet; none: it has none.
  std::optional<MonotonicInstant> ReadySince(const DeviceId& device) const;
  bool Ready(const DeviceId& device) const { return ReadySince(device).has_value(); }
  // Lets the open session of `device` start trains at `starts` (rising), as part of `round`. False,
  // and nothing planned, when the session is not Ready. A train that may not start at its time,
  // because earlier ones are unanswered, is tried again until EndRound.
  bool PlanTrains(const DeviceId& device, RoundNumber round,
                  std::span<const MonotonicInstant> starts);
  // The round is over: every session planned for it ends, its receipt goes to the observer.
  void EndRound(RoundNumber round, MonotonicInstant now);
  // As EndRound, for the session of one device.
  void EndRound(RoundNumber round, const DeviceId& device, MonotonicInstant now);

  const LandmarkId& id() const { return keys_.id; }
  std::size_t sessions() const { return sessions_.size(); }
  const LandmarkEngineCounters& counters() const { return counters_; }
  // Packets that failed authentication in a session of `device` or came from its last address,
  // since the last call. For rounds in which the device got no session.
  std::uint32_t TakeRefused(const DeviceId& device);
  // The address from which `device` last opened a session here; none: it never did.
  std::optional<std::uint32_t> LastAddress(const DeviceId& device) const;
  // What handshakes from `address` lacked to be checked since `since` (check_limiter.h).
  Shortage ShortageAt(std::uint32_t address, MonotonicInstant since) const {
    return limiter_.ShortageAt(address, since);
  }
  // Whether datagrams were lost unread since `since`, whoever sent them.
  bool DroppedSince(MonotonicInstant since) const {
    return dropped_at_.has_value() && *dropped_at_ >= since;
  }

 private:
  using Serial = std::uint64_t;
  struct Entry {
    std::unique_ptr<LandmarkSession> session;
    std::optional<RoundNumber> round;            // planned for
    std::vector<MonotonicInstant> trains;        // not started yet, latest first
    WakeQueue::Seat seat = 0;                    // in wakes_
    std::optional<MonotonicInstant> wake;        // as it stands there
  };
  // A round of the session that the key of by_session_id_ names on the wire.
  struct WireRound {
    std::uint32_t round = 0;
    Serial serial = 0;
    Entry* entry = nullptr;  // in sessions_
  };
  struct Unheard {
    RoundNumber round;
    ClosedRound closed;
    std::uint32_t refused;  // as `closed` says; counted again where another takes its place
  };
  // A device as its packets show it.
  struct Known {
    std::optional<Serial> open;  // its open session
    Endpoint last_source;
    std::uint32_t refused = 0;
    // A resumed round without any answer. Perhaps the RECEIPT that opened it was lost and the device
    // knows nothing of it: what its next session of the same round shows counts in its place.
    std::optional<Unheard> unheard;
  };

  void SignWaitingWelcomes();
  void OnHello2(const Endpoint& from, ByteSpan packet, const ClockReading& now);
  bool MayCheck(const Endpoint& from, MonotonicInstant now);
  void OpenSession(OpenedHello hello, const ClockReading& now);
  void OnPong(const Endpoint& from, ByteSpan packet, const ClockReading& after_receive,
              std::optional<WallInstant> kernel_receive);
  void OnEvidence(const Endpoint& from, ByteSpan packet, const ClockReading& now);
  Entry& Adopt(Serial serial, std::unique_ptr<LandmarkSession> session);
  void SendDuePings(Serial serial, Entry& entry, MonotonicInstant now);
  void StartDueTrains(Entry& entry, MonotonicInstant now);
  void Close(Serial serial, Entry& entry, RoundNumber round, MonotonicInstant now);
  // False: the entry is gone.
  bool EndSession(Serial serial, Entry& entry, MonotonicInstant now);
  void ReportUnheard(RoundNumber round, const DeviceId& device, Known& known);
  void Forget(Serial serial);
  void Rearm(Serial serial, Entry& entry);
  void CountRefused(const Endpoint& from, Refusal refusal);
  // The round of the session that `packet` names; null: there is none.
  const WireRound* FindByWireName(ByteSpan packet) const;

  const LandmarkKeys& keys_;
  LandmarkEngineOptions options_;
  Random& random_;
  DatagramTransport& transport_;
  LandmarkObserver& observer_;
  Enrolled enrolled_;
  HandshakeAcceptor door_;
  CheckLimiter limiter_;
  CounterBook counters_of_devices_;
  std::optional<MonotonicInstant> dropped_at_;  // last

  Serial next_serial_ = 1;
  std::map<Serial, Entry> sessions_;
  // The ids are drawn here, so nobody can choose them to collide. Looked up, never walked.
  std::unordered_multimap<std::uint64_t, WireRound> by_session_id_;
  std::map<Bytes32, Serial> by_transcript_;
  std::map<DeviceId, Known> devices_;
  std::map<Endpoint, DeviceId> by_source_;
  WakeQueue wakes_;
  std::vector<Entry*> seated_;  // by seat; null: free
  std::vector<Serial> unsigned_welcomes_;
  MonotonicInstant eldest_unsigned_;  // when the first of them came
  std::vector<WakeQueue::Wake> due_;  // OnTimer's, reused
  Packet packet_;  // reused
  LandmarkEngineCounters counters_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_LANDMARK_ENGINE_H_
