// Rates of the change test in simulated worlds. Every study draws from its printed seed alone, and
// bounds are held by exact binomial intervals.
#include "bench/through_time/studies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "bench/through_time/fleet_study.h"
#include "bench/through_time/kind_study.h"
#include "bench/through_time/measured.h"

namespace earshot {
namespace {

constexpr std::uint64_t kSeed = 20261122;

constexpr double kAlpha = 0.05;

// Hourly rounds in blocks, enrolled as long as kAlpha needs: 13 blocks.
ChangeStudyOptions Hourly(std::uint32_t rounds_per_block, double correlation) {
  ChangeStudyOptions options;
  options.seed = kSeed;
  options.devices = 300;
  options.policy.rounds_per_block = rounds_per_block;
  options.policy.asked_min = std::max(rounds_per_block / 2, 1U);
  options.rates.ever_alarm = kAlpha;
  options.rates.horizon_blocks = options.rounds / rounds_per_block;
  options.enrolment_blocks = EnrolmentBlocksFor(
      options.policy.exceedance_bound, kAlpha / (2.0 * static_cast<double>(options.world.paths)));
  options.world.correlation = correlation;
  return options;
}

TEST(ChangeStudy, HonestCorrelatedDevicesStayBelowAlphaOver240Rounds) {
  for (const double correlation : {0.0, 0.9, 0.97}) {
    const ChangeStudy study = RunChangeStudy(Hourly(24, correlation));
    EXPECT_LT(study.ever_alarmed.interval().high, kAlpha)
        << "seed " << kSeed << ", correlation " << correlation << ": " << CountedText(study.ever_alarmed);
    EXPECT_LT(study.enrolment_refused.rate(), 0.15) << CountedText(study.enrolment_refused);
  }
}

TEST(ChangeStudy, TwoMonthsOfDailyBlocksStayBelowAlphaToo) {
  ChangeStudyOptions options = Hourly(24, 0.9);
  options.rounds = 60 * 24;
  options.rates.horizon_blocks = 60;
  const ChangeStudy study = RunChangeStudy(options);
  EXPECT_LT(study.ever_alarmed.interval().high, kAlpha) << "seed " << kSeed << ": "
                                                        << CountedText(study.ever_alarmed);
  // The assumption itself, as far as it can be seen: after an exceedance, no more than the bound.
  ASSERT_GT(study.path_blocks_after_one, 200U);
  EXPECT_LT(static_cast<double>(study.exceedances_after_one),
            options.policy.exceedance_bound * static_cast<double>(study.path_blocks_after_one));
}

TEST(ChangeStudy, OneRoundADayInBlocksOfOneStaysBelowAlphaOver240Rounds) {
  ChangeStudyOptions options = Hourly(1, 0.3);
  options.world.rounds_per_day = 1;
  options.world.loss = 0.001;
  const ChangeStudy study = RunChangeStudy(options);
  EXPECT_LT(study.ever_alarmed.interval().high, kAlpha) << "seed " << kSeed << ": "
                                                        << CountedText(study.ever_alarmed);
}

TEST(ChangeStudy, CorrelatedRoundsTakenForBlocksBreakTheRate) {
  ChangeStudyOptions options = Hourly(1, 0.97);
  options.world.loss = 0.0;
  const ChangeStudy study = RunChangeStudy(options);
  EXPECT_GT(study.ever_alarmed.interval().low, kAlpha) << "seed " << kSeed << ": "
                                                       << CountedText(study.ever_alarmed);
  // What is broken is the assumption; enrolment notices most of it.
  EXPECT_GT(static_cast<double>(study.exceedances_after_one),
            options.policy.exceedance_bound * static_cast<double>(study.path_blocks_after_one));
  EXPECT_GT(study.enrolment_refused.rate(), 0.5) << CountedText(study.enrolment_refused);
}

TEST(ChangeStudy, TenMillisecondsSlowerIsFoundWithinTenDaysAndOneTenthIsNot) {
  ChangeStudyOptions options = Hourly(24, 0.9);
  options.slower = std::chrono::milliseconds(10);
  const ChangeStudy found = RunChangeStudy(options);
  EXPECT_GT(found.ever_alarmed.interval().low, 0.98) << "seed " << kSeed << ": "
                                                     << CountedText(found.ever_alarmed);
  EXPECT_LE(found.blocks_to_alarm, 7 * found.ever_alarmed.hits);
  options.slower = std::chrono::microseconds(100);
  EXPECT_LT(RunChangeStudy(options).ever_alarmed.interval().high, kAlpha);
}

TEST(EverAlarms, HardestUnchangedPathKeepsTheRateAndOneBeyondTheBoundDoesNot) {
  BoundStudyOptions options;
  options.seed = kSeed;
  const CountedRate at_bound = EverAlarms(options);
  EXPECT_LE(at_bound.interval().low, options.rate) << "seed " << kSeed << ": " << CountedText(at_bound);
  EXPECT_GT(at_bound.rate(), options.rate / 10) << "the rate should not be idle: " << CountedText(at_bound);
  options.exceedance = 0.5;
  EXPECT_GT(EverAlarms(options).interval().low, options.rate);
}

TEST(MeanRunLength, IsAtLeastTheInverseOfTheRateAtTheBoundAndShorterBeyond) {
  BoundStudyOptions options;
  options.seed = kSeed;
  options.runs = 400;
  options.blocks = 20'000;
  options.rate = 1e-3;
  EXPECT_GE(MeanRunLength(options), 1.0 / options.rate) << "seed " << kSeed;
  options.exceedance = 0.5;
  EXPECT_LT(MeanRunLength(options), 0.5 / options.rate) << "seed " << kSeed;
}

std::uint32_t Named(const KindCounts& counts, ChangeKind kind) {
  return counts[static_cast<std::size_t>(kind)];
}

TEST(KindStudy, HonestChangesAreNeverCalledMovesAndMostGetTheirName) {
  KindStudyOptions options;
  options.seed = kSeed;
  options.devices = 50;
  const KindCounts reroute = RunKindStudy(Cause::kReroute, options);
  const KindCounts delay = RunKindStudy(Cause::kCommonDelay, options);
  const KindCounts nothing = RunKindStudy(Cause::kNothing, options);
  for (const KindCounts& counts : {reroute, delay, nothing}) {
    EXPECT_EQ(Named(counts, ChangeKind::kMove), 0U) << "seed " << kSeed;
  }
  EXPECT_GE(Named(reroute, ChangeKind::kReroute), 38U) << "seed " << kSeed;
  EXPECT_GE(Named(delay, ChangeKind::kCommonDelay), 47U) << "seed " << kSeed;
  EXPECT_GE(Named(nothing, ChangeKind::kNothing), 38U) << "seed " << kSeed;
}

TEST(KindStudy, MoversAreNotCalledReroutedHoweverTheyPad) {
  KindStudyOptions options;
  options.seed = kSeed;
  options.devices = 50;
  for (const Cause cause : {Cause::kMove, Cause::kMovePadFlat, Cause::kMovePadHome}) {
    EXPECT_LE(Named(RunKindStudy(cause, options), ChangeKind::kReroute), 1U)
        << CauseName(cause) << ", seed " << kSeed;
  }
  EXPECT_GE(Named(RunKindStudy(Cause::kMove, options), ChangeKind::kMove), 42U);
  // What padding buys, said in the header: the move reads as a delay common to all paths.
  EXPECT_GE(Named(RunKindStudy(Cause::kMovePadFlat, options), ChangeKind::kCommonDelay), 47U);
}

// Sixty devices at three sites that share uplinks, for a hundred days.
FleetStudyOptions SmallFleet() {
  FleetStudyOptions options;
  options.seed = kSeed;
  options.question.fleet = {.devices = 60, .sites = 3, .paths_per_device = 4};
  options.question.declaration_period = std::chrono::hours(24 * 100);
  options.question.alarms_per_year = 60;
  options.question.calibration_units = 168;
  return options;
}

TEST(FleetStudy, AchievedRatesOfAnHonestFleetDoNotExceedTheBudget) {
  const auto study = RunFleetStudy(SmallFleet());
  ASSERT_TRUE(study.has_value()) << study.error().message();
  EXPECT_LE(study->placement.mean - 3 * study->placement.standard_error,
            study->budget.placement_rate)
      << "seed " << kSeed << ": " << study->placement.mean;
  EXPECT_LE(study->ever_alarmed.interval().low, study->budget.change.ever_alarm)
      << "seed " << kSeed << ": " << CountedText(study->ever_alarmed);
  EXPECT_GT(study->ever_alarmed.trials, 50U);
  EXPECT_LE(static_cast<double>(study->site_detector_alarms),
            1 + study->budget.site_alarms_per_block * static_cast<double>(study->site_blocks));
}

TEST(FleetStudy, OneBadLinkIsOneAlarmAndOtherSitesStayQuiet) {
  FleetStudyOptions options = SmallFleet();
  options.bad_link = std::chrono::milliseconds(15);
  const auto study = RunFleetStudy(options);
  ASSERT_TRUE(study.has_value()) << study.error().message();
  EXPECT_GE(study->alarms_single, 18U) << "seed " << kSeed;
  EXPECT_EQ(study->alarms_shown, 1U) << "seed " << kSeed;
  EXPECT_EQ(study->site_alarms_shown, 1U);
  EXPECT_GE(study->site_detector_alarms, 1U);
}

TEST(PlacementFleets, RateHoldsOverFleetsAndSingleOnesSpreadAroundItAsTheBetaLawSays) {
  const PlacementFleets found = RunPlacementFleets({.seed = kSeed});
  // Beta(3, 166): mean 1.775 %, 2.5 and 97.5 % quantiles 0.37 and 4.2 %, 35 % of it above 2 %.
  EXPECT_NEAR(found.mean, 3.0 / 169, 4 * found.standard_error) << "seed " << kSeed;
  EXPECT_NEAR(found.standard_error, 0.0101 / std::sqrt(1000.0), 5e-5) << "seed " << kSeed;
  EXPECT_LT(found.low, 0.006);
  EXPECT_GT(found.high, 0.035);
  EXPECT_NEAR(found.above_asked, 350, 80);
}

TEST(PlacementFleets, DevicesWorseThanTheirCalibratorsBreakTheRate) {
  const PlacementFleets found = RunPlacementFleets({.seed = kSeed, .fleets = 200, .worse = 0.01});
  EXPECT_GT(found.mean - 4 * found.standard_error, 0.02) << "seed " << kSeed;
}

TEST(PlacementFleets, RateBelowWhatTheUnitsCanSayFlagsNobody) {
  EXPECT_EQ(RunPlacementFleets({.seed = kSeed, .fleets = 20, .rate = 0.005}).high, 0);
  EXPECT_GT(RunPlacementFleets({.seed = kSeed, .fleets = 20, .rate = 0.006}).high, 0);
}

TEST(FleetStudy, BudgetThatCannotBeTestedIsRefused) {
  FleetStudyOptions options = SmallFleet();
  options.question.calibration_units = 3;
  EXPECT_FALSE(RunFleetStudy(options).has_value());
}

Result<std::vector<MeasuredSeries>> Read(const std::string& rows) {
  std::istringstream in("probe,target,access,unix_time,s1_ms,s2_ms,s3_ms\n" + rows);
  return ReadSeries(in);
}

TEST(ReadSeries, FloorsComeInTheOrderOfTimeAndLossesAreLeftOut) {
  const auto all = Read("p,t,wired,200,9,8.5,\np,t,wired,100,7,7.5,8\np,t,wired,300,,,\n"
                        "q,t,wifi,100,3,,\n");
  ASSERT_TRUE(all.has_value()) << all.error().message();
  ASSERT_EQ(all->size(), 2U);
  const MeasuredSeries& wired = (*all)[1];
  EXPECT_EQ(wired.access, "wired");
  ASSERT_EQ(wired.round_floors.size(), 2U);
  EXPECT_EQ(wired.round_floors[0].milliseconds(), 7.0);
  EXPECT_EQ(wired.round_floors[1].milliseconds(), 8.5);
}

TEST(ReadSeries, WhatIsNoSeriesIsRefusedWithItsLine) {
  for (const char* row : {"p,t,wired,100,7,7", "p,t,wired,x,7,7,7", "p,t,wired,100,-1,7,7",
                          "p,t,wired,100,nan,7,7", "p,t,wired,100,1e300,7,7"}) {
    const auto all = Read(std::string("p,t,wired,100,7,7,7\n") + row + "\n");
    ASSERT_FALSE(all.has_value()) << row;
    EXPECT_NE(all.error().message().find("line 3"), std::string::npos) << all.error().message();
  }
  std::istringstream other("id,lat,lon\n");
  EXPECT_FALSE(ReadSeries(other).has_value());
}

TEST(SeriesStudy, StepInTheSecondHalfIsFoundAndNoneWithoutIt) {
  MeasuredSeries series{.access = "wired", .round_floors = {}};
  for (int i = 0; i < 120; ++i) {
    series.round_floors.push_back(Rtt::FromDuration(std::chrono::microseconds(9'000 + i * 37 % 400)));
  }
  SeriesStudyOptions options;
  options.policy.rounds_per_block = 4;
  EXPECT_EQ(RunSeriesStudy({&series, 1}, options).at("wired").ever_alarmed.hits, 0U);
  options.slower = std::chrono::milliseconds(20);
  EXPECT_EQ(RunSeriesStudy({&series, 1}, options).at("wired").ever_alarmed.hits, 1U);
  options.rounds_least = 121;
  EXPECT_TRUE(RunSeriesStudy({&series, 1}, options).empty());
}

}  // namespace
}  // namespace earshot
