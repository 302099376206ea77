// sim/fleet/round_world.h: fleets in virtual time, a round at a time instead of a packet at a time.
//
// Of each landmark, device and round only what decides a verdict is drawn: the least round-trip time
// of the round's pings, above the undisturbed path that a run of every packet would have
// (sim/scenario/resolve.h, the same draw). The verdicts are the production appraisal's, asked
// directly or through boxes of known verdicts (verdict_boxes.h). No packets, no signatures.
//
// Where packets get lost, so may handshakes, EVIDENCE and RECEIPTs: whether all went well is drawn, and
// where it did not the session is played packet by packet by the rules of the engines
// (session_link.h), into the rounds after it if need be. Rounds so far apart that no session lives from
// one into the next begin with a handshake each.
//
// What a lying landmark, or one whose clock runs slow, makes of a round's quickest answer is what it
// reports; where the agents beside the landmarks show it, the mesh judges it as ever. Such worlds are
// appraised device by device, without boxes.
//
// What it leaves out, and a run of every packet has: bounds carried across a cut, the landmarks'
// choice (every landmark asks every device), reference agents that a landmark does not hear, keys that
// die after a day, and what happens within a round: a device that goes silent then is heard in that
// one, a cut or a queue that does not last all of it delays nobody, all are heard again in the first
// round after a cut, routes are the better of those at its two ends, a device that is installed then
// is heard from the next one on, and a last answer counts as at the end of its round.
#ifndef EARSHOT_SIM_FLEET_ROUND_WORLD_H_
#define EARSHOT_SIM_FLEET_ROUND_WORLD_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/domain/lifecycle.h"
#include "core/domain/verdict.h"
#include "core/locate/path_model.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// Threads of one run of rounds; more are refused.
inline constexpr unsigned kRoundThreadsMax = 256;
// Devices that share boxes of verdicts and are one piece of work.
inline constexpr std::uint32_t kShardDevicesMax = 65'536;

struct RoundWorldOptions {
  unsigned threads = 1;  // any number gives the same verdicts
  Duration every{0};     // from the beginning of a round to that of the next; 0: back to back
  // Of so many device rounds one is also judged by the appraisal itself, and must agree; 0: none.
  std::uint32_t audit_one_in = 10'000;
};

// Whole rounds within the scenario's duration, one beginning every `every`.
std::uint32_t RoundsEvery(const Scenario& scenario, Duration every);

// Whether RoundWorld::Create would take them, as far as can be said without drawing a path.
Status CheckRoundWorld(const Scenario& scenario, const RoundWorldOptions& options);

// A bit for each Verdict.
using VerdictSet = std::uint8_t;
constexpr VerdictSet SetOf(Verdict verdict) {
  return static_cast<VerdictSet>(1U << static_cast<unsigned>(verdict));
}
inline constexpr std::size_t kVerdictKinds = 7;
// The bit that no verdict has.
inline constexpr VerdictSet kLossesBit = 1U << kVerdictKinds;
inline constexpr VerdictSet kFlaggedSet = SetOf(Verdict::kInvalidProof) |
                                          SetOf(Verdict::kContradicted) | SetOf(Verdict::kSilent) |
                                          SetOf(Verdict::kUnexplainedDelay);

// Of a landmark, a device and a round in which packets pass.
struct LinkCounts {
  std::uint64_t links = 0;
  std::uint64_t played = 0;       // packet by packet
  std::uint64_t unheard = 0;      // the landmark heard nothing
  std::uint64_t uncovered = 0;    // it did, and no EVIDENCE came for it

  void Add(const LinkCounts& other);
};

struct RoundCounts {
  std::uint64_t device_rounds = 0;
  std::array<std::uint64_t, kVerdictKinds> headlines{};  // by Verdict, of every device round
  std::array<std::uint64_t, kVerdictKinds> last{};       // the same of the last round alone, without
                                                         // devices that are retired by its end
  std::array<std::uint64_t, kVerdictKinds> ever{};       // devices that had it in some round
  // Times that a device came to it from another verdict, or began with it: alarms, where flagged.
  std::array<std::uint64_t, kVerdictKinds> raised{};
  std::array<std::uint64_t, kLifecycleStates> lifecycle{};       // rounds of a device, by state
  std::array<std::uint64_t, kLifecycleStates> lifecycle_last{};  // devices, after the last round
  std::uint64_t first_flagged = 0;      // devices that some round flagged
  std::uint64_t first_flag_rounds = 0;  // the numbers, from 0, of the rounds that did so first, summed
  LinkCounts links;
  LinkCounts links_first;        // of round 0 alone
  std::uint64_t appraisals = 0;  // asked for boxes and for what no box covers, audits aside
  std::uint64_t boxes = 0;
  std::uint64_t audited = 0;
  std::uint64_t audit_differences = 0;  // must be 0

  void Add(const RoundCounts& other);
  // One round of one device, which was `before` and of which `seen` is known (0: its first round).
  // All but `last` and `ever`.
  void Count(Verdict before, VerdictSet seen, Verdict headline, std::uint32_t round) {
    const auto kind = static_cast<std::size_t>(headline);
    if (seen == 0 || before != headline) ++raised[kind];
    if (IsFlagged(headline) && (seen & kFlaggedSet) == 0) {
      ++first_flagged;
      first_flag_rounds += round;
    }
    ++device_rounds;
    ++headlines[kind];
  }
};

class CalmRound;
class LeastExtra;
struct LinkRules;
struct ResolvedScenario;
class RoundShard;

// Deterministic: scenario, options but for threads, and program decide every verdict. Not
// thread-safe; uses threads of its own within its calls.
class RoundWorld {
 public:
  // All references must outlive the world. `test` must be monotone as verdict_boxes.h says.
  // kUnsupported for what this fidelity does not have: landmarks that are chosen anew each round or
  // lose datagrams or whose wall clock steps, keys in two places or that move, landmarks that a device
  // chooses, a policy that tests for change. kInvalidArgument: threads outside 1 to kRoundThreadsMax, rounds
  // closer than their length or beyond the duration, a path beyond 2 s.
  static Result<std::unique_ptr<RoundWorld>> Create(const Scenario& scenario,
                                                    const PathModel& model,
                                                    const PlacementTest& test,
                                                    const CountryMap& map,
                                                    const RoundWorldOptions& options);
  ~RoundWorld();

  // All rounds of all devices. `on_share`, which may be empty, is called from any thread, one call
  // at a time, with the share of the work that is done.
  void Run(const std::function<void(double share)>& on_share = {});

  std::uint32_t rounds() const { return rounds_; }
  Duration every() const { return options_.every; }
  // Of the last round, by fleet and number within it.
  Verdict headline(std::size_t fleet, std::uint32_t device) const;
  // Of all rounds.
  VerdictSet seen(std::size_t fleet, std::uint32_t device) const;
  // In some round a landmark heard nothing of it, or got no EVIDENCE.
  bool with_losses(std::size_t fleet, std::uint32_t device) const;
  RoundCounts counts(std::size_t fleet) const;
  RoundCounts counts() const;
  // Of the test of delay on a device of the fleet that everybody hears; none when none can be made.
  std::optional<double> FalseAlarmProbability(std::size_t fleet) const;
  // What grows with the number of devices.
  std::uint64_t device_bytes() const;
  // Covers every headline of every round; the same at any number of threads.
  Bytes32 Hash() const;
  // What share `probability` of the least round-trip times have at most above the undisturbed path;
  // of a network that is the same at every moment.
  Duration ExtraQuantile(double probability) const;

 private:
  explicit RoundWorld(const RoundWorldOptions& options);
  void ForEachShard(const std::function<void(RoundShard&)>& work);
  const RoundShard& ShardOf(std::size_t fleet, std::uint32_t device) const;

  RoundWorldOptions options_;
  std::uint32_t rounds_ = 0;
  std::unique_ptr<const ResolvedScenario> references_;
  std::unique_ptr<const LinkRules> rules_;
  std::unique_ptr<const CalmRound> calm_;
  std::unique_ptr<const LeastExtra> extra_;
  std::vector<std::unique_ptr<RoundShard>> shards_;  // by fleet, then device
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_ROUND_WORLD_H_
