// sim/fleet/round_shard.h: some devices of one fleet, a round at a time. For this room.
#ifndef EARSHOT_SIM_FLEET_ROUND_SHARD_H_
#define EARSHOT_SIM_FLEET_ROUND_SHARD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/crypto/sha256.h"
#include "core/domain/declaration.h"
#include "core/domain/observation.h"
#include "core/domain/system_claims.h"
#include "sim/fleet/calm_round.h"
#include "sim/fleet/fleet_links.h"
#include "sim/fleet/least_extra.h"
#include "sim/fleet/round_world.h"
#include "sim/fleet/session_link.h"
#include "sim/fleet/verdict_boxes.h"
#include "sim/path/path_weather.h"
#include "sim/path/philox.h"
#include "sim/scenario/resolve.h"

namespace earshot {

// What the shards of a world share. References must outlive them; safe from any thread.
struct RoundPlan {
  const Scenario& scenario;
  const PathModel& model;
  const PlacementTest& test;
  const CountryMap& map;
  const LinkRules& rules;
  const CalmRound& calm;
  const LeastExtra& extra;
  const ResolvedScenario& references;  // no devices but the agents beside the landmarks
  RoundWorldOptions options;
};

// Devices `first` to `first + count - 1` of a fleet. They share declaration, endorsement and
// geometry, and so their boxes. What it keeps of a device is its path to each landmark, its verdict,
// the verdicts it ever had and where its box is, and of few what is left of lost packets. Confined to
// one thread at a time.
class RoundShard {
 public:
  RoundShard(const RoundPlan& plan, std::size_t fleet, std::uint32_t first, std::uint32_t count);

  // Draws the paths; kInvalidArgument for one that is too long to be kept.
  Status Open();
  // One round of every device. Rounds are run in order.
  void RunRound(std::uint32_t round);

  std::size_t fleet_number() const { return number_; }
  std::uint32_t first() const { return first_; }
  std::uint32_t count() const { return count_; }
  // By device number within the fleet.
  Verdict headline(std::uint32_t device) const { return headlines_[device - first_]; }
  VerdictSet seen(std::uint32_t device) const {
    return static_cast<VerdictSet>(seen_[device - first_] & ~kLossesBit);
  }
  bool with_losses(std::uint32_t device) const {
    return (seen_[device - first_] & kLossesBit) != 0;
  }

  RoundCounts counts() const;
  std::optional<double> FalseAlarmProbability() const;
  std::uint64_t device_bytes() const;
  // Of the rounds that were played packet by packet.
  const ExtraTally& played_extras() const { return played_extras_; }
  // Of every headline of every round so far, in order.
  Bytes32 Hash() const { return Sha256State(hash_).Finish(); }

 private:
  const ScenarioFleet& fleet() const { return plan_.scenario.fleets[number_]; }
  Duration BeginOf(std::uint32_t round) const;
  Duration EndOf(std::uint32_t round) const;
  // When the agents of the fleet start, where their sessions begin with `round`.
  std::optional<Duration> AgentsStart(std::uint32_t round) const;
  // No device of the fleet is heard in `round`.
  bool SilentIn(std::uint32_t round) const;
  // Until when, by the end of `round`, devices of the fleet were heard.
  Duration HeardBy(std::uint32_t round) const;
  // What comes and goes, as it is in `round`.
  void SetWeather(std::uint32_t round);
  // What landmark `l` says in `round` of a round trip that took `rtt`. While it lies, of a train the
  // last answer decides: it may not have arrived before the last PING left.
  Duration Reported(std::size_t l, std::uint32_t round, Duration rtt) const;
  // What the agents beside the landmarks show of them in `round`.
  void MeasureMesh(std::uint32_t round);
  // What it adds to the path of device `at` of this shard to `landmark`; none: no packet passes.
  std::optional<Duration> WeatherExtra(std::uint32_t at, std::size_t landmark,
                                       std::uint32_t round) const;
  VerdictPair JudgeSilence(std::uint32_t round) const;
  // The production appraisal of what landmarks heard. `unheard_for`: of a device that nobody heard
  // under EVIDENCE.
  Appraisal AppraiseRtts(std::span<const LinkSeen> seen, Duration unheard_for) const;
  VerdictPair Judge(std::span<const LinkSeen> seen, Duration unheard_for) const;
  // Draws what each landmark hears of device `at` of this shard; false: not everybody heard it and got
  // its EVIDENCE.
  bool Hear(std::uint32_t at, std::uint32_t round);
  // Of one whose packets pass and take `path` there and back, in calm; false as above.
  bool HearLink(std::uint32_t at, std::uint32_t round, std::size_t landmark, Duration path,
                std::uint32_t extra_word, std::uint32_t calm_word);
  // What a calm round showed, for the one after it.
  std::optional<LastHeard> HeardBefore(std::uint32_t at, std::uint32_t round,
                                       std::size_t landmark) const;
  // How long ago anybody got EVIDENCE of device `at` with an answer, at the end of `round`.
  Duration UnheardFor(std::uint32_t at, std::uint32_t round);
  void Audit(const VerdictPair& pair, Duration unheard_for);
  void Count(std::uint32_t at, std::uint32_t round, const VerdictPair& pair);
  // Where the devices of the shard are in their lives after `round`, which was `silence` if nobody
  // was heard.
  void CountLifecycle(std::uint32_t round, const std::optional<VerdictPair>& silence);

  RoundPlan plan_;
  std::size_t number_;
  std::uint32_t first_;
  std::uint32_t count_;
  std::vector<Landmark> landmarks_;
  Declaration declaration_;
  std::optional<Endorsement> endorsement_;
  MeshState mesh_;
  bool any_lies_ = false;
  std::vector<PathWeather> weather_;    // by landmark; empty: calm
  std::vector<Duration> shared_extra_;  // by landmark, in the round at hand
  std::vector<bool> cut_;
  std::vector<bool> healthy_;           // by landmark: it can have heard somebody
  std::vector<PhiloxKey> routes_;       // by device; empty where no route changes
  PhiloxKey key_;
  VerdictBoxes boxes_;
  std::vector<RttNs> paths_;  // by device, then landmark
  std::vector<Verdict> headlines_;
  std::vector<VerdictSet> seen_;
  std::vector<std::uint16_t> hints_;
  std::vector<RttNs> rtts_;  // of the device at hand
  std::vector<LinkSeen> heard_;
  FleetLinks links_;
  ExtraTally played_extras_;
  std::map<std::uint32_t, Duration> last_valid_;  // of devices without EVIDENCE in the last round
  RoundCounts counts_;
  LinkCounts links_in_round_;
  LifecycleState state_ = LifecycleState::kInstalled;
  bool ever_heard_ = false;
  std::uint64_t unboxed_ = 0;  // judged without a box
  Sha256State hash_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_ROUND_SHARD_H_
