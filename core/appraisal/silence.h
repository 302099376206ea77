// core/appraisal/silence.h: when a device is silent, and when silence looks like an outage.
#ifndef EARSHOT_CORE_APPRAISAL_SILENCE_H_
#define EARSHOT_CORE_APPRAISAL_SILENCE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"

namespace earshot {

// How long the device has owed a valid answer: since its last one, or since answers became due if
// that was later (who slept cannot call silent whom he did not ask). Never negative: nothing is owed
// before. Answers under EVIDENCE in this observation count to the end of their interval.
Duration SilenceAge(const DeviceObservation& observation);

// Past the policy's deadline. Exactly at it, not yet.
bool IsSilent(const DeviceObservation& observation, const Policy& policy);

// One device of a declared site, for the decision below.
struct SiteDevice {
  std::string site;
  bool silent = false;
};

// A site of fewer devices cannot be told from its device.
inline constexpr std::uint32_t kOutageDevicesMin = 2;

// The sites where every one of at least kOutageDevicesMin devices is silent: candidates for an
// outage of power or network, to be asked about before anything else is concluded. Their devices
// stay SILENT; a buyer who diverted a whole site looks the same. Sorted, unique.
std::vector<std::string> OutageCandidates(std::span<const SiteDevice> devices);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_SILENCE_H_
