// sim/relay/frame.h: enough of an Ethernet frame to know which conversation it belongs to.
#ifndef EARSHOT_SIM_RELAY_FRAME_H_
#define EARSHOT_SIM_RELAY_FRAME_H_

#include <cstdint>

#include "core/base/bytes.h"

namespace earshot {

enum class FrameKind : std::uint8_t { kOther, kIcmpEcho, kUdp, kEarshot };

// What a frame carries, as far as it was understood.
struct FrameSummary {
  FrameKind kind = FrameKind::kOther;
  std::uint16_t source = 0;       // UDP port; ICMP: identifier
  std::uint16_t destination = 0;  // UDP port; ICMP: sequence number
  std::uint16_t payload_bytes = 0;  // of UDP
  std::uint8_t type = 0;            // kEarshot: message type; kIcmpEcho: 8 request, 0 reply
  std::uint32_t index = 0;          // kEarshot
  std::uint32_t round = 0;          // kEarshot: of the session
  std::uint64_t session = 0;        // kEarshot
};

// Never fails: what is cut short, fragmented or of another protocol is kOther. No allocation.
FrameSummary SummariseFrame(ByteSpan frame);

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_FRAME_H_
