// sim/fleet/calm_round.h: rounds of one device and landmark in which nothing is lost that matters.
//
// Most rounds are calm, also where packets get lost: the device is heard, its EVIDENCE and RECEIPT
// arrive at once, and the next round begins as this one did. How likely that is follows from the
// packets alone; any other round is played packet by packet (session_link.h).
#ifndef EARSHOT_SIM_FLEET_CALM_ROUND_H_
#define EARSHOT_SIM_FLEET_CALM_ROUND_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/protocol/wire_format.h"
#include "sim/scenario/scenario.h"
#include "server/engine/round_plan.h"

namespace earshot {

// The packets of a round in which each is sent once, in this order: a PING and its PONG for every
// index, EVIDENCE, RECEIPT, and where the round begins with a handshake the first two of each of its
// four kinds.
inline constexpr std::size_t kHandshakeKinds = 4;
inline constexpr std::size_t kCalmTries = 2;
inline constexpr std::size_t kRoundPacketsMax =
    2 * std::size_t{kRoundTrainsMax} * wire::kTrainLengthMax + 2 + kHandshakeKinds * kCalmTries;
using LostPackets = std::bitset<kRoundPacketsMax>;

// Calm: EVIDENCE and RECEIPT arrive, and so does the last PING, which makes the device send its EVIDENCE
// at once; HELLO and HELLO2 are answered at the first or the second try; no train goes wholly
// unanswered, and at most one is not wholly answered, so that none waits for another's time to be over.
// Immutable; any thread.
class CalmRound {
 public:
  CalmRound(const ScenarioNetwork& network, std::uint32_t trains, std::uint32_t train_length);

  // That one packet arrives whole, itself or a copy of it.
  double arrives() const { return arrives_; }
  // Of a round, `opens`: with a handshake before it. 0 where calm is so rare that every round should
  // be played.
  double Probability(bool opens) const { return opens ? opening_probability_ : probability_; }
  // Of a calm round: that every answer takes longer than the share `within` of round trips.
  double AllBeyond(double within) const;

  bool IsCalm(const LostPackets& lost, bool opens) const;
  // Of the rounds that are not calm; only where Probability is neither 0 nor 1.
  LostPackets DrawOther(bool opens, Random& random) const;

  std::size_t pings() const { return std::size_t{trains_} * train_length_; }
  std::size_t ping_at(std::size_t index) const { return 2 * (index - 1); }  // index from 1
  std::size_t pong_at(std::size_t index) const { return ping_at(index) + 1; }
  std::size_t evidence_at() const { return 2 * pings(); }
  std::size_t receipt_at() const { return evidence_at() + 1; }
  // HELLO, RETRY, HELLO2 and WELCOME are kinds 0 to 3; tries count from 0.
  std::size_t handshake_at(std::size_t kind, std::size_t tries) const {
    return evidence_at() + 2 + kCalmTries * kind + tries;
  }

 private:
  double TrainsBeyond(double within) const;
  std::size_t packets(bool opens) const {
    return evidence_at() + 2 + (opens ? kHandshakeKinds * kCalmTries : 0);
  }
  bool Answered(const LostPackets& lost, std::size_t kind) const;

  std::uint32_t trains_;
  std::uint32_t train_length_;
  double arrives_ = 0;
  double trains_calm_ = 0;
  double probability_ = 0;
  double opening_probability_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_CALM_ROUND_H_
