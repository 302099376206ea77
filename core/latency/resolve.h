// core/latency/resolve.h: from what the rim recorded about one ping to one sound round-trip time.
//
//   before_send                                              after_receive
//       |---- our queue ----|======= true interval =======|---- our queue ----|
//       |             kernel_transmit               kernel_receive            |
//   wall+raw               wall                          wall             wall+raw
//
// The outer pair is read on two clocks; the kernel's stamps are on the wall clock alone. The inner
// pair is tighter, and is believed only where the two clocks agree about the outer one.
#ifndef EARSHOT_CORE_LATENCY_RESOLVE_H_
#define EARSHOT_CORE_LATENCY_RESOLVE_H_

#include <cstdint>

#include "core/base/time.h"
#include "core/domain/sample.h"

namespace earshot {

// How far wall and raw clock may disagree about one bracket before a clock is called stepped: a
// disciplined clock is slewed by at most 500 ppm in theory and by far less than 100 ppm in steady
// state; the constant part covers reading two clocks one after the other.
inline constexpr std::int64_t kClockDisagreementPartsPerMillion = 100;
inline constexpr Duration kClockDisagreementFloor = std::chrono::microseconds(2);

// A pong that waited longer than this between the kernel's stamp and our reading it says that this
// landmark is overloaded (Taint::kReceiveQueueLag).
inline constexpr Duration kReceiveQueueLagMax = std::chrono::milliseconds(5);

// A ping that took longer than this from our reading of the clock to the kernel's transmit stamp
// says that this landmark was not running (Taint::kSchedulingGap).
inline constexpr Duration kSchedulingGapMax = std::chrono::milliseconds(5);

// A transmit stamp moves the start of an interval at most so far beyond the reading before the send
// call. Linux takes its software stamp "always prior to passing the packet to the network interface"
// (Documentation/networking/timestamping.rst), so the stamp is no later than the departure and this
// only costs width; a driver that broke the rule, and stamped after the ping had left, could shorten
// an interval by no more than this: the 200 us between the pings of a train, 30 km.
inline constexpr Duration kTransmitCreditMax = std::chrono::microseconds(200);

// The RTT of ping `index`, never shorter than the true interval from its departure to the arrival
// of its pong, up to the rate error of the raw clock (Policy::clock_rate_error covers it):
//
//  - Clocks agree about the bracket: with a kernel receive stamp, stop stamp - start stamp on the
//    wall clock, plus whatever the wall clock lost against the raw one over the whole bracket. So a
//    step or slew, small enough to pass as agreement, cannot shorten it. Without one, the bracket
//    on the raw clock.
//  - They disagree: the longer of the two brackets, tainted kClockStep. The raw clock is blind to
//    suspension and the wall clock to steps; each errs short only in its own way.
//
// The start stamp is the kernel's if it lies in [before_send, min(transmit_not_after,
// after_receive)], and never more than kTransmitCreditMax after before_send; the stop stamp if in [start, after_receive]; a stamp elsewhere is another
// packet's or another clock's, is not used, and taints kStampMisplaced.
//
// What two clocks cannot see: adjustments inside one bracket that cancel (a step back and the same
// step forward; a suspension and a step back by as much). NTP does neither within a second; whoever
// can do both owns the landmark and is counted among the liars.
Sample ResolveSample(std::uint32_t index, const ProbeStamps& stamps);

}  // namespace earshot

#endif  // EARSHOT_CORE_LATENCY_RESOLVE_H_
