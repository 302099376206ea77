#include "core/appraisal/site_alarms.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <set>
#include <tuple>

namespace earshot {
namespace {

bool Alike(const DeviceAlarm& a, const DeviceAlarm& b, double alike_min) {
  std::vector<LandmarkId> both;
  std::ranges::set_intersection(a.slowed, b.slowed, std::back_inserter(both));
  const std::size_t either = a.slowed.size() + b.slowed.size() - both.size();
  if (either == 0) return true;
  return static_cast<double>(both.size()) >= alike_min * static_cast<double>(either);
}

// Those of `left` that the first of them gathers, by index.
std::vector<std::size_t> OfOneCause(const std::vector<DeviceAlarm>& left, const SiteRule& rule) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].at - left.front().at > rule.window) break;  // sorted by instant
    if (Alike(left.front(), left[i], rule.alike_min)) members.push_back(i);
  }
  return members;
}

SiteAlarm AlarmOf(const std::vector<DeviceAlarm>& alarms, const std::vector<std::size_t>& members) {
  SiteAlarm alarm;
  alarm.site = alarms[members.front()].site;
  alarm.first = alarms[members.front()].at;
  std::set<DeviceId> devices;
  std::map<LandmarkId, std::size_t> counts;
  for (const std::size_t i : members) {
    alarm.last = std::max(alarm.last, alarms[i].at);
    devices.insert(alarms[i].device);
    for (const LandmarkId& landmark : alarms[i].slowed) ++counts[landmark];
  }
  alarm.devices.assign(devices.begin(), devices.end());
  for (const auto& [landmark, count] : counts) {
    if (2 * count > members.size()) alarm.slowed.push_back(landmark);
  }
  return alarm;
}

std::uint32_t DevicesNeeded(std::uint32_t enrolled, const SiteRule& rule) {
  const double share = std::ceil(rule.share_min * static_cast<double>(enrolled) - 1e-9);
  return std::max({rule.devices_min, 1U, share > 0 ? static_cast<std::uint32_t>(share) : 0U});
}

void GroupOneSite(std::vector<DeviceAlarm> left, std::uint32_t enrolled, const SiteRule& rule,
                  GroupedAlarms& grouped) {
  while (!left.empty()) {
    std::vector<std::size_t> members = OfOneCause(left, rule);
    SiteAlarm alarm = AlarmOf(left, members);
    if (alarm.devices.size() >= DevicesNeeded(enrolled, rule)) {
      alarm.enrolled = enrolled;
      grouped.sites.push_back(std::move(alarm));
    } else {
      members.resize(1);
      grouped.devices.push_back(left.front());
    }
    std::ranges::reverse(members);
    for (const std::size_t i : members) left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

GroupedAlarms GroupBySite(std::span<const DeviceAlarm> alarms,
                          const std::map<std::string, std::uint32_t>& enrolled,
                          const SiteRule& rule) {
  const auto order = [](const DeviceAlarm& a) { return std::tie(a.at, a.device, a.slowed); };
  std::map<std::string, std::vector<DeviceAlarm>> by_site;
  std::map<std::string, std::set<DeviceId>> alarmed;
  for (const DeviceAlarm& alarm : alarms) {
    by_site[alarm.site].push_back(alarm);
    alarmed[alarm.site].insert(alarm.device);
  }
  GroupedAlarms grouped;
  for (auto& [site, of_site] : by_site) {
    std::ranges::sort(of_site, {}, order);
    const auto count = enrolled.find(site);
    const auto least = static_cast<std::uint32_t>(alarmed[site].size());
    GroupOneSite(std::move(of_site), count == enrolled.end() ? least : count->second, rule,
                 grouped);
  }
  std::ranges::sort(grouped.sites, {},
                    [](const SiteAlarm& a) { return std::tie(a.first, a.site, a.devices); });
  std::ranges::sort(grouped.devices, {}, order);
  return grouped;
}

double SiteDetector(std::span<const double> device_detectors) {
  if (device_detectors.empty()) return 0;
  return std::accumulate(device_detectors.begin(), device_detectors.end(), 0.0) /
         static_cast<double>(device_detectors.size());
}

}  // namespace earshot
