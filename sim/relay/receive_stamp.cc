#include "sim/relay/receive_stamp.h"

#include <sys/socket.h>

#include <cstring>
#include <ctime>

namespace earshot {

void RequestReceiveStamps(int fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

std::optional<WallInstant> KernelStamp(msghdr* message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
    return WallInstant::FromNanoseconds(std::int64_t{stamp.tv_sec} * 1'000'000'000 +
                                        stamp.tv_nsec);
  }
  return std::nullopt;
}

MonotonicInstant OnRawClock(std::optional<WallInstant> stamp, const ClockReading& now) {
  if (!stamp.has_value()) return now.monotonic;
  const Duration lag = now.wall - *stamp;
  if (lag < Duration(0) || lag > kReceiveLagMax) return now.monotonic;
  return now.monotonic - lag;
}

}  // namespace earshot
