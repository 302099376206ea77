// core/protocol/packet.h: a buffer that holds any packet of EWP1.
#ifndef EARSHOT_CORE_PROTOCOL_PACKET_H_
#define EARSHOT_CORE_PROTOCOL_PACKET_H_

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/datagram.h"

namespace earshot {

// One outgoing packet. Reused by its owner from packet to packet; `size` 0 means "nothing to send".
struct Packet {
  std::array<std::uint8_t, kDatagramBytesMax> bytes{};
  std::size_t size = 0;

  // Valid until the packet is written to again.
  ByteSpan view() const { return ByteSpan(bytes).first(size); }
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_PACKET_H_
