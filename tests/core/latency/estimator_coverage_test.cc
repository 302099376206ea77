// The statements of the estimators, held against simulated paths whose floor is known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/crypto/seeded_random.h"
#include "core/latency/estimator.h"

namespace earshot {
namespace {

constexpr int kTrials = 2000;
constexpr double kConfidence = 0.95;
// Four standard deviations of a share of kTrials at kConfidence.
constexpr double kSlack = 0.02;

double Exponential(Random& random) { return -std::log1p(-random.NextUnit()); }

// The excess in microseconds after `queues` places of waiting.
double Queued(Random& random, int queues) {
  double sum = 0;
  for (int i = 0; i < queues; ++i) sum += 20.0 * Exponential(random);
  return sum;
}

struct World {
  int queues = 2;
  int samples = 100;
  Duration drift_per_second{0};  // amplitude of the floor's slope, up and down
};

Duration FloorAt(const World& world, Duration t) {
  // A triangle of 40 s: the fastest change that the stated rate permits, turning around.
  const double phase = std::fmod(ToSeconds(t), 40.0);
  const double climbed = phase < 20.0 ? phase : 40.0 - phase;
  return std::chrono::milliseconds(20) +
         Duration(static_cast<std::int64_t>(
             climbed * static_cast<double>(world.drift_per_second.count())));
}

struct Outcome {
  double held = 0;         // share of trials in which the statement was true
  double stated_us = 0;    // mean of what was stated
  double error_us = 0;     // mean error against `target`
};

// `target` of a trial: what the estimate is to be compared with, at the newest sample's instant.
template <typename Target>
Outcome Simulate(std::string_view name, const World& world, FloorOptions options,
                 const Target& target) {
  SeededRandom random(17, 3);
  options.confidence = kConfidence;
  Outcome outcome;
  for (int trial = 0; trial < kTrials; ++trial) {
    SampleWindow window(options);
    const Duration start = std::chrono::milliseconds(137) * trial;
    Duration sent{0};
    for (int i = 0; i < world.samples; ++i) {
      sent = start + std::chrono::milliseconds(500) * i;
      const Duration floor = FloorAt(world, sent);
      const auto excess = static_cast<std::int64_t>(1e3 * Queued(random, world.queues));
      window.Add({.index = 1,
                  .rtt = Rtt::FromDuration(floor + Duration(excess)),
                  .stamps = StampKind::kKernelBoth,
                  .taint = Taint::kNone,
                  .sent_at = MonotonicInstant::FromNanoseconds(1) + sent});
    }
    const auto estimate = window.Estimate(*FindFloorEstimator(name));
    const Duration error = estimate->floor.duration() - target(sent);
    outcome.held += error <= *estimate->above_max ? 1.0 / kTrials : 0.0;
    outcome.stated_us += static_cast<double>(estimate->above_max->count()) * 1e-3 / kTrials;
    outcome.error_us += static_cast<double>(error.count()) * 1e-3 / kTrials;
  }
  return outcome;
}

TEST(EstimatorCoverageTest, MinimumHoldsAsOftenAsStatedOnOneAndTwoQueues) {
  for (const int queues : {1, 2}) {
    for (const int samples : {5, 20, 100}) {
      const World world{.queues = queues, .samples = samples};
      const Outcome outcome =
          Simulate("minimum", world, {}, [&](Duration t) { return FloorAt(world, t); });
      EXPECT_GE(outcome.held, kConfidence - kSlack) << queues << " queues, " << samples;
      EXPECT_GT(outcome.error_us, 0);
    }
  }
}

TEST(EstimatorCoverageTest, MinimumWithTheTrueExponentStatesNoMoreThanItMust) {
  const World world{.queues = 2, .samples = 100};
  const Outcome outcome =
      Simulate("minimum", world, {}, [&](Duration t) { return FloorAt(world, t); });
  EXPECT_LE(outcome.held, 0.985);
}

TEST(EstimatorCoverageTest, MinimumFallsShortWhereMoreQueuesAreNeverEmptyThanAssumed) {
  const World world{.queues = 6, .samples = 100};
  const Outcome assumed_two =
      Simulate("minimum", world, {}, [&](Duration t) { return FloorAt(world, t); });
  EXPECT_LT(assumed_two.held, 0.8);
  FloorOptions cautious;
  cautious.tail_exponent = 6;
  const Outcome assumed_six =
      Simulate("minimum", world, cautious, [&](Duration t) { return FloorAt(world, t); });
  EXPECT_GE(assumed_six.held, kConfidence - kSlack);
}

TEST(EstimatorCoverageTest, LowQuantileHoldsAsOftenAsStatedWhateverTheTail) {
  // The 5 % quantile of one exponential, and of a sum of six: of the gamma law with shape 6.
  const double one = 20.0 * -std::log(0.95);
  const double six = 20.0 * 2.6130;
  for (const auto& [queues, quantile_us] : {std::pair{1, one}, std::pair{6, six}}) {
    const World world{.queues = queues, .samples = 100};
    const Outcome outcome = Simulate("low-quantile", world, {}, [&](Duration t) {
      return FloorAt(world, t) + Duration(static_cast<std::int64_t>(1e3 * quantile_us));
    });
    EXPECT_GE(outcome.held, kConfidence - kSlack) << queues;
  }
}

TEST(EstimatorCoverageTest, LowQuantileSaysNothingOfAFloorThatIsHardlyReached) {
  const World world{.queues = 6, .samples = 100};
  const Outcome outcome =
      Simulate("low-quantile", world, {}, [&](Duration t) { return FloorAt(world, t); });
  EXPECT_LT(outcome.held, 0.5);
}

TEST(EstimatorCoverageTest, EnvelopeFollowsAFloorThatMovesAtTheStatedRate) {
  const World world{.queues = 2, .samples = 100, .drift_per_second = std::chrono::microseconds(20)};
  FloorOptions options;
  options.drift_per_second = world.drift_per_second;
  const auto floor = [&](Duration t) { return FloorAt(world, t); };
  EXPECT_GE(Simulate("lower-envelope", world, options, floor).held, kConfidence - kSlack);
  const World still{.queues = 2, .samples = 100};
  EXPECT_GE(Simulate("lower-envelope", still, options,
                     [&](Duration t) { return FloorAt(still, t); }).held,
            kConfidence - kSlack);
}

TEST(EstimatorCoverageTest, MinimumLagsBehindAFloorThatRises) {
  const World world{.queues = 2, .samples = 100, .drift_per_second = std::chrono::microseconds(20)};
  FloorOptions options;
  options.drift_per_second = world.drift_per_second;
  const auto floor = [&](Duration t) { return FloorAt(world, t); };
  // The old minimum stays below the floor of now; the envelope never does.
  EXPECT_LT(Simulate("minimum", world, options, floor).error_us, 0);
  EXPECT_GT(Simulate("lower-envelope", world, options, floor).error_us, 0);
}

}  // namespace
}  // namespace earshot
