// sim/relay/receive_stamp.h: when a packet arrived, by the kernel's stamp. Internal to the room.
#ifndef EARSHOT_SIM_RELAY_RECEIVE_STAMP_H_
#define EARSHOT_SIM_RELAY_RECEIVE_STAMP_H_

#include <optional>

#include "core/base/time.h"

struct msghdr;

namespace earshot {

// A kernel stamp that says the packet waited longer than this is not believed: the wall clock was
// stepped meanwhile, and the packet counts as just arrived.
inline constexpr Duration kReceiveLagMax = std::chrono::milliseconds(100);

// Asks for SO_TIMESTAMPNS on a socket. A wish: without it a packet's hold starts when the receive
// call returns.
void RequestReceiveStamps(int fd);

// The stamp among the control messages of a received message; none when the kernel gave none.
std::optional<WallInstant> KernelStamp(msghdr* message);

// The stamp on the raw clock: as long before `now` as it lies before it on the wall clock.
MonotonicInstant OnRawClock(std::optional<WallInstant> stamp, const ClockReading& now);

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_RECEIVE_STAMP_H_
