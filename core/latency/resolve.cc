#include "core/latency/resolve.h"

#include <algorithm>

namespace earshot {
namespace {

bool ClocksAgree(Duration raw, Duration wall) {
  if (raw < Duration(0)) return false;  // the reading of the rim is broken: believe nothing finer
  const Duration allowed = kClockDisagreementFloor +
                           raw / 1'000'000 * kClockDisagreementPartsPerMillion +
                           raw % 1'000'000 * kClockDisagreementPartsPerMillion / 1'000'000;
  const Duration difference = wall > raw ? wall - raw : raw - wall;
  return difference <= allowed;
}

}  // namespace

Sample ResolveSample(std::uint32_t index, const ProbeStamps& stamps) {
  const WallInstant before = stamps.before_send.wall;
  const WallInstant after = stamps.after_receive.wall;
  const Duration raw = stamps.after_receive.monotonic - stamps.before_send.monotonic;
  const Duration wall = after - before;

  Sample sample;
  sample.index = index;
  sample.sent_at = stamps.before_send.monotonic;
  if (!ClocksAgree(raw, wall)) {
    sample.rtt = Rtt::FromDuration(std::max(raw, wall));
    sample.taint = Taint::kClockStep;
    return sample;
  }

  WallInstant start = before;
  bool transmit_used = false;
  if (stamps.kernel_transmit.has_value()) {
    const WallInstant stamp = *stamps.kernel_transmit;
    transmit_used = before <= stamp && stamp <= std::min(stamps.transmit_not_after, after);
    if (transmit_used) {
      start = std::min(stamp, before + kTransmitCreditMax);
      if (stamp - before > kSchedulingGapMax) sample.taint = sample.taint | Taint::kSchedulingGap;
    } else {
      sample.taint = sample.taint | Taint::kStampMisplaced;
    }
  }

  sample.rtt = Rtt::FromDuration(raw);
  if (!stamps.kernel_receive.has_value()) return sample;
  const WallInstant stop = *stamps.kernel_receive;
  if (stop < start || stop > after) {
    sample.taint = sample.taint | Taint::kStampMisplaced;
    return sample;
  }
  if (after - stop > kReceiveQueueLagMax) sample.taint = sample.taint | Taint::kReceiveQueueLag;
  const Duration lost_by_wall = std::max(raw - wall, Duration(0));
  sample.rtt = Rtt::FromDuration(stop - start + lost_by_wall);
  sample.stamps = transmit_used ? StampKind::kKernelBoth : StampKind::kKernelReceive;
  return sample;
}

}  // namespace earshot
