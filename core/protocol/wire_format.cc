#include "core/protocol/wire_format.h"

#include <algorithm>

namespace earshot {
namespace {

bool HasSession(MessageType type) { return type >= MessageType::kWelcome; }
bool HasIndex(MessageType type) { return type == MessageType::kPing || type == MessageType::kPong; }

}  // namespace

Refusal ParseHeader(ByteSpan packet, Header& out) {
  if (packet.size() < wire::kHeaderBytes) return Refusal::kLength;
  if (!std::equal(kMagic.begin(), kMagic.end(), packet.begin())) return Refusal::kMagic;
  if (packet[wire::kVersionAt] != kProtocolVersion) return Refusal::kVersion;
  const std::uint8_t type = packet[wire::kTypeAt];
  if (type == 0 || type > kMessageTypes) return Refusal::kType;
  out.type = static_cast<MessageType>(type);
  if (packet.size() != PacketBytes(out.type)) return Refusal::kLength;
  out.suite = packet[wire::kSuiteAt];
  out.session_id = LoadBigEndian<std::uint64_t>(packet, wire::kSessionAt);
  out.index = LoadBigEndian<std::uint32_t>(packet, wire::kIndexAt);
  out.round = LoadBigEndian<std::uint32_t>(packet, wire::kRoundAt);
  const std::uint8_t suite = HasSession(out.type) ? kSuite1 : std::uint8_t{0};
  if (out.suite != suite) return Refusal::kSuite;
  if (packet[wire::kFlagsAt] != 0 || LoadBigEndian<std::uint64_t>(packet, wire::kReservedAt) != 0) {
    return Refusal::kNotZero;
  }
  if (HasSession(out.type) != (out.session_id != 0)) return Refusal::kSession;
  if (HasSession(out.type) != (out.round != 0)) return Refusal::kRound;
  if (HasIndex(out.type) != (out.index != 0)) return Refusal::kIndex;
  return Refusal::kNone;
}

void WriteHeader(const Header& header, MutableByteSpan packet) {
  EARSHOT_CHECK(packet.size() >= wire::kHeaderBytes);
  std::copy(kMagic.begin(), kMagic.end(), packet.begin());
  packet[wire::kVersionAt] = kProtocolVersion;
  packet[wire::kTypeAt] = static_cast<std::uint8_t>(header.type);
  packet[wire::kSuiteAt] = header.suite;
  packet[wire::kFlagsAt] = 0;
  StoreBigEndian<std::uint64_t>(packet, wire::kSessionAt, header.session_id);
  StoreBigEndian<std::uint32_t>(packet, wire::kIndexAt, header.index);
  StoreBigEndian<std::uint32_t>(packet, wire::kRoundAt, header.round);
  StoreBigEndian<std::uint64_t>(packet, wire::kReservedAt, 0);
}

std::optional<MessageType> PeekType(ByteSpan packet) {
  if (packet.size() < wire::kHeaderBytes) return std::nullopt;
  if (!std::equal(kMagic.begin(), kMagic.end(), packet.begin())) return std::nullopt;
  const std::uint8_t type = packet[wire::kTypeAt];
  if (type == 0 || type > kMessageTypes) return std::nullopt;
  return static_cast<MessageType>(type);
}

std::uint64_t PeekSessionId(ByteSpan packet) {
  if (packet.size() < wire::kHeaderBytes) return 0;
  return LoadBigEndian<std::uint64_t>(packet, wire::kSessionAt);
}

std::uint32_t PeekRound(ByteSpan packet) {
  if (packet.size() < wire::kHeaderBytes) return 0;
  return LoadBigEndian<std::uint32_t>(packet, wire::kRoundAt);
}

}  // namespace earshot
