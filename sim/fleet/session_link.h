// sim/fleet/session_link.h: one device's session with one landmark, packet by packet and without a
// byte: who hears of whom when packets are lost.
//
//   agent     IDLE -> AWAIT_RETRY -> AWAIT_WELCOME -> OPEN -> AWAIT_RECEIPT -> OPEN ...
//   landmark  no session | a round of one, asked or not yet | the last round, whose RECEIPT repeats
//
// The states and what moves between them are those of core/protocol's two sessions and of the two
// engines; the limits and timers are theirs by name, and the schedule of trains and the plan of a
// round are their code. What is left out has no part in who hears whom: keys, what one packet weighs,
// limits that add up over devices, and a session's death at kSessionAgeMax.
#ifndef EARSHOT_SIM_FLEET_SESSION_LINK_H_
#define EARSHOT_SIM_FLEET_SESSION_LINK_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/engine/agent_engine.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/protocol/landmark_session.h"
#include "core/protocol/session_terms.h"
#include "core/protocol/train_schedule.h"
#include "core/protocol/wire_format.h"
#include "server/engine/round_plan.h"
#include "sim/fleet/calm_round.h"
#include "sim/net/event_queue.h"
#include "sim/path/packet_fate.h"
#include "sim/path/philox.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// What the engines of a run go by; immutable.
struct LinkRules {
  explicit LinkRules(const ScenarioRounds& of);

  RoundOptions rounds;
  SessionTerms terms;
  LandmarkSessionOptions session;
  AgentEngineOptions agent;

  // Whether a session that a round opened still lives in the next, so that none needs a handshake.
  bool GoesOn(Duration every) const { return every + rounds.length <= terms.lifetime; }
  // Of a round trip, queueing included, so short that in a calm round all packets arrive in time.
  Duration CalmRttMax() const;
  // The same, where the session opens so long before the round begins.
  bool CalmOpening(Duration before, Duration rtt) const;
};

// Names a link's draws; each depends on these, the round and its own number alone.
struct LinkName {
  PhiloxKey key;
  std::uint32_t device = 0;
  std::uint32_t landmark = 0;
};

// A stream of a link's draws in one round, by the block of the counter that is its own. Not of those
// that decide over packets.
class LinkRandom final : public Random {
 public:
  LinkRandom(const LinkName& name, std::uint32_t round, std::uint32_t block, std::uint32_t next = 0)
      : name_(name), round_(round), block_(block), next_(next) {}

  void Fill(MutableByteSpan out) override;
  std::uint32_t next() const { return next_; }

 private:
  LinkName name_;
  std::uint32_t round_;
  std::uint32_t block_;
  std::uint32_t next_;
};
inline constexpr std::uint32_t kOtherRoundBlock = 4;  // CalmRound::DrawOther

// What the landmark files of one round.
struct LinkHearing {
  std::optional<Duration> least;  // round-trip time; none: nothing was heard
  bool evidence = false;          // valid, and in time
};

// Not thread-safe. Moments are times since the start of the run and never go back.
class SessionLink {
 public:
  // `rules` must outlive the link.
  SessionLink(const LinkRules& rules, const LinkName& name) : rules_(&rules), name_(name) {}
  // Makes it the link of another name, which nobody has started.
  void Rename(const LinkName& name);

  // The agent starts: its first HELLO is due soon after.
  void StartAgent(Duration at);
  // Both ends have a session that was opened by the round that ended at `at`.
  void StandReady(Duration at);

  // From where it stands to the end of the round that begins at `begin`. `lost`, where not null,
  // decides over the packets that `calm` numbers; chance decides over all others.
  LinkHearing RunRound(std::uint32_t round, Duration begin, const PathConditions& path,
                       const CalmRound& calm, const LostPackets* lost);

  // Both ends stand as StandReady leaves them: the next round need not know of this one.
  bool settled() const;

 private:
  enum class Kind : std::uint8_t {
    kAgentTimer, kLandmarkTimer, kHello, kRetry, kHello2, kWelcome, kPing, kPong, kEvidence, kReceipt
  };
  struct Message {
    Kind kind = Kind::kHello;
    std::uint32_t index = 0;    // of PING and PONG; of RECEIPT: whether it opens a round
    std::uint32_t session = 0;  // of HELLO to WELCOME: the attempt, which the session is named after
    std::uint32_t round = 0;    // of the session, from 1
  };
  // A round of a session at the landmark.
  struct Served {
    std::uint32_t session;
    std::uint32_t round;
    MonotonicInstant since;
    MonotonicInstant expires;
    TrainSchedule trains;
    std::vector<MonotonicInstant> starts;  // not begun yet, latest first
    std::vector<MonotonicInstant> sent;    // by index, from 1
    std::bitset<wire::kChainLengthMax + 1> answered;
    bool planned = false;
    std::uint32_t welcome_repeats = 0;
    std::optional<Duration> least;
  };
  // The last round that ended with EVIDENCE.
  struct Closed {
    std::uint32_t session = 0;
    std::uint32_t round = 0;
    bool opens_next = false;
    MonotonicInstant at;
    std::uint32_t repeats = 0;
  };
  void Reset(MonotonicInstant now);
  void Push(MonotonicInstant at, const Message& message);
  void Send(const Message& message);
  std::optional<std::size_t> NumberOf(const Message& message) const;
  void Happen(const Message& message);

  void AgentTimer();
  void Transmit();
  void EndAgentSession();
  void AgentTakes(const Message& message);
  void Answer(const Message& ping);

  Served Serve(std::uint32_t session, std::uint32_t round);
  void LandmarkTimer();
  void LandmarkTakes(const Message& message);
  void TakeHello2(std::uint32_t attempt);
  void TakePong(const Message& pong);
  void TakeEvidence(const Message& evidence);
  void PlanTrains();
  void EndServed(bool evidence);
  void Rearm();

  const LinkRules* rules_;
  LinkName name_;
  EventQueue queue_;
  std::uint64_t events_ = 0;
  MonotonicInstant now_;

  // The round of the server.
  std::uint32_t round_ = 0;
  bool in_round_ = false;
  bool filed_ = false;
  MonotonicInstant round_end_;
  LinkHearing hearing_;
  const PathConditions* path_ = nullptr;
  const CalmRound* calm_ = nullptr;
  const LostPackets* lost_ = nullptr;
  LostPackets decided_;               // of `lost_`, what was asked for
  std::vector<MonotonicInstant> spare_;  // a vector's room, used again
  std::uint32_t packets_ = 0;         // drawn in this round
  std::uint32_t chances_ = 0;

  AgentState agent_ = AgentState::kIdle;
  MonotonicInstant agent_wake_;
  std::optional<MonotonicInstant> agent_armed_;
  std::uint32_t transmissions_ = 0;
  Duration attempt_pause_ = kAttemptPauseFirst;
  std::uint32_t attempt_ = 0;
  std::uint32_t agent_session_ = 0;
  std::uint32_t agent_round_ = 0;
  MonotonicInstant agent_expires_;
  std::bitset<wire::kChainLengthMax + 1> agent_answered_;

  std::optional<Served> open_;
  std::optional<MonotonicInstant> landmark_armed_;
  std::uint32_t newest_attempt_ = 0;
  Closed closed_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_SESSION_LINK_H_
