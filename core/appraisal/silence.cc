#include "core/appraisal/silence.h"

#include <algorithm>
#include <map>

namespace earshot {

Duration SilenceAge(const DeviceObservation& observation) {
  MonotonicInstant since = observation.awaited_since;
  if (observation.last_valid_answer) since = std::max(since, *observation.last_valid_answer);
  for (const LandmarkObservation& seen : observation.landmarks) {
    if (seen.evidence != EvidenceState::kValid || seen.samples.empty()) continue;
    since = std::max(since, seen.end);
  }
  return std::max(observation.now - since, Duration(0));
}

bool IsSilent(const DeviceObservation& observation, const Policy& policy) {
  return SilenceAge(observation) > policy.silent_after;
}

std::vector<std::string> OutageCandidates(std::span<const SiteDevice> devices) {
  struct Count {
    std::uint32_t devices = 0;
    std::uint32_t silent = 0;
  };
  std::map<std::string, Count> sites;
  for (const SiteDevice& device : devices) {
    Count& count = sites[device.site];
    ++count.devices;
    if (device.silent) ++count.silent;
  }
  std::vector<std::string> candidates;
  for (const auto& [site, count] : sites) {
    if (count.devices >= kOutageDevicesMin && count.silent == count.devices) {
      candidates.push_back(site);
    }
  }
  return candidates;
}

}  // namespace earshot
