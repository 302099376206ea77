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

void ChangeBook::Observe(std::span<const WatchedRound> round, MonotonicInstant now) {
  if (!watches()) return;
  std::map<std::string, std::uint32_t> enrolled;
  std::vector<DeviceAlarm> standing;  // of who was asked: only they are among those enrolled
  for (const WatchedRound& one : round) {
    ChangeWatch& watch =
        watches_.try_emplace(one.device, policy_, one.declared).first->second;
    watch.Observe(one.landmarks);
    if (watch.enrolled()) ++enrolled[one.site];
    if (!watch.alarm().has_value()) continue;
    const auto alarm = alarms_.try_emplace(
        one.device, DeviceAlarm{one.device, one.site, now, watch.alarm()->slowed});
    standing.push_back(alarm.first->second);
  }
  with_site_.clear();
  for (const SiteAlarm& site : GroupBySite(standing, enrolled, SiteRule()).sites) {
    with_site_.insert(site.devices.begin(), site.devices.end());
  }
}

std::set<Signal> ChangeBook::SignalsOf(const DeviceId& device) const {
  if (!alarms_.contains(device)) return {};
  std::set<Signal> signals = {SignalOf(watches_.at(device).alarm()->kind)};
  if (with_site_.contains(device)) signals.insert(Signal::kSlowerWithSite);
  return signals;
}

void ChangeBook::Forget(const std::set<LandmarkId>& landmarks) {
  for (auto& [device, watch] : watches_) {
    watch.Forget(landmarks);
    if (!watch.alarm().has_value()) alarms_.erase(device);
  }
}

void ChangeBook::Forget(const DeviceId& device) {
  watches_.erase(device);
  alarms_.erase(device);
}

}  // namespace earshot
