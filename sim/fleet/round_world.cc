#include "sim/fleet/round_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "core/base/check.h"
#include "core/base/quantity_text.h"
#include "core/crypto/sha256.h"
#include "sim/fleet/calm_round.h"
#include "sim/fleet/least_extra.h"
#include "sim/fleet/round_shard.h"
#include "sim/fleet/session_link.h"
#include "sim/scenario/resolve.h"

namespace earshot {
namespace {

Error NotOffered(const std::string& what) {
  return Error(ErrorCode::kUnsupported,
               fmt::format("{}, which runs of rounds do not offer; run every packet", what));
}

RoundWorldOptions Completed(const Scenario& scenario, RoundWorldOptions options) {
  if (options.every == Duration(0)) options.every = scenario.rounds.length;
  return options;
}

Status CheckOptions(const Scenario& scenario, const RoundWorldOptions& options) {
  if (options.threads < 1 || options.threads > kRoundThreadsMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} threads; write 1 to {}", options.threads, kRoundThreadsMax));
  }
  const Duration length = scenario.rounds.length;
  if (options.every < length || RoundsEvery(scenario, options.every) == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a round every {}; write {} (their length) to {} (the duration)",
                            DurationText(options.every), DurationText(length),
                            DurationText(scenario.duration)));
  }
  return {};
}

Status CheckOffered(const Scenario& scenario) {
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    if (landmark.wall_steps_back_by > Duration(0) || landmark.hears_nothing_from.has_value() ||
        landmark.drops > 0) {
      return tl::unexpected(
          NotOffered(fmt::format("landmark {} is interfered with", landmark.id.value())));
    }
  }
  if (scenario.policy.change_alarm_rate > 0) {
    return tl::unexpected(NotOffered("the policy tests for change through time"));
  }
  const std::uint32_t per_device = scenario.rounds.landmarks_per_device;
  if (per_device != 0 && per_device < scenario.landmarks.size()) {
    return tl::unexpected(NotOffered("landmarks are chosen anew each round"));
  }
  for (const ScenarioFleet& fleet : scenario.fleets) {
    const bool two_places = fleet.behaviour == Behaviour::kClonedKey ||
                            fleet.behaviour == Behaviour::kMovesLater;
    if (!two_places && fleet.behaviour != Behaviour::kChoosesLandmarks) continue;
    return tl::unexpected(NotOffered(
        fmt::format("fleet {} {}", fleet.id_prefix, BehaviourWords(fleet.behaviour))));
  }
  return {};
}

template <std::size_t kSize>
void AddEach(const std::array<std::uint64_t, kSize>& from, std::array<std::uint64_t, kSize>& to) {
  for (std::size_t i = 0; i < kSize; ++i) to[i] += from[i];
}

}  // namespace

Status CheckRoundWorld(const Scenario& scenario, const RoundWorldOptions& options) {
  EARSHOT_RETURN_IF_ERROR(CheckOptions(scenario, Completed(scenario, options)));
  return CheckOffered(scenario);
}

std::uint32_t RoundsEvery(const Scenario& scenario, Duration every) {
  const Duration room = scenario.duration - scenario.rounds.first_after - scenario.rounds.length;
  if (room < Duration(0) || every <= Duration(0)) return 0;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(room / every, UINT32_MAX - 2) + 1);
}

void LinkCounts::Add(const LinkCounts& other) {
  links += other.links;
  played += other.played;
  unheard += other.unheard;
  uncovered += other.uncovered;
}

void RoundCounts::Add(const RoundCounts& other) {
  device_rounds += other.device_rounds;
  AddEach(other.headlines, headlines);
  AddEach(other.last, last);
  AddEach(other.ever, ever);
  AddEach(other.raised, raised);
  AddEach(other.lifecycle, lifecycle);
  AddEach(other.lifecycle_last, lifecycle_last);
  first_flagged += other.first_flagged;
  first_flag_rounds += other.first_flag_rounds;
  links.Add(other.links);
  links_first.Add(other.links_first);
  appraisals += other.appraisals;
  boxes += other.boxes;
  audited += other.audited;
  audit_differences += other.audit_differences;
}

RoundWorld::RoundWorld(const RoundWorldOptions& options) : options_(options) {}
RoundWorld::~RoundWorld() = default;

Result<std::unique_ptr<RoundWorld>> RoundWorld::Create(const Scenario& scenario,
                                                       const PathModel& model,
                                                       const PlacementTest& test,
                                                       const CountryMap& map,
                                                       const RoundWorldOptions& given) {
  EARSHOT_RETURN_IF_ERROR(CheckRoundWorld(scenario, given));
  const RoundWorldOptions options = Completed(scenario, given);
  std::unique_ptr<RoundWorld> world(new RoundWorld(options));
  world->rounds_ = RoundsEvery(scenario, options.every);
  world->rules_ = std::make_unique<LinkRules>(scenario.rounds);
  world->calm_ = std::make_unique<CalmRound>(scenario.network, scenario.rounds.trains,
                                             world->rules_->terms.train_length);
  world->extra_ = std::make_unique<LeastExtra>(scenario.network, *world->calm_);
  world->references_ =
      std::make_unique<const ResolvedScenario>(ResolveDevices(scenario, model, {}));
  const RoundPlan plan{scenario,      model,           test,   map, *world->rules_,
                       *world->calm_, *world->extra_, *world->references_, options};
  for (std::size_t f = 0; f < scenario.fleets.size(); ++f) {
    const std::uint32_t count = scenario.fleets[f].count;
    for (std::uint32_t first = 0; first < count; first += kShardDevicesMax) {
      world->shards_.push_back(std::make_unique<RoundShard>(
          plan, f, first, std::min(kShardDevicesMax, count - first)));
    }
  }
  std::mutex guard;
  Status opened;
  world->ForEachShard([&](RoundShard& shard) {
    Status status = shard.Open();
    const std::lock_guard lock(guard);
    if (opened.has_value() && !status.has_value()) opened = std::move(status);
  });
  EARSHOT_RETURN_IF_ERROR(std::move(opened));
  return world;
}

// A shard is one piece of work: its boxes are found in one order, whoever runs it.
void RoundWorld::ForEachShard(const std::function<void(RoundShard&)>& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < shards_.size(); i = next++) work(*shards_[i]);
  };
  std::vector<std::jthread> helpers;
  while (helpers.size() + 1 < std::min<std::size_t>(options_.threads, shards_.size())) {
    helpers.emplace_back(take);
  }
  take();
}

void RoundWorld::Run(const std::function<void(double share)>& on_share) {
  std::mutex guard;
  std::uint64_t done = 0;
  ForEachShard([&](RoundShard& shard) {
    for (std::uint32_t round = 0; round < rounds_; ++round) {
      shard.RunRound(round);
      if (!on_share) continue;
      const std::lock_guard lock(guard);
      ++done;
      on_share(static_cast<double>(done) / static_cast<double>(shards_.size() * rounds_));
    }
  });
}

const RoundShard& RoundWorld::ShardOf(std::size_t fleet, std::uint32_t device) const {
  for (const auto& shard : shards_) {
    if (shard->fleet_number() == fleet && device - shard->first() < shard->count()) return *shard;
  }
  EARSHOT_CHECK(false);
}

Verdict RoundWorld::headline(std::size_t fleet, std::uint32_t device) const {
  return ShardOf(fleet, device).headline(device);
}

VerdictSet RoundWorld::seen(std::size_t fleet, std::uint32_t device) const {
  return ShardOf(fleet, device).seen(device);
}

bool RoundWorld::with_losses(std::size_t fleet, std::uint32_t device) const {
  return ShardOf(fleet, device).with_losses(device);
}

RoundCounts RoundWorld::counts(std::size_t fleet) const {
  RoundCounts sum;
  for (const auto& shard : shards_) {
    if (shard->fleet_number() == fleet) sum.Add(shard->counts());
  }
  return sum;
}

RoundCounts RoundWorld::counts() const {
  RoundCounts sum;
  for (const auto& shard : shards_) sum.Add(shard->counts());
  return sum;
}

std::optional<double> RoundWorld::FalseAlarmProbability(std::size_t fleet) const {
  return ShardOf(fleet, 0).FalseAlarmProbability();
}

Duration RoundWorld::ExtraQuantile(double probability) const {
  ExtraTally played(extra_->mean());
  for (const auto& shard : shards_) played.Add(shard->played_extras());
  const LinkCounts links = counts().links;
  return played.QuantileWith(*extra_, links.links - links.played, probability);
}

std::uint64_t RoundWorld::device_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& shard : shards_) bytes += shard->device_bytes();
  return bytes;
}

Bytes32 RoundWorld::Hash() const {
  Sha256State all;
  for (const auto& shard : shards_) all.Update(shard->Hash());
  return all.Finish();
}

}  // namespace earshot
