#include "sim/net/virtual_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/quantity_text.h"
#include "core/crypto/seeded_random.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

// Stream of the seed from which the keys of a run are drawn.
constexpr std::uint64_t kKeyStream = 0x6b657973;  // "keys"

Status CheckLimits(const ResolvedScenario& resolved, const VirtualWorldOptions& options) {
  if (options.threads < 1 || options.threads > kVirtualThreadsMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} threads; write 1 to {}", options.threads, kVirtualThreadsMax));
  }
  if (resolved.devices.size() > kPacketDevicesMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} devices and reference agents; a run of every packet has at most {}",
                            resolved.devices.size(), kPacketDevicesMax));
  }
  if (resolved.scenario.duration > kRunValidity) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("duration {}; the keys of a run are in force for {}, write less",
                            DurationText(resolved.scenario.duration), DurationText(kRunValidity)));
  }
  return {};
}

// Devices by site; the name orders what happens at one instant.
std::map<std::string, std::vector<std::size_t>> Sites(const ResolvedScenario& resolved) {
  std::map<std::string, std::vector<std::size_t>> sites;
  for (std::size_t i = 0; i < resolved.devices.size(); ++i) {
    const ResolvedDevice& device = resolved.devices[i];
    const std::string name =
        device.reference_for.has_value()
            ? "references"
            : "site " + resolved.scenario.fleets[device.fleet].declared_place;
    sites[name].push_back(i);
  }
  return sites;
}

}  // namespace

VirtualWorld::VirtualWorld(const ResolvedScenario& resolved, RunMaterial material,
                           const PlacementTest& test, const CountryMap& map,
                           const VirtualWorldOptions& options)
    : material_(std::move(material)),
      plan_{resolved, material_, test, map, kVirtualStart},
      options_(options),
      log_(options.on_event) {}

Result<std::unique_ptr<VirtualWorld>> VirtualWorld::Create(const ResolvedScenario& resolved,
                                                           const PlacementTest& test,
                                                           const CountryMap& map,
                                                           const VirtualWorldOptions& options) {
  EARSHOT_RETURN_IF_ERROR(CheckLimits(resolved, options));
  SeededRandom random(resolved.scenario.seed, kKeyStream);
  EARSHOT_ASSIGN_OR_RETURN(RunMaterial material,
                           RunMaterial::Draw(resolved, random, kVirtualStart.wall));
  std::unique_ptr<VirtualWorld> world(
      new VirtualWorld(resolved, std::move(material), test, map, options));
  for (const auto& [name, devices] : Sites(resolved)) {
    EARSHOT_ASSIGN_OR_RETURN(std::unique_ptr<SiteWorld> site,
                             SiteWorld::Create(world->plan_, name, devices));
    world->sites_.push_back(std::move(site));
  }
  EARSHOT_CHECK(!world->sites_.empty());
  return world;
}

void VirtualWorld::ForEachSite(const std::function<void(SiteWorld&)>& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < sites_.size(); i = next++) work(*sites_[i]);
  };
  std::vector<std::jthread> helpers;
  const std::size_t threads = std::min<std::size_t>(options_.threads, sites_.size());
  while (helpers.size() + 1 < threads) helpers.emplace_back(take);
  take();
}

// The order of events is that of their instants, then of the sites, then of happening.
void VirtualWorld::MergeEvents() {
  std::vector<EventRecord> events;
  for (const auto& site : sites_) std::ranges::move(site->TakeEvents(), std::back_inserter(events));
  std::ranges::stable_sort(events, {}, &EventRecord::at);
  for (const EventRecord& event : events) log_.Append(event);
}

bool VirtualWorld::RunRound() {
  if (over_) return false;
  std::atomic<std::size_t> ran{0};
  ForEachSite([&](SiteWorld& site) { ran += site.RunRound() ? 1U : 0U; });
  EARSHOT_CHECK(ran == 0 || ran == sites_.size());
  if (ran == 0) {
    over_ = true;
    for (const auto& site : sites_) site->Finish("rounds over");
    MergeEvents();
    return false;
  }
  std::vector<LandmarkNews> news;
  for (const auto& site : sites_) news.push_back(site->News());
  const LandmarkNews pooled = Pool(news);
  ForEachSite([&](SiteWorld& site) { site.JudgeRound(pooled); });
  MergeEvents();
  ++rounds_;
  return true;
}

std::map<std::string, DeviceVerdict> VirtualWorld::Verdicts() const {
  std::map<std::string, DeviceVerdict> verdicts;
  for (const auto& site : sites_) {
    verdicts.insert(site->tally().latest().begin(), site->tally().latest().end());
  }
  return verdicts;
}

void VirtualWorld::DropBundles() {
  for (const auto& site : sites_) {
    for (auto& [name, verdict] : site->tally().latest()) verdict.bundle.clear();
  }
}

Status VirtualWorld::TakeBundles(
    const std::function<Status(const std::string& file, std::string bytes)>& take) {
  for (const auto& site : sites_) {
    for (auto& [name, verdict] : site->tally().latest()) {
      if (verdict.bundle.empty()) continue;
      const std::string file = BundleFile(name, verdict.appraisal.device);
      EARSHOT_RETURN_IF_ERROR(take(file, std::exchange(verdict.bundle, file)));
    }
  }
  return {};
}

VirtualNetworkCounts VirtualWorld::counts() const {
  VirtualNetworkCounts sum;
  for (const auto& site : sites_) {
    const VirtualNetworkCounts& one = site->counts();
    sum.sent += one.sent;
    sum.delivered += one.delivered;
    sum.lost += one.lost;
    sum.duplicated += one.duplicated;
    sum.reordered += one.reordered;
    sum.corrupted += one.corrupted;
    sum.no_path += one.no_path;
    sum.over_limit += one.over_limit;
  }
  return sum;
}

SampleTruth VirtualWorld::truth() const {
  SampleTruth sum;
  for (const auto& site : sites_) {
    sum.samples += site->truth().samples;
    sum.tainted += site->truth().tainted;
    sum.below += site->truth().below;
  }
  return sum;
}

v1::RunReport VirtualWorld::Report() const {
  RunTally all = sites_.front()->tally();
  std::vector<const Verifier*> verifiers;
  for (const auto& site : sites_) {
    verifiers.push_back(&site->verifier());
    if (site != sites_.front()) all.Absorb(site->tally());
  }
  v1::RunReport report = all.Report(verifiers);
  report.mutable_run()->set_event_hash(HexEncode(event_hash()));
  const SampleTruth samples = truth();
  v1::Network* network = report.mutable_network();
  network->set_packets_relayed(static_cast<std::uint32_t>(counts().delivered));
  network->set_samples(static_cast<std::uint32_t>(samples.samples));
  network->set_samples_below_truth(static_cast<std::uint32_t>(samples.below));
  network->set_samples_tainted(static_cast<std::uint32_t>(samples.tainted));
  return report;
}

}  // namespace earshot
