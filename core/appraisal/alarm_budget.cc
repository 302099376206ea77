#include "core/appraisal/alarm_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace earshot {
namespace {

constexpr double kRateLeast = 1e-12;

bool IsPositive(double x) { return x > 0 && std::isfinite(x); }

Status Check(const BudgetQuestion& q) {
  if (!IsPositive(q.alarms_per_year)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("no test raises {} false alarms a year: give a number above 0",
                            q.alarms_per_year));
  }
  if (q.fleet.devices == 0 || q.fleet.sites == 0 || q.fleet.sites > q.fleet.devices ||
      q.fleet.paths_per_device == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a fleet has devices, each with a path, and no more sites than devices: "
                            "{} devices, {} sites, {} paths a device",
                            q.fleet.devices, q.fleet.sites, q.fleet.paths_per_device));
  }
  if (q.cadence <= Duration(0) || q.change.rounds_per_block == 0 ||
      ToSeconds(q.declaration_period) < ToSeconds(q.cadence) * q.change.rounds_per_block) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a declaration period must hold a block: {:.0f} s, {} rounds every "
                            "{:.0f} s", ToSeconds(q.declaration_period), q.change.rounds_per_block,
                            ToSeconds(q.cadence)));
  }
  const BudgetParts& parts = q.parts;
  const bool each = parts.placement >= 0 && parts.change >= 0 && parts.site >= 0;
  if (!each || !(parts.placement + parts.change + parts.site <= 1 + 1e-9)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("parts of the budget must not be negative nor exceed 1 together: {}, "
                            "{}, {}", parts.placement, parts.change, parts.site));
  }
  return {};
}

// A part of nothing is a test that is not made: rate 0.
Status SetPlacement(const BudgetQuestion& q, double periods_a_year, AlarmBudget& budget) {
  const double tests = static_cast<double>(q.fleet.devices) * periods_a_year;
  budget.placement_rate = std::min(1.0, q.alarms_per_year * q.parts.placement / tests);
  if (budget.placement_rate == 0) return {};
  const double least = 1.0 / (static_cast<double>(q.calibration_units) + 1);
  budget.placement_is_extrapolated = budget.placement_rate < least;
  if (!budget.placement_is_extrapolated || q.accept_extrapolation) return {};
  return Fail(ErrorCode::kUnsupported,
              fmt::format("{} alarms a year leave the placement test of {} devices a rate of {:.2g}; "
                          "{} calibration units can say none below {:.2g}: allow more alarms, "
                          "calibrate on at least {:.0f} endpoints, declare for longer, or accept a "
                          "model's extrapolation",
                          q.alarms_per_year * q.parts.placement, q.fleet.devices,
                          budget.placement_rate, q.calibration_units, least,
                          std::ceil(1.0 / budget.placement_rate - 1)));
}

Status SetChange(const BudgetQuestion& q, double periods_a_year, AlarmBudget& budget) {
  const double block_s = ToSeconds(q.cadence) * q.change.rounds_per_block;
  const double blocks_a_year = ToSeconds(kYear) / block_s;
  const double part = q.alarms_per_year * q.parts.change / static_cast<double>(q.fleet.devices);
  budget.change.ever_alarm = std::min(0.5, part / periods_a_year);
  budget.change.alarms_per_block = std::min(0.5, 0.5 * part / blocks_a_year);
  budget.change.horizon_blocks = static_cast<std::uint32_t>(
      std::min(1e9, std::ceil(ToSeconds(q.declaration_period) / block_s)));
  budget.site_alarms_per_block =
      std::min(0.5, q.alarms_per_year * q.parts.site /
                        (static_cast<double>(q.fleet.sites) * blocks_a_year));
  if (q.parts.change == 0) return {};
  if (budget.change.alarms_per_block < kRateLeast) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} alarms a year leave each device {:.2g} a block, and the detectors "
                            "end at {:.0g}: allow more alarms or take longer blocks",
                            q.alarms_per_year * q.parts.change, budget.change.alarms_per_block,
                            kRateLeast));
  }
  budget.enrolment_blocks =
      EnrolmentBlocksFor(q.change.exceedance_bound,
                         budget.change.ever_alarm / (2.0 * q.fleet.paths_per_device));
  if (block_s * budget.enrolment_blocks >= ToSeconds(q.declaration_period)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("an enrolment of {} blocks outlasts the declaration period of {:.1f} "
                            "days: declare for longer, probe more often, or allow more alarms",
                            budget.enrolment_blocks, ToSeconds(q.declaration_period) / 86'400));
  }
  budget.enrolment = q.cadence * q.change.rounds_per_block * budget.enrolment_blocks;
  return {};
}

}  // namespace

Result<AlarmBudget> PlanAlarms(const BudgetQuestion& question) {
  EARSHOT_RETURN_IF_ERROR(Check(question));
  const double periods_a_year = ToSeconds(kYear) / ToSeconds(question.declaration_period);
  AlarmBudget budget;
  EARSHOT_RETURN_IF_ERROR(SetPlacement(question, periods_a_year, budget));
  EARSHOT_RETURN_IF_ERROR(SetChange(question, periods_a_year, budget));
  return budget;
}

}  // namespace earshot
