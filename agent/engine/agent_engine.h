// agent/engine/agent_engine.h: every session of one agent process, sans I/O.
//
//   identities (device keys)  x  landmarks of the signed list  =  sessions
//
// Each identity has a socket of its own, and a landmark has one endpoint, so identity and source
// address name the session: a PING is matched by a binary search over at most kListedLandmarksMax
// endpoints, without hashing or allocation, and its PONG leaves before anything else happens.
#ifndef EARSHOT_AGENT_ENGINE_AGENT_ENGINE_H_
#define EARSHOT_AGENT_ENGINE_AGENT_ENGINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/engine/spin_policy.h"
#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/protocol/agent_session.h"
#include "core/protocol/authority.h"
#include "core/protocol/refusal.h"

namespace earshot {

// Identities x landmarks of one process; more are refused.
inline constexpr std::size_t kAgentSessionsMax = 16'384;

struct AgentEngineOptions {
  AgentLimits limits;
  // The pause between a session's end and the next HELLO is drawn once a session from this range,
  // so that sessions that began together do not stay together.
  Duration pause_min = std::chrono::milliseconds(100);
  Duration pause_max = std::chrono::milliseconds(400);
  // The first HELLOs are spread over this.
  Duration start_spread = std::chrono::milliseconds(200);
  // Polling in each second, of one core.
  Duration spin_per_second_max = std::chrono::milliseconds(500);
};

// Sums over all sessions, those of landmarks that left the list included.
struct AgentEngineCounters {
  std::uint64_t pongs = 0;
  std::uint64_t sessions_opened = 0;  // by a handshake
  std::uint64_t rounds_resumed = 0;   // without one
  std::uint64_t sessions_closed_by_receipt = 0;
  RefusalCounters refusals;  // packets that no session was found for
  std::uint64_t refused_by_sessions = 0;
};

// Confined to one thread.
class AgentEngine {
 public:
  // `random` must outlive the engine. `root` is the key that signs landmark lists.
  AgentEngine(Ed25519PublicKey root, Random& random, const AgentEngineOptions& options);
  ~AgentEngine();
  AgentEngine(const AgentEngine&) = delete;
  AgentEngine& operator=(const AgentEngine&) = delete;

  // Adds an identity and returns its number, from 0. Key, counter and transport must outlive the
  // engine. Only before the first list (CHECK).
  std::uint32_t AddIdentity(const AgentIdentity& identity, SessionCounter& counter,
                            DatagramTransport& transport);

  // Takes a signed list (a serialised SignedBlob). Sessions with landmarks that stay go on, those
  // with landmarks that left or moved are given up. On an error the list in force stays:
  // kUnauthenticated, kExpired (an older version or epoch than the one in force, or no entry whose
  // delegation was in force), kInvalidArgument (two landmarks at one endpoint), kResourceLimit.
  Status ApplyLandmarkList(ByteSpan blob, MonotonicInstant now);

  // The newest list taken so far, and what an earlier life of this agent remembers of it: older
  // lists are refused from here on.
  const HighestList& highest_list() const { return trust_.highest_landmark_list(); }
  void RefuseListsBelow(const HighestList& highest) { trust_.RefuseLandmarkListsBelow(highest); }

  // A datagram that arrived on the socket of `identity`. The answer to a PING is sent from within.
  Refusal OnDatagram(std::uint32_t identity, const Endpoint& from, ByteSpan packet,
                     MonotonicInstant now);

  // Does and sends what is due.
  void OnTimer(MonotonicInstant now);
  // When OnTimer has something to do; none without sessions. May be early, never late.
  std::optional<MonotonicInstant> NextWake() const { return next_wake_; }

  // The identities whose sockets to poll now; empty: sleep until NextWake or a datagram.
  std::span<const std::uint32_t> Spinning(MonotonicInstant now) { return spin_.Poll(now); }

  AgentEngineCounters counters() const;
  const SpinPolicy& spin() const { return spin_; }
  std::size_t landmarks() const { return list_.landmarks.size(); }
  const LandmarkListContent& list() const { return list_; }
  // The sessions of one identity, by endpoint. For reports; valid until the next list.
  std::vector<const AgentSession*> Sessions(std::uint32_t identity) const;

 private:
  struct Slot {
    Endpoint endpoint;
    std::unique_ptr<AgentSession> session;
  };
  struct Identity {
    AgentIdentity identity;
    SessionCounter* counter;
    DatagramTransport* transport;
    std::vector<Slot> slots;  // sorted by endpoint
  };

  AgentSession* Find(Identity& identity, const Endpoint& from);
  std::vector<Slot> MakeSlots(Identity& identity, const LandmarkListContent& list,
                              MonotonicInstant now);
  void Retire(const AgentSession& session);
  void WakeBy(MonotonicInstant at);

  Random& random_;
  AgentEngineOptions options_;
  ListTrust trust_;
  LandmarkListContent list_;
  std::vector<Identity> identities_;
  SpinPolicy spin_;
  std::optional<MonotonicInstant> next_wake_;
  RefusalCounters unmatched_;
  AgentEngineCounters retired_;  // of sessions that are gone
  Packet packet_;                // reused for everything but PONGs
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_ENGINE_AGENT_ENGINE_H_
