#include "sim/fleet/packet_share.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/appraisal/appraise.h"
#include "core/latency/order_statistics.h"
#include "sim/fleet/least_extra.h"
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
void AddExtras(const VirtualWorld& world, const Paths& paths, std::vector<Duration>* extras) {
  const auto verdicts = world.Verdicts();
  RoundNumber newest;
  for (const auto& [name, verdict] : verdicts) newest = std::max(newest, verdict.appraisal.round);
  for (const auto& [name, verdict] : verdicts) {
    if (verdict.appraisal.round != newest) continue;  // retired: counted when it was asked
    for (const LandmarkRings& rings : verdict.appraisal.rings) {
      if (rings.age > Duration(0)) continue;
      extras->push_back(rings.rtt_min.duration() - paths.at({name, rings.landmark}));
    }
  }
}

ExtraQuantile QuantileOf(const std::vector<Duration>& sorted, double probability,
                         const LeastExtra& extra, Duration mean) {
  const std::size_t n = sorted.size();
  const Duration tolerance(std::llround(kToleranceMeans * static_cast<double>(mean.count())));
  ExtraQuantile quantile;
  quantile.probability = probability;
  // Of the draws that are heard at all.
  const double word = probability * (1 - extra.unheard_probability()) * 0x1p32;
  quantile.rounds = extra.At(static_cast<std::uint32_t>(word)).value_or(Duration(0));
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
  std::vector<Duration> extras;
  while (packets->RunRound()) {
    packets->DropBundles();
    if (scenario.network.calm()) AddExtras(*packets, paths, &extras);
  }
  PacketShare share;
  share.devices = static_cast<std::uint32_t>(devices.size());
  share.rounds = packets->rounds();
  const auto verdicts = packets->Verdicts();
  for (const FleetDevice& device : devices) {
    const std::string name = DeviceName(scenario.fleets[device.fleet], device.number);
    const auto found = verdicts.find(name);
    const Verdict headline =
        found == verdicts.end() ? Verdict::kIndeterminate : found->second.appraisal.headline;
    if (headline == world.headline(device.fleet, device.number)) ++share.same_verdict;
    if ((world.seen(device.fleet, device.number) & SetOf(headline)) != 0) continue;
    share.differing.push_back(fmt::format("{}: {}", name, VerdictName(headline)));
  }
  std::ranges::sort(extras);
  share.round_trips = extras.size();
  if (extras.empty()) return share;
  for (const double probability : kProbabilities) {
    share.extras.push_back(
        QuantileOf(extras, probability, world.extra(), scenario.network.jitter));
  }
  return share;
}

}  // namespace earshot
