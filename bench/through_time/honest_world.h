// bench/through_time/honest_world.h: honest devices whose rounds hang together.
//
// Made to be hard on tests that take rounds for independent: queues that last for hours, a daily
// rhythm, a last mile that all paths share, heavy tails.
#ifndef EARSHOT_BENCH_THROUGH_TIME_HONEST_WORLD_H_
#define EARSHOT_BENCH_THROUGH_TIME_HONEST_WORLD_H_

#include <cstdint>
#include <random>
#include <vector>

#include "core/appraisal/placement_test.h"
#include "core/base/time.h"

namespace earshot {

// Uniform and Gaussian draws, the same on every machine for one seed.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15U + 1) {}
  double Unit() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }
  bool Chance(double p) { return Unit() < p; }
  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  double Exponential(double mean);
  double Gaussian();

 private:
  std::mt19937_64 engine_;
};

// RTT of a path in a round = its base + busy(last mile) + busy(path) + now and then a spike, where
// busy is typical_busy * exp(spread * g) of a Gaussian AR(1) process g, times the hour's rhythm.
struct HonestWorldOptions {
  std::size_t paths = 4;
  double correlation = 0.9;  // of g between neighbouring rounds
  double spread = 1.0;
  Duration typical_busy = std::chrono::microseconds(500);
  double daily_rhythm = 3.0;  // busy at the day's worst hour over its best
  std::uint32_t rounds_per_day = 24;
  double spikes = 0.02;  // of rounds
  Duration spike_mean = std::chrono::milliseconds(20);
  double loss = 0.01;  // of rounds of a path
};

// One honest device, round after round.
class HonestDevice {
 public:
  HonestDevice(const HonestWorldOptions& options, std::uint64_t seed);

  // The next round. `slower` is added to every path: the world after a change.
  const std::vector<ExpectedLandmark>& NextRound(Duration slower = Duration(0));

  const std::vector<ExpectedLandmark>& round() const { return round_; }
  Draws& draws() { return draws_; }

 private:
  struct Queue {
    double g = 0;
  };
  Duration Busy(Queue& queue, double rhythm);

  HonestWorldOptions options_;
  Draws draws_;
  double phase_;
  std::uint64_t rounds_ = 0;
  Queue last_mile_;
  std::vector<Queue> queues_;
  std::vector<Duration> bases_;
  std::vector<ExpectedLandmark> round_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGH_TIME_HONEST_WORLD_H_
