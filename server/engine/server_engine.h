// server/engine/server_engine.h: landmarks, rounds and verifier of one server, sans I/O.
//
// The rim (server/io) or the virtual network moves datagrams in and out and calls OnTimer; this
// class decides who is asked when, and says what came of it through ServerObserver.
#ifndef EARSHOT_SERVER_ENGINE_SERVER_ENGINE_H_
#define EARSHOT_SERVER_ENGINE_SERVER_ENGINE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/domain/ids.h"
#include "core/protocol/landmark_keys.h"
#include "server/engine/landmark_engine.h"
#include "server/engine/round_plan.h"
#include "server/engine/verifier.h"

namespace earshot {

struct ServerEngineOptions {
  RoundOptions rounds;
  // Session terms, resolver and resumption are set by the engine, by the rounds.
  LandmarkEngineOptions landmark;
  // A round that is over waits for JudgeRound, so that several engines can pool what they know of
  // landmarks that they share. Otherwise it is judged at once, by what this engine knows.
  bool judged_apart = false;
};

// What happens, as it happens. Calls come from within the engine's calls.
class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  virtual void OnSessionOpened(const LandmarkId& landmark, const DeviceId& device,
                               SessionId session, std::uint64_t counter) = 0;
  // A receipt that holds together; the reference dies with the call.
  virtual void OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) = 0;
  virtual void OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) = 0;
};

// The answer to OnDemandPing: the appraisal of what was heard.
using PingDone = std::function<void(Result<DeviceVerdict>)>;

// A device that cannot be asked for so long is judged by its silence.
inline constexpr Duration kPingPatience = std::chrono::seconds(15);
// A ping begins once most landmarks have a session, or after this with any.
inline constexpr Duration kPingGather = std::chrono::seconds(3);
inline constexpr std::size_t kPingsAtOnceMax = 16;

// Confined to one thread. Not movable: landmarks hold a reference to it.
class ServerEngine final : private LandmarkObserver {
 public:
  // The options must have passed CheckRoundOptions. References must outlive the engine.
  ServerEngine(const ServerEngineOptions& options, Verifier verifier, Random& random, Clock& clock,
               ServerObserver& observer);
  ~ServerEngine() override;

  // Adds a landmark and returns its number, from 0. `keys` and `transport` must outlive the engine.
  std::size_t AddLandmark(const LandmarkKeys& keys, DatagramTransport& transport);

  // Begins: the first round starts after RoundOptions::first_after.
  void Start();
  // Gives up the round that is open: whoever was not asked yet must not look silent. No round
  // follows; verdicts stand as of the last one that closed.
  void Stop();

  // As LandmarkEngine, for landmark `number`.
  void OnDatagram(std::size_t number, const Endpoint& from, ByteSpan packet,
                  const ClockReading& after_receive, std::optional<WallInstant> kernel_receive);
  void OnTransmitStamp(std::size_t number, std::uint64_t probe_key, WallInstant stamp,
                       WallInstant not_after);
  void OnDropped(std::size_t number, std::uint64_t total);
  void Flush();
  // The machine was suspended, and `clock` has gone on meanwhile: ages count that time. The round
  // that is open is given up, judging nobody, and answers become due anew: who slept asked nobody.
  // Pings under way end with kUnavailable.
  void OnSuspended();

  void OnTimer();
  // Never late.
  std::optional<MonotonicInstant> NextWake() const;

  // Asks one device now, outside the rounds: `pings` at each landmark, at most a session's chain
  // (kInvalidArgument), in trains that begin `interval` apart, or at times drawn at random without
  // one. kInvalidArgument too for an interval outside the limits that the session's terms leave:
  // shorter, trains overlap; longer, the agent takes the round for over. The device is left out of rounds until `done` was called. kNotFound for an
  // unknown name; kResourceLimit; kUnavailable before Start.
  Status OnDemandPing(const std::string& device, std::uint32_t pings,
                      std::optional<Duration> interval, PingDone done);

  // With `judged_apart`, the round that is over and waits; the next one begins after JudgeRound.
  bool awaits_judgement() const { return unjudged_.has_value(); }
  // What this engine's verifier knows of the landmarks in that round (CHECK: there is one).
  LandmarkNews News() const;
  void JudgeRound(const LandmarkNews& news);

  // All scheduled rounds are over.
  bool finished() const;
  RoundNumber rounds_closed() const { return RoundNumber(rounds_closed_); }
  Verifier& verifier() { return verifier_; }
  const LandmarkEngine& landmark(std::size_t number) const { return *landmarks_[number]; }
  std::size_t landmark_count() const { return landmarks_.size(); }

 private:
  struct Round {
    RoundNumber number;
    MonotonicInstant begin;
    MonotonicInstant end;
    std::map<DeviceId, std::set<LandmarkId>> expected;
    std::set<std::pair<DeviceId, LandmarkId>> closed;  // asked, and the receipt has come
  };
  struct Ping {
    RoundNumber number;
    DeviceId device;
    std::uint32_t trains = 1;
    std::optional<Duration> interval;
    MonotonicInstant asked;
    MonotonicInstant next_look;           // while it waits for sessions
    std::optional<MonotonicInstant> end;  // once trains are planned
    std::set<LandmarkId> waiting;         // receipts that are still to come
    PingDone done;
  };

  void OnSessionOpened(const LandmarkId& landmark, const DeviceId& device, SessionId session,
                       std::uint64_t counter) override;
  void OnRoundClosed(const LandmarkId& landmark, const DeviceId& device,
                     ClosedRound closed) override;
  void OnCounter(const LandmarkId& landmark, const DeviceId& device,
                 CounterJudgement judgement) override;

  LandmarkEngine* Find(const LandmarkId& id);
  void GiveUpRounds(const char* why);
  void BeginRound(const ClockReading& reading);
  void EndRound(const ClockReading& now);
  void Judge(RoundNumber round, const LandmarkNews& news, const ClockReading& now);
  void PlanInRound(LandmarkEngine& landmark, const DeviceId& device, MonotonicInstant now);
  void PlanIfExpected(const LandmarkId& landmark, const DeviceId& device);
  void PlanInPing(Ping& ping, LandmarkEngine& landmark);
  bool BeginPing(Ping& ping, MonotonicInstant now);
  void FinishPing(Ping& ping, const ClockReading& now);
  void ServePings(const ClockReading& now);
  void CheckReceipt();
  void CheckReceipts() {
    while (!unchecked_.empty()) CheckReceipt();
  }
  void TakeRefused(RoundNumber round, const DeviceId& device);
  void TakeShortages(RoundNumber round, const DeviceId& device, MonotonicInstant since);

  ServerEngineOptions options_;
  Verifier verifier_;
  Random& random_;
  Clock& clock_;
  ServerObserver& observer_;
  std::vector<std::unique_ptr<LandmarkEngine>> landmarks_;
  bool started_ = false;
  bool stopped_ = false;
  std::uint32_t next_number_ = 1;
  std::uint32_t rounds_begun_ = 0;
  std::uint32_t rounds_closed_ = 0;
  MonotonicInstant next_round_;
  std::optional<Round> round_;
  std::optional<std::pair<RoundNumber, ClockReading>> unjudged_;  // and when it ended
  std::vector<std::unique_ptr<Ping>> pings_;
  // Checking a receipt takes half a millisecond: one a turn, so that no pong waits for many.
  std::deque<std::pair<LandmarkId, ClosedRound>> unchecked_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_SERVER_ENGINE_H_
