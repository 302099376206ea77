#include "sim/relay/frame.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

// Ethernet, IPv4 without options, then what is given.
Bytes Frame(std::uint8_t protocol, const Bytes& rest) {
  Bytes frame(14 + 20, 0);
  frame[12] = 0x08;
  frame[14] = 0x45;
  frame[23] = protocol;
  frame.insert(frame.end(), rest.begin(), rest.end());
  return frame;
}
Bytes Udp(std::uint16_t from, std::uint16_t to, const Bytes& payload) {
  Bytes udp(8, 0);
  StoreBigEndian<std::uint16_t>(udp, 0, from);
  StoreBigEndian<std::uint16_t>(udp, 2, to);
  StoreBigEndian<std::uint16_t>(udp, 4, static_cast<std::uint16_t>(8 + payload.size()));
  udp.insert(udp.end(), payload.begin(), payload.end());
  return udp;
}
Bytes Ping() {
  Bytes ping(64, 0);
  ping[0] = 'E', ping[1] = 'W', ping[2] = 'P', ping[3] = '1';
  ping[5] = 5;
  StoreBigEndian<std::uint64_t>(ping, 8, 0x0102030405060708);
  StoreBigEndian<std::uint32_t>(ping, 16, 42);
  StoreBigEndian<std::uint32_t>(ping, 20, 6);
  return ping;
}

TEST(SummariseFrameTest, PingOfOursIsKnownBySessionRoundAndIndex) {
  const FrameSummary found = SummariseFrame(Frame(17, Udp(4000, 5000, Ping())));
  EXPECT_EQ(found.kind, FrameKind::kEarshot);
  EXPECT_EQ(found.type, 5);
  EXPECT_EQ(found.session, 0x0102030405060708U);
  EXPECT_EQ(found.index, 42U);
  EXPECT_EQ(found.round, 6U);
  EXPECT_EQ(found.source, 4000);
  EXPECT_EQ(found.payload_bytes, 64);
}

TEST(SummariseFrameTest, OtherUdpIsKnownByPortsAndPaddingDoesNotCount) {
  Bytes frame = Frame(17, Udp(4000, 5000, {1, 2, 3}));
  frame.resize(60, 0);
  const FrameSummary found = SummariseFrame(frame);
  EXPECT_EQ(found.kind, FrameKind::kUdp);
  EXPECT_EQ(found.destination, 5000);
  EXPECT_EQ(found.payload_bytes, 3);
}

TEST(SummariseFrameTest, EchoIsKnownByIdentifierAndSequence) {
  const FrameSummary found = SummariseFrame(Frame(1, {8, 0, 0, 0, 0x12, 0x34, 0, 7}));
  EXPECT_EQ(found.kind, FrameKind::kIcmpEcho);
  EXPECT_EQ(found.type, 8);
  EXPECT_EQ(found.source, 0x1234);
  EXPECT_EQ(found.destination, 7);
  EXPECT_EQ(SummariseFrame(Frame(1, {3, 0, 0, 0, 0, 0, 0, 0})).kind, FrameKind::kOther);
}

TEST(SummariseFrameTest, FragmentsOtherProtocolsAndBrokenHeadersAreOther) {
  Bytes fragment = Frame(17, Udp(1, 2, Ping()));
  fragment[20] = 0x20;
  EXPECT_EQ(SummariseFrame(fragment).kind, FrameKind::kOther);
  EXPECT_EQ(SummariseFrame(Frame(6, Bytes(40, 0))).kind, FrameKind::kOther);
  Bytes arp = Frame(17, Udp(1, 2, Ping()));
  arp[13] = 0x06;
  EXPECT_EQ(SummariseFrame(arp).kind, FrameKind::kOther);
  Bytes long_header = Frame(17, {});
  long_header[14] = 0x4f;
  EXPECT_EQ(SummariseFrame(long_header).kind, FrameKind::kOther);
  Bytes lying = Frame(17, Udp(1, 2, Ping()));
  StoreBigEndian<std::uint16_t>(lying, 14 + 20 + 4, 65535);
  EXPECT_EQ(SummariseFrame(lying).payload_bytes, 64);
  StoreBigEndian<std::uint16_t>(lying, 14 + 20 + 4, 2);
  EXPECT_EQ(SummariseFrame(lying).payload_bytes, 0);
}

TEST(SummariseFrameTest, EveryPrefixIsSurvivedAndNoneIsAWholePing) {
  const Bytes whole = Frame(17, Udp(4000, 5000, Ping()));
  for (std::size_t size = 0; size < 14 + 20 + 8 + 32; ++size) {
    EXPECT_NE(SummariseFrame(ByteSpan(whole).first(size)).kind, FrameKind::kEarshot) << size;
  }
}

}  // namespace
}  // namespace earshot
