#include "core/latency/statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace earshot {

std::optional<Sample> MinSample(std::span<const Sample> samples, Taint without) {
  std::optional<Sample> least;
  for (const Sample& sample : samples) {
    if (Has(sample.taint, without)) continue;
    if (!least.has_value() || sample.rtt < least->rtt ||
        (sample.rtt == least->rtt && sample.index < least->index)) {
      least = sample;
    }
  }
  return least;
}

std::optional<Rtt> MinRtt(std::span<const Sample> samples, Taint without) {
  const std::optional<Sample> least = MinSample(samples, without);
  if (!least.has_value()) return std::nullopt;
  return least->rtt;
}

std::optional<Rtt> QuantileRtt(std::span<const Sample> samples, double probability, Taint without) {
  std::vector<Rtt> rtts;
  rtts.reserve(samples.size());
  for (const Sample& sample : samples) {
    if (!Has(sample.taint, without)) rtts.push_back(sample.rtt);
  }
  if (rtts.empty()) return std::nullopt;
  // A NaN compares false with everything and falls to 0: the minimum, which claims least.
  const double share = probability > 0.0 ? std::min(probability, 1.0) : 0.0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(rtts.size())));
  const auto nth = rtts.begin() + static_cast<std::ptrdiff_t>(rank == 0 ? 0 : rank - 1);
  std::nth_element(rtts.begin(), nth, rtts.end());
  return *nth;
}

TaintSummary SummariseTaint(std::span<const Sample> samples) {
  TaintSummary summary;
  for (const Sample& sample : samples) {
    ++summary.samples;
    if (sample.taint != Taint::kNone) ++summary.tainted;
    if (Has(sample.taint, Taint::kClockStep)) ++summary.clock_step;
    if (Has(sample.taint, Taint::kReceiveQueueLag)) ++summary.receive_queue_lag;
    if (Has(sample.taint, Taint::kSchedulingGap)) ++summary.scheduling_gap;
    if (Has(sample.taint, Taint::kStampMisplaced)) ++summary.stamp_misplaced;
  }
  return summary;
}

}  // namespace earshot
