// sim/fleet/fleet_links.h: of the devices of a shard, what landmarks hear of them where packets get
// lost. For this room.
#ifndef EARSHOT_SIM_FLEET_FLEET_LINKS_H_
#define EARSHOT_SIM_FLEET_FLEET_LINKS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/base/time.h"
#include "sim/fleet/calm_round.h"
#include "sim/fleet/session_link.h"
#include "sim/fleet/verdict_boxes.h"
#include "sim/path/philox.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// The last that a landmark heard of a device.
struct LastHeard {
  RttNs rtt = 0;
  bool evidence = true;
  Duration age{0};  // since the beginning of its round, at the end of this one
};

// What one landmark knows of one device at the end of a round.
struct LinkSeen {
  std::optional<RttNs> rtt;
  bool evidence = true;
  std::optional<LastHeard> before;  // where this round heard nothing
};

// Most rounds of most links are calm and leave nothing behind; only the others are played and, where
// something stays open at the end of the round, kept. Confined to one thread.
class FleetLinks {
 public:
  // References must outlive it. `first`: number of the shard's first device.
  FleetLinks(const ScenarioNetwork& network, const LinkRules& rules, const CalmRound& calm,
             PhiloxKey key, std::uint32_t first, std::size_t landmarks);

  // Where nothing is lost every round is calm.
  bool any_lost() const { return calm_.Probability(true) < 1; }

  // `agents_start`: when the agents do, where sessions begin with this round.
  void BeginRound(std::uint32_t round, Duration begin, Duration end,
                  std::optional<Duration> agents_start);

  // Whether the round of device `at` of the shard with `landmark` is calm, by a word drawn for it and
  // the round trip of the path.
  bool IsCalm(std::uint32_t at, std::size_t landmark, std::uint32_t word, Duration path) const;
  // A calm one took place: what was kept is past.
  void Forget(std::uint32_t at, std::size_t landmark);
  // Plays one that is not. `before`: what the round before showed, if it was calm.
  LinkSeen Play(std::uint32_t at, std::size_t landmark, Duration path,
                const std::function<std::optional<LastHeard>()>& before);

  // The most that was kept at the end of a round.
  std::uint64_t bytes_most() const { return bytes_most_; }

 private:
  struct Last {
    RttNs rtt = 0;
    bool evidence = true;
    Duration begin{0};  // of its round
  };
  struct Kept {
    std::unique_ptr<SessionLink> link;  // null: it stands as after a calm round
    std::optional<Last> last;
  };
  std::uint64_t NumberOf(std::uint32_t at, std::size_t landmark) const {
    return std::uint64_t{at} * landmarks_ + landmark;
  }
  bool MayBeCalm(Duration path) const;

  const ScenarioNetwork& network_;
  const LinkRules& rules_;
  const CalmRound& calm_;
  PhiloxKey key_;
  std::uint32_t first_;
  std::size_t landmarks_;
  Duration queueing_max_;  // of a round trip
  Duration calm_rtt_max_;

  std::uint32_t round_ = 0;
  Duration begin_{0};
  Duration end_{0};
  std::optional<Duration> agents_start_;
  std::uint64_t not_calm_from_ = 0;  // words
  std::map<std::uint64_t, Kept> kept_;
  std::unique_ptr<SessionLink> idle_;  // to be used again
  std::uint64_t bytes_most_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_FLEET_LINKS_H_
