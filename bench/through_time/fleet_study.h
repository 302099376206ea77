// bench/through_time/fleet_study.h: a planned alarm budget, spent in a simulated fleet.
#ifndef EARSHOT_BENCH_THROUGH_TIME_FLEET_STUDY_H_
#define EARSHOT_BENCH_THROUGH_TIME_FLEET_STUDY_H_

#include <cstdint>

#include "bench/through_time/honest_world.h"
#include "bench/through_time/studies.h"
#include "core/appraisal/alarm_budget.h"
#include "core/appraisal/site_alarms.h"
#include "core/base/result.h"

namespace earshot {

struct FleetStudyOptions {
  std::uint64_t seed = 1;
  BudgetQuestion question;
  HonestWorldOptions world;  // its number of paths is the fleet's
  SiteRule rule;
  // Every round of a site adds one busy uplink to all its devices, as slow and as correlated as a
  // path of `world`.
  bool shared_uplink = true;
  // From the first watched block on, the first site is slower by this: the bad link.
  Duration bad_link{0};
};

// One declaration period of the fleet: enrolment, then watching until it ends.
struct FleetStudy {
  AlarmBudget budget;
  CountedRate placement;          // devices flagged by a conformal test at the planned rate
  CountedRate ever_alarmed;       // devices, by the e-process
  CountedRate enrolment_refused;  // devices
  std::uint64_t detector_alarms = 0;  // of devices
  std::uint64_t device_blocks = 0;
  std::uint64_t site_detector_alarms = 0;
  std::uint64_t site_blocks = 0;
  // Alarms of the e-process as they came and as they are shown.
  std::uint64_t alarms_single = 0;
  std::uint64_t alarms_shown = 0;
  std::uint64_t site_alarms_shown = 0;
};

// Refuses what PlanAlarms refuses. The placement test is conformal over calibration_units scores
// drawn like the devices' own, anew for each device; a conformal test knows only ranks, so the
// distribution of the scores does not matter.
Result<FleetStudy> RunFleetStudy(const FleetStudyOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGH_TIME_FLEET_STUDY_H_
