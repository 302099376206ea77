// core/appraisal/alarm_budget.h: from the false alarms a year that a fleet can bear to the rate of
// every single test.
//
// A million devices tested daily at one in ten thousand raise 36,500 false alarms a year. So the
// number that people can bear comes first, is split between the tests, and each test gets the rate
// that keeps its part. Expectations add up whatever ties devices together, so nothing here assumes
// that they are independent.
//
//   placement  counted as one test a declaration period and device (the verifier asks in every
//              round and raises more): rate = part / (devices * periods a year)
//   change     one half to the detector, at most rate * blocks alarms (change_bet.h); one half to
//              enrolments that come out too low on some path (path_baseline.h), each of them one
//              alarm, after which the device is enrolled anew. The e-process is
//              given the same part, once a period; use it or the detector for alarms, not both.
//   site       the sites' detectors: rate = part / (sites * blocks a year)
//
// Grouping by site (site_alarms.h) only lowers the count of alarms; the split does not count on it.
#ifndef EARSHOT_CORE_APPRAISAL_ALARM_BUDGET_H_
#define EARSHOT_CORE_APPRAISAL_ALARM_BUDGET_H_

#include <cstdint>

#include "core/appraisal/change_test.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

struct Fleet {
  std::uint64_t devices = 0;
  std::uint64_t sites = 1;
  std::uint32_t paths_per_device = 6;  // landmarks enrolled for each
};

// Parts of the budget; not negative, together at most 1.
struct BudgetParts {
  double placement = 0.4;
  double change = 0.4;
  double site = 0.2;
};

inline constexpr Duration kYear = std::chrono::hours(8'766);  // 365.25 days

struct BudgetQuestion {
  double alarms_per_year = 0;  // false ones, of the whole fleet
  Fleet fleet;
  Duration cadence = std::chrono::hours(1);  // between rounds of one device
  Duration declaration_period = kYear;       // one placement test, one enrolment
  BudgetParts parts;
  ChangePolicy change;
  // Endpoints (not pings) on which the placement test is calibrated. A conformal test of so many
  // can say no rate below 1/(units + 1).
  std::uint64_t calibration_units = 0;
  // Lets a rate below that stand, labelled as a model's extrapolation.
  bool accept_extrapolation = false;
};

struct AlarmBudget {
  double placement_rate = 0;  // of one test
  bool placement_is_extrapolated = false;
  ChangeRates change;
  double site_alarms_per_block = 0;  // rate of a site's detector
  std::uint32_t enrolment_blocks = 0;  // of each path, at least
  Duration enrolment{0};               // as time, at this cadence
};

// kInvalidArgument for a fleet, a budget or durations of nothing, and for parts that do not add up.
// kUnsupported, with what would help, when the placement test would need a rate that its units
// cannot give and extrapolation is not accepted; for a change rate below 1e-12, where the
// detectors' stakes end; and when enrolment would outlast the declaration period.
Result<AlarmBudget> PlanAlarms(const BudgetQuestion& question);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_ALARM_BUDGET_H_
