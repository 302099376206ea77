#include "sim/relay/relay_core.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr std::size_t kClearHeaderBytes = 32;

}  // namespace

RelayCore::RelayCore(std::vector<PathConditions> paths, std::uint64_t seed, std::size_t held_max)
    : paths_(std::move(paths)),
      seed_(seed),
      held_max_(held_max),
      packets_seen_(2 * paths_.size(), 0) {}

bool RelayCore::Later(const Entry& a, const Entry& b) {
  return std::pair(a.release_ns, a.sequence) > std::pair(b.release_ns, b.sequence);
}

void RelayCore::Hold(HeldPacket packet) {
  if (heap_.size() >= held_max_) {
    ++counts_.over_limit;
    return;
  }
  heap_.push_back({packet.release_at().nanoseconds(), sequence_++, std::move(packet)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

void RelayCore::Accept(std::uint32_t path, RelayDirection direction, ByteSpan datagram,
                       MonotonicInstant arrived, MonotonicInstant received) {
  EARSHOT_CHECK(path < paths_.size() && arrived <= received);
  const PathConditions& conditions = paths_[path];
  const std::uint64_t lane = 2 * std::uint64_t{path} + static_cast<std::uint64_t>(direction);
  const PacketFate fate = DrawFate(PhiloxKey{seed_}, lane, packets_seen_[lane]++, conditions);
  ++counts_.accepted;
  if (fate.lost) {
    ++counts_.lost;
    return;
  }
  const Duration delay =
      direction == RelayDirection::kToLandmark ? conditions.forward : conditions.backward;
  HeldPacket packet;
  packet.path = path;
  packet.direction = direction;
  packet.arrived = arrived;
  packet.received = received;
  packet.target = delay + fate.extra;
  packet.original_header.assign(
      datagram.begin(),
      datagram.begin() + static_cast<std::ptrdiff_t>(std::min(datagram.size(), kClearHeaderBytes)));
  packet.datagram.assign(datagram.begin(), datagram.end());
  if (fate.reordered) ++counts_.reordered;
  if (fate.copy.has_value()) {
    ++counts_.duplicated;
    HeldPacket copy = packet;
    copy.copy = true;
    copy.target = delay + *fate.copy;
    Hold(std::move(copy));
  }
  if (fate.corrupted.has_value() && !packet.datagram.empty()) {
    ++counts_.corrupted;
    packet.corrupted = true;
    const std::size_t bit = *fate.corrupted % (8 * packet.datagram.size());
    packet.datagram[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  Hold(std::move(packet));
}

std::optional<MonotonicInstant> RelayCore::next_release() const {
  if (heap_.empty()) return std::nullopt;
  return MonotonicInstant::FromNanoseconds(heap_.front().release_ns);
}

std::optional<HeldPacket> RelayCore::PopDue(MonotonicInstant now) {
  if (heap_.empty() || heap_.front().release_ns > now.nanoseconds()) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  HeldPacket packet = std::move(heap_.back().packet);
  heap_.pop_back();
  return packet;
}

}  // namespace earshot
