#include <fmt/format.h>

#include "cli/commands.h"
#include "core/appraisal/alarm_budget.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/locate/placement_model.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

constexpr double kSecondsPerDay = 86'400;

// The rates that a policy may ask of the test that `rule` names.
v1::StatableRates StatableBy(PlacementRule rule) {
  const PolicyPlacementTest test;
  Policy policy;
  policy.placement_test = rule;
  v1::StatableRates rates;
  rates.set_placement_test(std::string(PlacementRuleName(rule)));
  policy.false_alarm_rate = 0;
  rates.set_least(test.FalseAlarmProbability(policy));
  policy.false_alarm_rate = 1;
  rates.set_most(test.FalseAlarmProbability(policy));
  return rates;
}

BudgetQuestion QuestionOf(const BudgetCommand& command) {
  BudgetQuestion question;
  question.alarms_per_year = command.alarms;
  question.fleet = {command.devices, command.sites, command.paths};
  question.cadence = command.every;
  question.declaration_period = command.declared_for;
  question.change.rounds_per_block = command.block;
  question.calibration_units =
      command.units.value_or(PlacementModel::Measured2020().honest_scores().size());
  question.accept_extrapolation = command.extrapolate;
  return question;
}

// `tests`: of this kind in a year.
void AddTest(v1::BudgetReport& report, std::string name, double rate, double tests, std::string of,
             std::string field) {
  v1::BudgetTest* test = report.add_tests();
  test->set_test(std::move(name));
  test->set_alarms_per_year(rate * tests);
  test->set_rate(rate);
  test->set_of(std::move(of));
  test->set_policy_field(std::move(field));
}

v1::BudgetReport ToProto(const BudgetQuestion& question, const AlarmBudget& budget) {
  v1::BudgetReport report;
  report.set_alarms_per_year(question.alarms_per_year);
  report.set_devices(static_cast<double>(question.fleet.devices));
  report.set_sites(static_cast<double>(question.fleet.sites));
  report.set_every_s(ToSeconds(question.cadence));
  report.set_declared_for_days(ToSeconds(question.declaration_period) / kSecondsPerDay);
  const double periods = ToSeconds(kYear) / ToSeconds(question.declaration_period);
  const double blocks = ToSeconds(kYear) / (ToSeconds(question.cadence) *
                                            question.change.rounds_per_block);
  AddTest(report, "placement", budget.placement_rate, report.devices() * periods,
          "a device and declaration period", "false_alarm_rate");
  AddTest(report, "change", budget.change.ever_alarm, report.devices() * periods,
          "a device, from enrolment to the next", "change_alarm_rate");
  AddTest(report, "site", budget.site_alarms_per_block, report.sites() * blocks,
          "a site and block", "");
  report.set_enrolment_days(ToSeconds(budget.enrolment) / kSecondsPerDay);
  report.set_enrolment_blocks(budget.enrolment_blocks);
  report.set_calibration_units(static_cast<double>(question.calibration_units));
  report.set_placement_is_extrapolated(budget.placement_is_extrapolated);
  for (const PlacementRule rule : {PlacementRule::kNearestLandmark, PlacementRule::kCalibrated}) {
    v1::StatableRates* rates = report.add_statable();
    *rates = StatableBy(rule);
    Policy policy;
    policy.placement_test = rule;
    policy.false_alarm_rate = budget.placement_rate;
    rates->set_placement_fits(PolicyPlacementTest().CheckRate(policy).has_value());
  }
  report.add_assumptions(
      "Alarms are expected ones: expectations add up whatever ties devices together, and a year may "
      "bring more.");
  report.add_assumptions(
      "Placement is counted as one test a declaration period. The verifier makes it in every round: "
      "its rate is then that of one round, and alarms rise and fall again, many times as many "
      "(docs/SWEEPS.md).");
  report.add_assumptions(fmt::format(
      "Change: whatever happened before, the least delay of the next block of an unchanged path "
      "exceeds what was enrolled with probability at most {:.2g}.",
      question.change.exceedance_bound));
  return report;
}

std::string Text(const v1::BudgetReport& report, std::uint32_t block) {
  std::string text = fmt::format(
      "{:.0f} devices at {:.0f} sites, a round every {:g} h, declared for {:g} days: {:g} false "
      "alarms a year.\n\n{:<10} {:>14} {:>12}  {}\n",
      report.devices(), report.sites(), report.every_s() / 3'600, report.declared_for_days(),
      report.alarms_per_year(), "test", "alarms a year", "rate", "of");
  std::string policy = fmt::format("change_block_rounds: {}", block);
  for (const v1::BudgetTest& test : report.tests()) {
    text += fmt::format("{:<10} {:>14.4g} {:>12.3g}  {}\n", test.test(), test.alarms_per_year(),
                        test.rate(), test.of());
    if (!test.policy_field().empty()) {
      policy = fmt::format("{}: {:.3g} ", test.policy_field(), test.rate()) + policy;
    }
  }
  text += fmt::format("\npolicy {{ {} }}\nenrolment takes {:.0f} blocks of {} rounds: {:.1f} days\n",
                      policy, report.enrolment_blocks(), block, report.enrolment_days());
  for (const v1::StatableRates& rates : report.statable()) {
    text += fmt::format("placement_test {:<18} states {:.3g} to {:.3g}: {}\n",
                        rates.placement_test(), rates.least(), rates.most(),
                        rates.placement_fits() ? "it can be asked for this rate"
                                               : "a policy that asks it for this rate is refused");
  }
  if (report.placement_is_extrapolated()) {
    text += fmt::format(
        "The placement rate is a MODEL'S EXTRAPOLATION: {:.0f} hosts can say none below {:.2g}.\n",
        report.calibration_units(), 1 / (report.calibration_units() + 1));
  }
  text += "\n";
  for (const std::string& line : report.assumptions()) text += Wrapped("- " + line, 100, 2) + "\n";
  return text;
}

}  // namespace

ExitCode PlanAlarmBudget(const BudgetCommand& command, const Console& console) {
  const BudgetQuestion question = QuestionOf(command);
  const Result<AlarmBudget> budget = PlanAlarms(question);
  if (!budget.has_value()) return Complain(console, budget.error());
  const v1::BudgetReport report = ToProto(question, *budget);
  return Show(console, command.json, report, [&] { return Text(report, command.block); });
}

}  // namespace earshot
