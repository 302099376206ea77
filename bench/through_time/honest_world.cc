#include "bench/through_time/honest_world.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace earshot {

double Draws::Exponential(double mean) { return -mean * std::log1p(-Unit()); }

double Draws::Gaussian() {
  // Box and Muller; the second of the pair is not kept, so that a draw depends on nothing before.
  const double radius = std::sqrt(-2.0 * std::log1p(-Unit()));
  return radius * std::cos(2.0 * std::numbers::pi * Unit());
}

HonestDevice::HonestDevice(const HonestWorldOptions& options, std::uint64_t seed)
    : options_(options), draws_(seed), phase_(draws_.Unit()), queues_(options.paths) {
  last_mile_.g = draws_.Gaussian();
  for (std::size_t i = 0; i < options.paths; ++i) {
    queues_[i].g = draws_.Gaussian();
    bases_.push_back(std::chrono::microseconds(2'000 + draws_.Below(60'000)));
    ExpectedLandmark landmark;
    landmark.id = LandmarkId(fmt::format("l{:02}", i));
    landmark.covered_by_evidence = true;
    landmark.healthy = true;
    round_.push_back(landmark);
  }
}

Duration HonestDevice::Busy(Queue& queue, double rhythm) {
  const double kept = options_.correlation;
  queue.g = kept * queue.g + std::sqrt(1.0 - kept * kept) * draws_.Gaussian();
  const auto typical = static_cast<double>(options_.typical_busy.count());
  return Duration(static_cast<std::int64_t>(typical * rhythm * std::exp(options_.spread * queue.g)));
}

const std::vector<ExpectedLandmark>& HonestDevice::NextRound(Duration slower) {
  const double day =
      static_cast<double>(rounds_++) / static_cast<double>(options_.rounds_per_day) + phase_;
  const double wave = 0.5 * (1.0 + std::sin(2.0 * std::numbers::pi * day));
  const double rhythm = 1.0 + (options_.daily_rhythm - 1.0) * wave;
  const Duration shared = Busy(last_mile_, rhythm);
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    Duration rtt = bases_[i] + shared + Busy(queues_[i], rhythm) + slower;
    if (draws_.Chance(options_.spikes)) {
      const auto mean = static_cast<double>(options_.spike_mean.count());
      rtt += Duration(static_cast<std::int64_t>(draws_.Exponential(mean)));
    }
    const bool lost = draws_.Chance(options_.loss);
    round_[i].samples = lost ? 0 : 5;
    round_[i].rtt_min = lost ? std::nullopt : std::optional(Rtt::FromDuration(rtt));
  }
  return round_;
}

}  // namespace earshot
