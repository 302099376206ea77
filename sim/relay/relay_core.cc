#include "sim/relay/relay_core.h"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr std::size_t kClearHeaderBytes = 32;

// What chance does to one packet; unit values are uniform in [0, 1).
struct Fate {
  double loss;
  double duplicate;
  double reorder;
  double corrupt;
  double jitter;
  double copy_jitter;
  std::uint32_t corrupt_bit;
};

double Unit(std::uint32_t word) { return static_cast<double>(word) * 0x1.0p-32; }

Fate DrawFate(std::uint64_t seed, std::uint64_t lane, std::uint64_t number) {
  const philox4x32_key_t key = {{static_cast<std::uint32_t>(seed),
                                 static_cast<std::uint32_t>(seed >> 32U)}};
  const auto block = [&](std::uint32_t which) {
    const philox4x32_ctr_t counter = {{static_cast<std::uint32_t>(number),
                                       static_cast<std::uint32_t>(number >> 32U),
                                       static_cast<std::uint32_t>(lane), which}};
    return philox4x32(counter, key);
  };
  const philox4x32_ctr_t first = block(0);
  const philox4x32_ctr_t second = block(1);
  return {Unit(first[0]),  Unit(first[1]),  Unit(first[2]), Unit(first[3]),
          Unit(second[0]), Unit(second[1]), second[2]};
}

// Exponential with the given mean, cut off at kJitterMeansMax means.
Duration Jitter(Duration mean, double unit) {
  const double means = std::min(-std::log1p(-unit), static_cast<double>(kJitterMeansMax));
  return Duration(static_cast<std::int64_t>(means * static_cast<double>(mean.count())));
}

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
  const Fate fate = DrawFate(seed_, lane, packets_seen_[lane]++);
  ++counts_.accepted;
  if (fate.loss < conditions.loss) {
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
  packet.target = delay + Jitter(conditions.jitter, fate.jitter);
  packet.original_header.assign(
      datagram.begin(),
      datagram.begin() + static_cast<std::ptrdiff_t>(std::min(datagram.size(), kClearHeaderBytes)));
  packet.datagram.assign(datagram.begin(), datagram.end());
  if (fate.reorder < conditions.reorder) {
    ++counts_.reordered;
    packet.target += kReorderJitters * conditions.jitter;
  }
  if (fate.duplicate < conditions.duplicate) {
    ++counts_.duplicated;
    HeldPacket copy = packet;
    copy.copy = true;
    copy.target = delay + Jitter(conditions.jitter, fate.copy_jitter);
    Hold(std::move(copy));
  }
  if (fate.corrupt < conditions.corrupt && !packet.datagram.empty()) {
    ++counts_.corrupted;
    packet.corrupted = true;
    const std::size_t bit = fate.corrupt_bit % (8 * packet.datagram.size());
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
