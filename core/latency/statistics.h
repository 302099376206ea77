// core/latency/statistics.h: order statistics of one landmark's samples of one device.
//
// Pure functions over a window that the caller chose (the appraisal: one round): nothing
// expires here and nothing is remembered. Every function works on 0, 1 and n samples in any order;
// none of them changes an RTT, so what was sound stays sound.
#ifndef EARSHOT_CORE_LATENCY_STATISTICS_H_
#define EARSHOT_CORE_LATENCY_STATISTICS_H_

#include <cstdint>
#include <optional>
#include <span>

#include "core/base/time.h"
#include "core/domain/sample.h"

namespace earshot {

// Every taint: for tests about delay, which a spoilt sample may mislead either way.
inline constexpr Taint kAnyTaint =
    Taint::kClockStep | Taint::kReceiveQueueLag | Taint::kSchedulingGap | Taint::kStampMisplaced;

// For bounds: the other taints only lengthen an RTT, but behind a step of the clock a suspension
// of the same size could hide, so a stepped sample may bound nothing.
inline constexpr Taint kTaintsThatUnbound = Taint::kClockStep;

// The sample of the least RTT among those with no taint of `without`; the earliest index among
// equals. None when no sample qualifies. With one sample, that sample.
std::optional<Sample> MinSample(std::span<const Sample> samples, Taint without = Taint::kNone);

// Its RTT.
std::optional<Rtt> MinRtt(std::span<const Sample> samples, Taint without = Taint::kNone);

// The smallest observed RTT that at least the share `probability` of the qualifying samples does
// not exceed (the inverse of the empirical distribution; nothing is interpolated, so the answer is
// an RTT that was measured). `probability` is clamped to [0, 1]: 0 gives the minimum, 1 the
// maximum; with one sample every probability gives it. None when no sample qualifies. O(n), one
// copy.
std::optional<Rtt> QuantileRtt(std::span<const Sample> samples, double probability,
                               Taint without = Taint::kNone);

// How many samples carry which taint. A sample may carry several, so the parts may exceed
// `tainted`. All zero for no samples.
struct TaintSummary {
  std::uint32_t samples = 0;
  std::uint32_t tainted = 0;  // with any taint
  std::uint32_t clock_step = 0;
  std::uint32_t receive_queue_lag = 0;
  std::uint32_t scheduling_gap = 0;
  std::uint32_t stamp_misplaced = 0;

  friend bool operator==(const TaintSummary&, const TaintSummary&) = default;
};
TaintSummary SummariseTaint(std::span<const Sample> samples);

}  // namespace earshot

#endif  // EARSHOT_CORE_LATENCY_STATISTICS_H_
