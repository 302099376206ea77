#include "sim/fleet/packet_share.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/appraisal/appraise.h"
#include "core/base/binomial_interval.h"
#include "core/latency/order_statistics.h"
#include "sim/net/virtual_world.h"
#include "sim/path/philox.h"

namespace earshot {
namespace {

constexpr std::array<double, 4> kProbabilities = {0.05, 0.5, 0.95, 0.99};
// Two statements, one on either side.
constexpr double kSideConfidence = 0.9995;
// What LeastExtra errs by, and the copies of packets that it leaves out.
constexpr double kToleranceMeans = 0.02;

// Of each fleet at least one, none twice, by the seed.
std::vector<FleetDevice> DrawDevices(const Scenario& scenario, std::uint32_t wanted) {
  std::vector<FleetDevice> devices;
  for (std::size_t f = 0; f < scenario.fleets.size(); ++f) {
    const std::uint32_t count = scenario.fleets[f].count;
    const std::uint64_t share = std::uint64_t{wanted} * count / scenario.DeviceCount();
    const auto here = static_cast<std::size_t>(std::clamp<std::uint64_t>(share, 1, count));
    PhiloxRandom random(
        PhiloxKey::For(scenario.seed, fmt::format("fleet {}", f), "packet share"));
    std::set<std::uint32_t> numbers;
    while (numbers.size() < here) {
      numbers.insert(static_cast<std::uint32_t>(random.NextBelow(count)));
    }
    for (const std::uint32_t number : numbers) devices.push_back({f, number});
  }
  return devices;
}

using Paths = std::map<std::pair<std::string, LandmarkId>, Duration>;

Paths PathsOf(const ResolvedScenario& resolved) {
  Paths paths;
  for (const ResolvedPath& path : resolved.paths) {
    paths.emplace(std::pair(resolved.devices[path.device].id,
                            resolved.scenario.landmarks[path.landmark].id),
                  path.rtt().duration());
  }
  return paths;
}

// What this round measured above the paths.
void AddExtras(const VirtualWorld& world, const Paths& paths, const std::set<LandmarkId>& liars,
               std::vector<Duration>* extras) {
  const auto verdicts = world.Verdicts();
  RoundNumber newest;
  for (const auto& [name, verdict] : verdicts) newest = std::max(newest, verdict.appraisal.round);
  for (const auto& [name, verdict] : verdicts) {
    if (verdict.appraisal.round != newest) continue;  // retired: counted when it was asked
    for (const LandmarkRings& rings : verdict.appraisal.rings) {
      if (rings.age > Duration(0) || liars.contains(rings.landmark)) continue;
      extras->push_back(rings.rtt_min.duration() - paths.at({name, rings.landmark}));
    }
  }
}

bool Lost(const AskedLandmark& asked) {
  return asked.pings_answered == 0 || !asked.covered_by_evidence;
}

// It answers throughout the first round.
bool AnswersAtFirst(const ScenarioRounds& rounds, const ScenarioFleet& fleet) {
  const Duration end = rounds.first_after + rounds.length;
  return fleet.ever_heard() && fleet.life.DueAt(rounds.first_after) &&
         !fleet.life.RetiredAt(end) &&
         (fleet.behaviour != Behaviour::kGoesSilent || fleet.silent_from >= end);
}

void AddLost(const VirtualWorld& world, const ResolvedScenario& resolved, PacketShare* share) {
  const auto verdicts = world.Verdicts();
  for (const ResolvedDevice& device : resolved.devices) {
    const auto verdict = verdicts.find(device.id);
    if (verdict == verdicts.end() || device.reference_for.has_value() ||
        !AnswersAtFirst(resolved.scenario.rounds, resolved.scenario.fleets[device.fleet])) {
      continue;
    }
    for (const auto& [landmark, asked] : verdict->second.asked) {
      ++share->unheard.packets_of;
      share->unheard.packets += asked.pings_answered == 0 ? 1U : 0U;
      ++share->uncovered.packets_of;
      share->uncovered.packets +=
          asked.pings_answered > 0 && !asked.covered_by_evidence ? 1U : 0U;
    }
  }
}

ExtraQuantile QuantileOf(const std::vector<Duration>& sorted, double probability,
                         const RoundWorld& world, Duration mean) {
  const std::size_t n = sorted.size();
  const Duration tolerance(std::llround(kToleranceMeans * static_cast<double>(mean.count())));
  ExtraQuantile quantile;
  quantile.probability = probability;
  quantile.rounds = world.ExtraQuantile(probability);
  const auto at = static_cast<std::size_t>(probability * static_cast<double>(n));
  quantile.packets = sorted[std::min(at, n - 1)];
  const auto below = SureRankBelowQuantile(n, probability, kSideConfidence);
  // The same, seen from the other end.
  const auto above = SureRankBelowQuantile(n, 1 - probability, kSideConfidence);
  quantile.low = (below.has_value() ? sorted[*below - 1] : Duration(0)) - tolerance;
  quantile.high = (above.has_value() ? sorted[n - *above] : sorted[n - 1] + mean) + tolerance;
  return quantile;
}

}  // namespace

bool LostRate::agrees() const {
  constexpr double kConfidence = 0.999;
  const BinomialInterval by_rounds = ClopperPearson(rounds, rounds_of, kConfidence);
  const BinomialInterval by_packets = ClopperPearson(packets, packets_of, kConfidence);
  return by_rounds.low <= by_packets.high && by_packets.low <= by_rounds.high;
}

Result<PacketShare> RunPacketShare(const RoundWorld& world, const Scenario& scenario,
                                   const PathModel& model, const PlacementTest& test,
                                   const CountryMap& map, const PacketShareOptions& options) {
  const std::vector<FleetDevice> devices = DrawDevices(scenario, options.devices);
  ResolvedScenario resolved = ResolveDevices(scenario, model, devices);
  resolved.scenario.duration =
      scenario.rounds.first_after + options.rounds * scenario.rounds.length;
  VirtualWorldOptions world_options;
  world_options.threads = options.threads;
  EARSHOT_ASSIGN_OR_RETURN(const auto packets,
                           VirtualWorld::Create(resolved, test, map, world_options));
  const Paths paths = PathsOf(resolved);
  std::set<LandmarkId> liars;
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    if (landmark.lies()) liars.insert(landmark.id);
  }
  std::vector<Duration> extras;
  PacketShare share;
  while (packets->RunRound()) {
    packets->DropBundles();
    if (!scenario.network.calm()) continue;
    AddExtras(*packets, paths, liars, &extras);
    if (packets->rounds() == 1) AddLost(*packets, resolved, &share);
  }
  if (scenario.network.calm()) {
    const LinkCounts rounds = world.counts().links_first;
    share.unheard.rounds_of = share.uncovered.rounds_of = rounds.links;
    share.unheard.rounds = rounds.unheard;
    share.uncovered.rounds = rounds.uncovered;
  }
  share.devices = static_cast<std::uint32_t>(devices.size());
  share.rounds = packets->rounds();
  const auto verdicts = packets->Verdicts();
  for (const FleetDevice& device : devices) {
    const std::string name = DeviceName(scenario.fleets[device.fleet], device.number);
    const auto found = verdicts.find(name);
    const Verdict headline =
        found == verdicts.end() ? Verdict::kIndeterminate : found->second.appraisal.headline;
    if (headline == world.headline(device.fleet, device.number)) ++share.same_verdict;
    const bool losses =
        found != verdicts.end() &&
        (world.with_losses(device.fleet, device.number) ||
         (scenario.network.calm() &&
          std::ranges::any_of(found->second.asked,
                              [](const auto& asked) { return Lost(asked.second); })));
    share.with_losses += losses ? 1U : 0U;
    if (losses || (world.seen(device.fleet, device.number) & SetOf(headline)) != 0) continue;
    share.differing.push_back(fmt::format("{}: {}", name, VerdictName(headline)));
  }
  std::ranges::sort(extras);
  share.round_trips = extras.size();
  if (extras.empty()) return share;
  for (const double probability : kProbabilities) {
    share.extras.push_back(
        QuantileOf(extras, probability, world, scenario.network.jitter));
  }
  return share;
}

}  // namespace earshot
