#include "core/appraisal/change_book.h"

#include "core/base/check.h"

namespace earshot {
namespace {

Signal SignalOf(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kReroute: return Signal::kSlowerByReroute;
    case ChangeKind::kCommonDelay: return Signal::kSlowerByOneDelay;
    case ChangeKind::kMove: return Signal::kSlowerAsIfMoved;
    case ChangeKind::kNothing:
    case ChangeKind::kCannotTell: return Signal::kSlowerThanEnrolled;
  }
  EARSHOT_CHECK(false);
}

}  // namespace

std::map<DeviceId, std::set<Signal>> ChangeBook::Observe(std::span<const WatchedRound> round,
                                                         MonotonicInstant now) {
  std::map<DeviceId, std::set<Signal>> signals;
  if (!watches()) return signals;
  std::map<std::string, std::uint32_t> enrolled;
  for (const WatchedRound& one : round) {
    ChangeWatch& watch =
        watches_.try_emplace(one.device, policy_, one.declared).first->second;
    watch.Observe(one.landmarks);
    if (watch.enrolled()) ++enrolled[one.site];
    if (!watch.alarm().has_value()) continue;
    alarms_.try_emplace(one.device,
                        DeviceAlarm{one.device, one.site, now, watch.alarm()->slowed});
    signals[one.device].insert(SignalOf(watch.alarm()->kind));
  }
  std::vector<DeviceAlarm> standing;
  for (const auto& [device, alarm] : alarms_) standing.push_back(alarm);
  for (const SiteAlarm& site : GroupBySite(standing, enrolled, SiteRule()).sites) {
    for (const DeviceId& device : site.devices) {
      const auto found = signals.find(device);
      if (found != signals.end()) found->second.insert(Signal::kSlowerWithSite);
    }
  }
  return signals;
}

void ChangeBook::Forget(const std::set<LandmarkId>& landmarks) {
  for (auto& [device, watch] : watches_) {
    watch.Forget(landmarks);
    if (!watch.alarm().has_value()) alarms_.erase(device);
  }
}

}  // namespace earshot
