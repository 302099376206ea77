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

// Many fleets, each with a placement test of its own: one set of calibration scores a fleet, drawn
// like the scores of its devices, by which all of them are ranked. A conformal test knows only ranks,
// so the distribution of the scores does not matter.
struct PlacementFleetsOptions {
  std::uint64_t seed = 1;
  std::uint32_t fleets = 1'000;  // at least 1
  std::uint64_t devices = 2'000;  // of a fleet, at least 1
  std::uint64_t units = 168;      // calibration scores of a fleet
  double rate = 0.02;             // asked
  // By which the devices' scores, uniform in [0, 1), exceed those of the calibration: devices that
  // are not like their calibrators.
  double worse = 0;
};

// What share of a fleet's honest devices its test flags. A set of calibration scores is good or bad
// luck for all devices of a fleet at once: with k = floor(rate * (units + 1)) the share is that of
// Beta(k, units + 1 - k), and `rate` bounds its mean alone.
struct PlacementFleets {
  std::uint32_t fleets = 0;
  double mean = 0;            // over fleets
  double standard_error = 0;  // of the mean
  double low = 0;             // 2.5 % of fleets flag no more, so
  double median = 0;
  double high = 0;                   // and 97.5 %
  std::uint32_t above_asked = 0;  // fleets that flag more than was asked
};
PlacementFleets RunPlacementFleets(const PlacementFleetsOptions& options);

// One declaration period of the fleet: enrolment, then watching until it ends.
struct FleetStudy {
  AlarmBudget budget;
  PlacementFleets placement;      // of many such fleets, at the planned rate
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

// Refuses what PlanAlarms refuses. Placement is asked of fleets of as many devices, each of them
// with calibration_units scores.
Result<FleetStudy> RunFleetStudy(const FleetStudyOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGH_TIME_FLEET_STUDY_H_
