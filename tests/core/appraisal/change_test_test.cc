#include "core/appraisal/change_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::HasSubstr;

// A device with two landmarks at 10 ms, enrolled over `blocks` blocks of one round.
struct Watched {
  explicit Watched(std::uint32_t blocks = 30) {
    policy.rounds_per_block = 1;
    policy.asked_min = 1;
    rates.horizon_blocks = 100;
    for (const char* id : {"a", "b"}) {
      PathBaseline baseline;
      baseline.landmark = LandmarkId(id);
      baseline.threshold = Ms(11);
      baseline.usual = Ms(10);
      baseline.blocks = blocks;
      baselines.push_back(baseline);
      ExpectedLandmark landmark;
      landmark.id = baseline.landmark;
      landmark.samples = 5;
      landmark.covered_by_evidence = true;
      landmark.healthy = true;
      round.push_back(landmark);
    }
  }
  Result<ChangeTest> Create() const { return ChangeTest::Create(baselines, policy, rates); }
  const std::vector<ExpectedLandmark>& Round(double a_ms, double b_ms) {
    round[0].rtt_min = Ms(a_ms);
    round[1].rtt_min = Ms(b_ms);
    return round;
  }
  // Blocks of such rounds until the e-process alarms; 100 when it does not.
  int BlocksToAlarm(double a_ms, double b_ms) {
    ChangeTest test = Create().value();
    for (int block = 1; block < 100; ++block) {
      if (test.Observe(Round(a_ms, b_ms))->ever_alarmed) return block;
    }
    return 100;
  }

  ChangePolicy policy;
  ChangeRates rates;
  std::vector<PathBaseline> baselines;
  std::vector<ExpectedLandmark> round;
};

TEST(ChangeTest, SlowerOnEveryPathAlarmsAndUsualOrQuickerNeverDoes) {
  Watched w;
  EXPECT_LE(w.BlocksToAlarm(12, 12), 12);
  EXPECT_EQ(w.BlocksToAlarm(11, 11), 100);  // at the threshold
  EXPECT_EQ(w.BlocksToAlarm(2, 2), 100);    // one-sided: quicker is no alarm
}

TEST(ChangeTest, OneSlowPathOfTwoTakesOneMoreBlockAtMostAndStillAlarms) {
  Watched w;
  const int both = w.BlocksToAlarm(12, 12);
  const int one = w.BlocksToAlarm(12, 10);
  EXPECT_GE(one, both);
  EXPECT_LE(one, both + 1);
}

TEST(ChangeTest, QuickAnswersOnOnePathDoNotPayForSlowOnesOnAnother) {
  Watched w;
  EXPECT_EQ(w.BlocksToAlarm(12, 10), w.BlocksToAlarm(12, 0.1));
}

TEST(ChangeTest, LongerRttOrLostAnswerNeverLowersTheEvidence) {
  Watched w;
  ChangeTest quick = w.Create().value();
  ChangeTest slow = w.Create().value();
  ChangeTest lost = w.Create().value();
  for (int block = 0; block < 40; ++block) {
    const double ms = 10.0 + (block % 3);
    const double low = quick.Observe(w.Round(ms, 10))->evidence;
    const double high = slow.Observe(w.Round(ms + 5, 10))->evidence;
    auto round = w.Round(ms, 10);
    round[0].rtt_min.reset();
    round[0].samples = 0;
    EXPECT_LE(low, high);
    EXPECT_LE(high, lost.Observe(round)->evidence);
  }
}

TEST(ChangeTest, WhollySilentDeviceIsNotThisTestsMatter) {
  Watched w;
  ChangeTest test = w.Create().value();
  for (ExpectedLandmark& landmark : w.round) {
    landmark.samples = 0;
    landmark.rtt_min.reset();
  }
  for (int block = 0; block < 50; ++block) {
    const auto finding = test.Observe(w.round);
    EXPECT_EQ(finding->evidence, 1.0);
    EXPECT_FALSE(finding->paths[0].floor.has_value());
  }
}

TEST(ChangeTest, AlarmIsRememberedAndTheDetectorRestarts) {
  Watched w;
  w.rates.alarms_per_block = 1e-3;
  ChangeTest test = w.Create().value();
  int detector_alarms = 0;
  for (int block = 0; block < 40; ++block) {
    if (test.Observe(w.Round(12, 12))->detector_alarms) ++detector_alarms;
  }
  EXPECT_GE(detector_alarms, 3);
  EXPECT_LE(detector_alarms, 8);
  for (int block = 0; block < 30; ++block) {
    const auto finding = test.Observe(w.Round(10, 10));
    EXPECT_TRUE(finding->ever_alarmed);
    EXPECT_FALSE(finding->detector_alarms);
  }
}

TEST(ChangeTest, BlockEndsAfterItsRoundsWhateverWasHeard) {
  Watched w;
  w.policy.rounds_per_block = 3;
  ChangeTest test = w.Create().value();
  EXPECT_FALSE(test.Observe(w.Round(10, 10)).has_value());
  EXPECT_FALSE(test.Observe({}).has_value());
  const auto finding = test.Observe(w.Round(9, 10));
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->paths[0].floor, Ms(9));
}

TEST(ChangeTest, LandmarkWithoutABaselineIsPassedOver) {
  Watched w;
  ChangeTest test = w.Create().value();
  auto round = w.Round(10, 10);
  round.push_back(round[0]);
  round.back().id = LandmarkId("new");
  round.back().rtt_min = Ms(900);
  EXPECT_EQ(test.Observe(round)->paths.size(), 2U);
}

TEST(ChangeTest, TooShortAnEnrolmentIsRefusedWithWhatIsNeeded) {
  Watched w(14);
  // (2/3)^n <= 0.01 / 4 from n = 15.
  const auto refused = w.Create();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("15 are needed"));
  EXPECT_TRUE(Watched(15).Create().has_value());
}

TEST(ChangeTest, SenselessRatesAndBoundsAreRefused) {
  for (const double rate : {0.0, 1.0, -1.0, std::nan("")}) {
    Watched w;
    w.rates.ever_alarm = rate;
    EXPECT_FALSE(w.Create().has_value()) << rate;
  }
  for (const double bound : {0.0, 0.6, std::nan("")}) {
    Watched w;
    w.policy.exceedance_bound = bound;
    EXPECT_FALSE(w.Create().has_value()) << bound;
  }
  Watched w;
  w.baselines.clear();
  EXPECT_FALSE(w.Create().has_value());
}

}  // namespace
}  // namespace earshot
