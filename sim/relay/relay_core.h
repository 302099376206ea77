// sim/relay/relay_core.h: what happens to a packet on a simulated path, decided without sockets.
//
//   agent ---- forward ---> [ hold: delay + jitter ] ---> landmark
//   agent <--- backward --- [ hold: delay + jitter ] <--- landmark
//
// Bytes and instants in, bytes and instants out. The rim (relay.h) owns sockets and clocks.
#ifndef EARSHOT_SIM_RELAY_RELAY_CORE_H_
#define EARSHOT_SIM_RELAY_RELAY_CORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "sim/path/packet_fate.h"

namespace earshot {

enum class RelayDirection : std::uint8_t { kToLandmark, kToAgent };

// A packet on its way. `target` is how long it is to be held, counted from `arrived`.
struct HeldPacket {
  std::uint32_t path = 0;
  RelayDirection direction = RelayDirection::kToLandmark;
  bool copy = false;       // the second of a duplicated packet
  bool corrupted = false;
  MonotonicInstant arrived;   // kernel's receive stamp, or the receive call's return
  MonotonicInstant received;  // the receive call had returned; never before `arrived`
  Duration target{0};
  Bytes original_header;  // the clear header as it came, for the log; bytes may be corrupted
  Bytes datagram;

  MonotonicInstant release_at() const { return arrived + target; }
};

struct RelayCounts {
  std::uint64_t accepted = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t over_limit = 0;  // dropped because kHeldPacketsMax were held
};

// Packets held at one time: 1.2 s of traffic at 13,000 packets/s. One more is dropped and counted:
// a full router does the same.
inline constexpr std::size_t kHeldPacketsMax = 16384;

// Not thread-safe. Fates are drawn (sim/path/packet_fate.h) by the seed at (path, direction, packet
// number on it): that of the n-th packet of a path does not depend on any other path, nor on when it
// arrived.
class RelayCore {
 public:
  RelayCore(std::vector<PathConditions> paths, std::uint64_t seed,
            std::size_t held_max = kHeldPacketsMax);

  // Decides the fate of a packet and holds it, or its two copies, or neither. `path` is an index
  // into the paths given; `arrived` <= `received`.
  void Accept(std::uint32_t path, RelayDirection direction, ByteSpan datagram,
              MonotonicInstant arrived, MonotonicInstant received);

  // When the next packet is due; none when nothing is held.
  std::optional<MonotonicInstant> next_release() const;

  // The packet that is due at `now`, earliest first and, at one instant, in the order of arrival.
  std::optional<HeldPacket> PopDue(MonotonicInstant now);

  std::size_t held() const { return heap_.size(); }
  const RelayCounts& counts() const { return counts_; }

 private:
  struct Entry {
    std::int64_t release_ns;
    std::uint64_t sequence;
    HeldPacket packet;
  };
  static bool Later(const Entry& a, const Entry& b);
  void Hold(HeldPacket packet);

  std::vector<PathConditions> paths_;
  std::uint64_t seed_;
  std::size_t held_max_;
  std::vector<std::uint64_t> packets_seen_;  // per path and direction
  std::vector<Entry> heap_;
  std::uint64_t sequence_ = 0;
  RelayCounts counts_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_RELAY_CORE_H_
