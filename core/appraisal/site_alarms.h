// core/appraisal/site_alarms.h: one bad link is one alarm, not a thousand.
//
// Devices of a site share its links. When more than a stated share of them alarms within a window
// and on mostly the same landmarks, that is one site alarm that lists them. Nothing is excused by
// it: a site that was carried away whole looks the same, and somebody has to look.
#ifndef EARSHOT_CORE_APPRAISAL_SITE_ALARMS_H_
#define EARSHOT_CORE_APPRAISAL_SITE_ALARMS_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/domain/ids.h"

namespace earshot {

struct SiteRule {
  double share_min = 0.5;         // of the site's enrolled devices
  std::uint32_t devices_min = 3;  // fewer cannot be told from their devices
  Duration window = std::chrono::hours(48);
  // Landmarks that both signatures hold, over those that either holds (Jaccard's index).
  double alike_min = 0.5;
};

// One device's alarm.
struct DeviceAlarm {
  DeviceId device;
  std::string site;
  MonotonicInstant at;
  std::vector<LandmarkId> slowed;  // its signature: sorted, unique
};

struct SiteAlarm {
  std::string site;
  std::uint32_t enrolled = 0;  // devices of the site
  MonotonicInstant first;
  MonotonicInstant last;
  std::vector<DeviceId> devices;   // sorted, unique
  std::vector<LandmarkId> slowed;  // in the signatures of more than half of its alarms; sorted
};

struct GroupedAlarms {
  std::vector<SiteAlarm> sites;      // by first instant, then by site
  std::vector<DeviceAlarm> devices;  // the rest, by instant, then by device
};

// Pure, and independent of the order of `alarms`. Within a site the earliest alarm that is not yet
// grouped gathers those that begin at most `window` after it and are alike to it; if too few come
// together it stays single. `enrolled` counts the devices of each site; a site without a count has
// as many as alarmed. Quadratic in the alarms of one site.
GroupedAlarms GroupBySite(std::span<const DeviceAlarm> alarms,
                          const std::map<std::string, std::uint32_t>& enrolled,
                          const SiteRule& rule);

// The e-detector of a site: the mean of its devices' detectors (ChangeFinding::detector), whatever
// ties them together. An alarm at 1/rate comes at most once in 1/rate blocks on average while
// nothing changes, when the devices' detectors are restarted with it. It rings before the devices'
// own, because there are fewer sites to spend the budget on. 0 for no device.
double SiteDetector(std::span<const double> device_detectors);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_SITE_ALARMS_H_
