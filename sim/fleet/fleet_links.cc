#include "sim/fleet/fleet_links.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/path/packet_fate.h"

namespace earshot {
namespace {

RttNs WithinRange(Duration rtt) {
  return static_cast<RttNs>(
      std::clamp<std::int64_t>(rtt.count(), 0, std::numeric_limits<RttNs>::max()));
}

}  // namespace

FleetLinks::FleetLinks(const ScenarioNetwork& network, const LinkRules& rules,
                       const CalmRound& calm, PhiloxKey key, std::uint32_t first,
                       std::size_t landmarks)
    : network_(network),
      rules_(rules),
      calm_(calm),
      key_(key),
      first_(first),
      landmarks_(landmarks),
      queueing_max_(2 * (kJitterMeansMax + (network.reorder > 0 ? kReorderJitters : 0)) *
                    std::min(network.jitter, kJitterMeanMax)),
      calm_rtt_max_(rules.CalmRttMax()) {}

void FleetLinks::BeginRound(std::uint32_t round, Duration begin, Duration end,
                            std::optional<Duration> agents_start) {
  // A node of the map, and the queue of a session whose round is over.
  constexpr std::uint64_t kBesides = 4 * sizeof(void*) + 8 * sizeof(QueuedEvent);
  bytes_most_ = std::max<std::uint64_t>(
      bytes_most_, kept_.size() * (sizeof(Kept) + sizeof(SessionLink) + kBesides));
  round_ = round;
  begin_ = begin;
  end_ = end;
  agents_start_ = agents_start;
  if (agents_start_.has_value()) kept_.clear();
  not_calm_from_ = static_cast<std::uint64_t>(
      std::ceil(calm_.Probability(agents_start_.has_value()) * 0x1p32));
}

bool FleetLinks::MayBeCalm(Duration path) const {
  const Duration rtt = path + queueing_max_;
  return rtt < calm_rtt_max_ &&
         (!agents_start_.has_value() || rules_.CalmOpening(begin_ - *agents_start_, rtt));
}

bool FleetLinks::IsCalm(std::uint32_t at, std::size_t landmark, std::uint32_t word,
                        Duration path) const {
  if (word >= not_calm_from_ || !MayBeCalm(path)) return false;
  if (kept_.empty()) return true;
  const auto kept = kept_.find(NumberOf(at, landmark));
  return kept == kept_.end() || kept->second.link == nullptr;
}

void FleetLinks::Forget(std::uint32_t at, std::size_t landmark) {
  if (!kept_.empty()) kept_.erase(NumberOf(at, landmark));
}

LinkSeen FleetLinks::Play(std::uint32_t at, std::size_t landmark, Duration path,
                          const std::function<std::optional<LastHeard>()>& before) {
  const LinkName name{key_, first_ + at, static_cast<std::uint32_t>(landmark)};
  const auto kept = kept_.find(NumberOf(at, landmark));
  std::unique_ptr<SessionLink> link;
  std::optional<Last> last;
  std::optional<LostPackets> lost;
  if (kept != kept_.end()) {
    link = std::move(kept->second.link);
    last = kept->second.last;
  }
  if (link == nullptr) {
    link = idle_ != nullptr ? std::move(idle_) : std::make_unique<SessionLink>(rules_, name);
    link->Rename(name);
    const bool opens = agents_start_.has_value();
    if (opens) {
      link->StartAgent(*agents_start_);
    } else {
      link->StandReady(begin_);
    }
    // The word said that this one is not calm; where no round would be, it said nothing.
    if (MayBeCalm(path) && calm_.Probability(opens) > 0) {
      LinkRandom random(name, round_, kOtherRoundBlock);
      lost = calm_.DrawOther(opens, random);
    }
  }
  const PathConditions conditions{path / 2, path - path / 2, network_.jitter, network_.loss,
                                  network_.duplicate, network_.reorder, network_.corrupt};
  const LinkHearing hearing =
      link->RunRound(round_, begin_, conditions, calm_, lost.has_value() ? &*lost : nullptr);
  LinkSeen seen;
  seen.evidence = hearing.evidence;
  if (hearing.least.has_value()) {
    seen.rtt = WithinRange(*hearing.least);
    last = Last{*seen.rtt, hearing.evidence, begin_};
  } else {
    if (kept == kept_.end()) {
      if (const auto heard = before()) last = Last{heard->rtt, heard->evidence, end_ - heard->age};
    }
    if (last.has_value()) seen.before = LastHeard{last->rtt, last->evidence, end_ - last->begin};
  }
  if (link->settled()) idle_ = std::move(link);
  if (link == nullptr && seen.rtt.has_value()) {
    if (kept != kept_.end()) kept_.erase(kept);
  } else {
    kept_[NumberOf(at, landmark)] = Kept{std::move(link), last};
  }
  return seen;
}

}  // namespace earshot
