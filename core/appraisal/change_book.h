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

// Holds one watch for every device that it was shown and not told to forget, of some kilobytes while
// they enrol: as many as the registry has, at most. Not thread-safe.
class ChangeBook {
 public:
  // A policy without change_alarm_rate: nobody is watched, and there are no signals.
  explicit ChangeBook(const Policy& policy) : policy_(policy) {}

  bool watches() const { return policy_.change_alarm_rate > 0; }

  // One scheduled round of all devices, each at most once. Rounds that somebody asks for in between
  // are not shown: blocks of the test are stretches of time (docs/decisions/change-through-time.md).
  void Observe(std::span<const WatchedRound> round, MonotonicInstant now);

  // What is to be said of the device as long as its alarm stands: one of the kSlower signals, and
  // kSlowerWithSite besides where site_alarms.h made one site alarm of it and others of the last round.
  std::set<Signal> SignalsOf(const DeviceId& device) const;

  // What these landmarks measured counts no more: enrolments that rest on one begin anew.
  void Forget(const std::set<LandmarkId>& landmarks);
  // The device is asked no more.
  void Forget(const DeviceId& device);

 private:
  Policy policy_;
  std::map<DeviceId, ChangeWatch> watches_;
  std::map<DeviceId, DeviceAlarm> alarms_;  // those that stand
  std::set<DeviceId> with_site_;            // of the last round
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CHANGE_BOOK_H_
