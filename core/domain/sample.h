// core/domain/sample.h: one timed ping and what spoils it.
#ifndef EARSHOT_CORE_DOMAIN_SAMPLE_H_
#define EARSHOT_CORE_DOMAIN_SAMPLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace earshot {

// Everything the rim recorded about one ping and its pong. core/latency turns it into a Sample.
struct ProbeStamps {
  ClockReading before_send;    // both clocks, before the send call
  ClockReading after_receive;  // both clocks, after the receive call returned
  std::optional<WallInstant> kernel_transmit;
  std::optional<WallInstant> kernel_receive;
  // The earliest wall reading that the transmit stamp may not exceed: the next send on that socket,
  // or the moment the stamp was collected. A stamp outside [before_send, this] is not ours.
  WallInstant transmit_not_after;
};

// Which stamps an RTT was taken from. A wider kind is still sound; it only costs radius.
enum class StampKind : std::uint8_t {
  kUserSpace,      // CLOCK_MONOTONIC_RAW before send and after receive
  kKernelReceive,  // wall clock before send, kernel receive stamp
  kKernelBoth,     // kernel transmit stamp (up to its credit, resolve.h), kernel receive stamp
};
std::string_view StampKindName(StampKind kind);

// Why a sample may mislead a test about delay. A bit set: taints add up.
enum class Taint : std::uint8_t {
  kNone = 0,
  kClockStep = 1,        // wall and raw clocks disagree by more than 100 ppm plus 2 us
  kReceiveQueueLag = 2,  // the pong waited in our own receive queue
  kSchedulingGap = 4,    // we were not running between send and stamp
  kStampMisplaced = 8,   // a kernel stamp lay outside its bracket and was not used
};
constexpr Taint operator|(Taint a, Taint b) {
  return static_cast<Taint>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool Has(Taint set, Taint bit) {
  return (static_cast<std::uint8_t>(set) & static_cast<std::uint8_t>(bit)) != 0;
}

// One answered ping. `rtt` is sound whatever the taint: a taint removes the sample from tests of
// delay, and from bounds only when the policy says so.
struct Sample {
  std::uint32_t index = 0;  // of the nonce in its chain, from 1
  Rtt rtt;
  StampKind stamps = StampKind::kUserSpace;
  Taint taint = Taint::kNone;
  MonotonicInstant sent_at;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_SAMPLE_H_
