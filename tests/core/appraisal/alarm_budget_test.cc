#include "core/appraisal/alarm_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace earshot {
namespace {

using testing::HasSubstr;

BudgetQuestion ThousandDevices() {
  BudgetQuestion q;
  q.alarms_per_year = 50;
  q.fleet = {.devices = 1'000, .sites = 10, .paths_per_device = 6};
  q.calibration_units = 168;
  return q;
}

TEST(AlarmBudget, PartsAreSpentOnceADeclarationPeriodAndBlock) {
  const auto budget = PlanAlarms(ThousandDevices());
  ASSERT_TRUE(budget.has_value()) << budget.error().message();
  EXPECT_NEAR(budget->placement_rate, 0.4 * 50 / 1'000, 1e-12);
  EXPECT_FALSE(budget->placement_is_extrapolated);
  EXPECT_NEAR(budget->change.ever_alarm, 0.4 * 50 / 1'000, 1e-12);
  EXPECT_NEAR(budget->change.alarms_per_block * 1'000 * 365.25, 0.2 * 50, 1e-9);
  EXPECT_NEAR(budget->site_alarms_per_block * 10 * 365.25, 0.2 * 50, 1e-9);
  EXPECT_EQ(budget->change.horizon_blocks, 366U);
}

TEST(AlarmBudget, WhatIsPlannedCanBeEnrolled) {
  const BudgetQuestion q = ThousandDevices();
  const auto budget = PlanAlarms(q);
  ASSERT_TRUE(budget.has_value());
  PathBaseline baseline;
  baseline.blocks = budget->enrolment_blocks;
  EXPECT_TRUE(ChangeTest::Create(std::vector<PathBaseline>(6, baseline), q.change, budget->change));
  baseline.blocks -= 1;
  EXPECT_FALSE(ChangeTest::Create(std::vector<PathBaseline>(6, baseline), q.change, budget->change));
  EXPECT_EQ(budget->enrolment, std::chrono::hours(24) * budget->enrolment_blocks);
}

TEST(AlarmBudget, ShorterDeclarationsSpendTheRateMoreOften) {
  BudgetQuestion q = ThousandDevices();
  q.declaration_period = kYear / 2;
  EXPECT_NEAR(PlanAlarms(q)->placement_rate, 0.5 * 0.4 * 50 / 1'000, 1e-12);
}

TEST(AlarmBudget, RateBelowWhatTheUnitsCanSayIsRefusedWithWhatWouldHelp) {
  BudgetQuestion q = ThousandDevices();
  q.alarms_per_year = 12;  // 0.4 * 12 / 1000 = 0.0048 < 1/169
  const auto refused = PlanAlarms(q);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(refused.error().message(), HasSubstr("at least 208 endpoints"));
  q.calibration_units = 208;
  EXPECT_TRUE(PlanAlarms(q).has_value());
}

TEST(AlarmBudget, ExtrapolationThatIsAcceptedIsLabelled) {
  BudgetQuestion q = ThousandDevices();
  q.alarms_per_year = 12;
  q.accept_extrapolation = true;
  const auto budget = PlanAlarms(q);
  ASSERT_TRUE(budget.has_value());
  EXPECT_TRUE(budget->placement_is_extrapolated);
  q.alarms_per_year = 50;
  EXPECT_FALSE(PlanAlarms(q)->placement_is_extrapolated);
}

TEST(AlarmBudget, NoUnitsAtAllAllowNoPlacementTestButAFleetWithoutOneIsFine) {
  BudgetQuestion q = ThousandDevices();
  q.calibration_units = 0;
  EXPECT_FALSE(PlanAlarms(q).has_value());
  q.parts.placement = 0;
  const auto budget = PlanAlarms(q);
  ASSERT_TRUE(budget.has_value());
  EXPECT_EQ(budget->placement_rate, 0.0);
}

TEST(AlarmBudget, MillionDevicesGetRatesThatAreStillTests) {
  BudgetQuestion q = ThousandDevices();
  q.fleet = {.devices = 1'000'000, .sites = 1'000, .paths_per_device = 6};
  q.accept_extrapolation = true;
  const auto budget = PlanAlarms(q);
  ASSERT_TRUE(budget.has_value()) << budget.error().message();
  EXPECT_TRUE(budget->placement_is_extrapolated);
  EXPECT_NEAR(budget->change.alarms_per_block, 10.0 / 365.25e6, 1e-12);
  EXPECT_LE(budget->enrolment_blocks, 40U);
}

TEST(AlarmBudget, EnrolmentThatOutlastsTheDeclarationIsRefused) {
  BudgetQuestion q = ThousandDevices();
  q.declaration_period = std::chrono::hours(24 * 10);
  q.calibration_units = 100'000;
  const auto refused = PlanAlarms(q);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("outlasts"));
  q.cadence = std::chrono::minutes(5);
  EXPECT_TRUE(PlanAlarms(q).has_value());
}

TEST(AlarmBudget, NonsenseIsRefused) {
  const auto refuses = [](auto change) {
    BudgetQuestion q = ThousandDevices();
    change(q);
    const auto answer = PlanAlarms(q);
    return !answer.has_value() && answer.error().code() == ErrorCode::kInvalidArgument;
  };
  EXPECT_FALSE(refuses([](BudgetQuestion&) {}));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.alarms_per_year = 0; }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.alarms_per_year = std::nan(""); }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.fleet.devices = 0; }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.fleet.sites = 1'001; }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.fleet.paths_per_device = 0; }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.cadence = Duration(0); }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.cadence = Duration::max(); }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.parts.site = 0.5; }));
  EXPECT_TRUE(refuses([](BudgetQuestion& q) { q.parts.change = -0.1; }));
}

}  // namespace
}  // namespace earshot
