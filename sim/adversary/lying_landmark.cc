#include "sim/adversary/lying_landmark.h"

#include <algorithm>
#include <cstdint>

#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

ClockReading Earlier(const ClockReading& reading, Duration by) {
  return {reading.monotonic - by, reading.wall - by};
}

}  // namespace

ClockReading LyingLandmark::Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) {
  const ClockReading before = inner_.Send(to, datagram, probe_key);
  if (PeekType(datagram) != MessageType::kPing) return before;
  last_ping_[to] = before.monotonic;
  if (!lies_.At(before.monotonic)) return before;
  return Earlier(before, lies_.lengthens_rtt_by);
}

ClockReading LyingLandmark::ArrivalOf(ByteSpan datagram, const Endpoint& from,
                                      const ClockReading& now) const {
  const auto sent = last_ping_.find(from);
  const bool timed = PeekType(datagram) == MessageType::kPong && sent != last_ping_.end();
  if (!timed || !lies_.At(now.monotonic)) return now;
  const Duration room = now.monotonic - (sent->second + kLeastMeasuredRtt);
  const Duration missed(static_cast<std::int64_t>(
      lies_.runs_slow_by * static_cast<double>((now.monotonic - sent->second).count())));
  ClockReading said =
      Earlier(now, std::clamp(lies_.shortens_rtt_by + missed, Duration(0), std::max(room, Duration(0))));
  said.wall = said.wall - lies_.wall_steps_back_by;
  return said;
}

}  // namespace earshot
