#include "sim/adversary/lying_landmark.h"

#include <algorithm>

#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

// The least that any landmark could have measured.
constexpr Duration kLeastRtt = std::chrono::microseconds(1);

ClockReading Earlier(const ClockReading& reading, Duration by) {
  return {reading.monotonic - by, reading.wall - by};
}

}  // namespace

ClockReading LyingLandmark::Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) {
  const ClockReading before = inner_.Send(to, datagram, probe_key);
  if (PeekType(datagram) != MessageType::kPing) return before;
  last_ping_[to] = before.monotonic;
  return Earlier(before, lengthens_by_);
}

ClockReading LyingLandmark::ArrivalOf(ByteSpan datagram, const Endpoint& from,
                                      const ClockReading& now) const {
  const auto sent = last_ping_.find(from);
  if (PeekType(datagram) != MessageType::kPong || sent == last_ping_.end()) return now;
  const Duration room = now.monotonic - (sent->second + kLeastRtt);
  return Earlier(now, std::clamp(room, Duration(0), shortens_by_));
}

}  // namespace earshot
