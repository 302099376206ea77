// core/appraisal/change_watch.h: one device through time: enrolled, watched, alarmed.
//
//   enrolling --enough blocks of every path--> watching --the e-process alarms--> alarmed
//       ^                                          |
//       +---- the horizon is over, or Restart -----+
//
// The alarm says that the device answers more slowly than when it was enrolled, and nothing of where it
// is: it changes no verdict. Its rate is policy.change_alarm_rate, spent once from each enrolment to
// the next (change_test.h says on which assumption). An alarm stands until Restart.
#ifndef EARSHOT_CORE_APPRAISAL_CHANGE_WATCH_H_
#define EARSHOT_CORE_APPRAISAL_CHANGE_WATCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "core/appraisal/change_kind.h"
#include "core/appraisal/change_test.h"
#include "core/appraisal/path_baseline.h"
#include "core/appraisal/placement_test.h"
#include "core/domain/ids.h"
#include "core/domain/policy.h"
#include "core/geo/position.h"

namespace earshot {

struct ChangeAlarm {
  std::uint32_t block = 0;  // since enrolment, from 1
  ChangeKind kind = ChangeKind::kCannotTell;
  std::vector<LandmarkId> slowed;  // above their thresholds in that block; sorted
};

// Not thread-safe; one a device.
class ChangeWatch {
 public:
  // Of a policy with change_alarm_rate above zero (a bug otherwise). `declared`: the site, for naming
  // an alarm's kind.
  ChangeWatch(const Policy& policy, Position declared);

  // One round, whether or not the device answered. At most one enrolment, one test a call.
  void Observe(std::span<const ExpectedLandmark> round);

  // Forgets the enrolment and the alarm, and begins again.
  void Restart();

  // Restarts if the enrolment rests on one of these; one that is not finished goes on without them.
  void Forget(const std::set<LandmarkId>& landmarks);

  bool enrolled() const { return test_.has_value(); }
  const std::optional<ChangeAlarm>& alarm() const { return alarm_; }

 private:
  struct EnrollingPath {
    Position position;
    BlockFloor block;
    std::vector<Rtt> floors;
  };

  void Enrol(std::span<const ExpectedLandmark> round);
  void CloseEnrolmentBlock();
  ChangeAlarm AlarmOf(const ChangeFinding& finding) const;

  ChangePolicy change_;
  ChangeRates rates_;
  Position declared_;
  std::map<LandmarkId, EnrollingPath> enrolling_;
  std::uint32_t rounds_in_block_ = 0;
  std::uint32_t blocks_ = 0;
  std::optional<ChangeTest> test_;
  std::optional<ChangeAlarm> alarm_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CHANGE_WATCH_H_
