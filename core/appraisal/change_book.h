// core/appraisal/change_book.h: a fleet through time: a watch for every device, and alarms of one site
// that belong together.
#ifndef EARSHOT_CORE_APPRAISAL_CHANGE_BOOK_H_
#define EARSHOT_CORE_APPRAISAL_CHANGE_BOOK_H_

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/appraisal/change_watch.h"
#include "core/appraisal/placement_test.h"
#include "core/appraisal/site_alarms.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/geo/position.h"

namespace earshot {

// One device in one round.
struct WatchedRound {
  DeviceId device;
  std::string site;
  Position declared;
  std::vector<ExpectedLandmark> landmarks;
};

// Grows with the devices that it is shown, by some kilobytes each while they enrol. Not thread-safe.
class ChangeBook {
 public:
  // A policy without change_alarm_rate: nobody is watched, and there are no signals.
  explicit ChangeBook(const Policy& policy) : policy_(policy) {}

  bool watches() const { return policy_.change_alarm_rate > 0; }

  // One round of all devices, each at most once. What is to be said of which, as long as its alarm
  // stands: one of the kSlower signals, and kSlowerWithSite besides where site_alarms.h makes one site
  // alarm of it and others.
  std::map<DeviceId, std::set<Signal>> Observe(std::span<const WatchedRound> round,
                                               MonotonicInstant now);

  // What these landmarks measured counts no more: enrolments that rest on one begin anew.
  void Forget(const std::set<LandmarkId>& landmarks);

 private:
  Policy policy_;
  std::map<DeviceId, ChangeWatch> watches_;
  std::map<DeviceId, DeviceAlarm> alarms_;  // those that stand
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CHANGE_BOOK_H_
