#include "sim/relay/frame.h"

#include <algorithm>
#include <array>

namespace earshot {
namespace {

constexpr std::size_t kEtherBytes = 14;
constexpr std::size_t kIpv4BytesMin = 20;
constexpr std::size_t kUdpBytes = 8;
constexpr std::size_t kIcmpBytes = 8;
constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint8_t kProtocolIcmp = 1;
constexpr std::uint8_t kProtocolUdp = 17;
// EWP1's header (core/protocol/wire_format.h; the relay knows no more of it than it must).
constexpr std::array<std::uint8_t, 4> kMagic = {'E', 'W', 'P', '1'};
constexpr std::size_t kTypeAt = 5;
constexpr std::size_t kSessionAt = 8;
constexpr std::size_t kIndexAt = 16;
constexpr std::size_t kRoundAt = 20;
constexpr std::size_t kHeaderBytes = 32;

FrameSummary SummariseUdp(ByteSpan udp) {
  FrameSummary found;
  if (udp.size() < kUdpBytes) return found;
  found.kind = FrameKind::kUdp;
  found.source = LoadBigEndian<std::uint16_t>(udp, 0);
  found.destination = LoadBigEndian<std::uint16_t>(udp, 2);
  const std::size_t said = LoadBigEndian<std::uint16_t>(udp, 4);
  // Short frames are padded: the datagram's own length counts.
  const ByteSpan payload =
      udp.subspan(kUdpBytes).first(std::min(udp.size(), std::max(said, kUdpBytes)) - kUdpBytes);
  found.payload_bytes = static_cast<std::uint16_t>(payload.size());
  if (payload.size() < kHeaderBytes || !std::ranges::equal(payload.first(4), kMagic)) return found;
  found.kind = FrameKind::kEarshot;
  found.type = payload[kTypeAt];
  found.session = LoadBigEndian<std::uint64_t>(payload, kSessionAt);
  found.index = LoadBigEndian<std::uint32_t>(payload, kIndexAt);
  found.round = LoadBigEndian<std::uint32_t>(payload, kRoundAt);
  return found;
}

FrameSummary SummariseIcmp(ByteSpan icmp) {
  FrameSummary found;
  const bool echo = icmp.size() >= kIcmpBytes && (icmp[0] == 8 || icmp[0] == 0) && icmp[1] == 0;
  if (!echo) return found;
  found.kind = FrameKind::kIcmpEcho;
  found.type = icmp[0];
  found.source = LoadBigEndian<std::uint16_t>(icmp, 4);
  found.destination = LoadBigEndian<std::uint16_t>(icmp, 6);
  return found;
}

}  // namespace

FrameSummary SummariseFrame(ByteSpan frame) {
  if (frame.size() < kEtherBytes + kIpv4BytesMin) return {};
  if (LoadBigEndian<std::uint16_t>(frame, kEtherBytes - 2) != kEtherTypeIpv4) return {};
  const ByteSpan ip = frame.subspan(kEtherBytes);
  const std::size_t header = std::size_t{ip[0] & 0x0fU} * 4;
  const bool fragment = (LoadBigEndian<std::uint16_t>(ip, 6) & 0x3fffU) != 0;
  if (ip[0] >> 4U != 4 || header < kIpv4BytesMin || header > ip.size() || fragment) return {};
  if (ip[9] == kProtocolUdp) return SummariseUdp(ip.subspan(header));
  if (ip[9] == kProtocolIcmp) return SummariseIcmp(ip.subspan(header));
  return {};
}

}  // namespace earshot
