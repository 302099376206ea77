#include "core/protocol/wire_format.h"

#include <gtest/gtest.h>

#include "core/protocol/packet.h"

namespace earshot {
namespace {

Packet WellFormed(MessageType type) {
  Packet packet;
  packet.size = PacketBytes(type);
  Header header{.type = type};
  if (type >= MessageType::kWelcome) {
    header.suite = kSuite1;
    header.session_id = 9;
    header.round = 1;
  }
  if (type == MessageType::kPing || type == MessageType::kPong) header.index = 3;
  WriteHeader(header, packet.bytes);
  return packet;
}

Refusal Parse(const Packet& packet) {
  Header header;
  return ParseHeader(packet.view(), header);
}

class EveryType : public testing::TestWithParam<int> {
 protected:
  MessageType type() const { return static_cast<MessageType>(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(WireFormat, EveryType, testing::Range(1, 9));

TEST_P(EveryType, WellFormedHeaderIsReadBack) {
  const Packet packet = WellFormed(type());
  Header header;
  ASSERT_EQ(ParseHeader(packet.view(), header), Refusal::kNone);
  EXPECT_EQ(header.type, type());
  EXPECT_EQ(header.session_id, type() >= MessageType::kWelcome ? 9U : 0U);
  EXPECT_EQ(PeekType(packet.view()), type());
  EXPECT_EQ(PeekSessionId(packet.view()), header.session_id);
}

TEST_P(EveryType, AnyOtherLengthIsRefused) {
  Packet packet = WellFormed(type());
  const std::size_t size = packet.size;
  for (packet.size = 0; packet.size <= kDatagramBytesMax; ++packet.size) {
    if (packet.size == size) continue;
    EXPECT_EQ(Parse(packet), Refusal::kLength) << packet.size;
  }
}

TEST_P(EveryType, EveryConstantOfTheHeaderIsChecked) {
  const struct {
    std::size_t at;
    Refusal refusal;
  } bytes[] = {{0, Refusal::kMagic},
               {3, Refusal::kMagic},
               {wire::kVersionAt, Refusal::kVersion},
               {wire::kSuiteAt, Refusal::kSuite},
               {wire::kFlagsAt, Refusal::kNotZero},
               {wire::kReservedAt, Refusal::kNotZero},
               {wire::kReservedAt + 7, Refusal::kNotZero}};
  for (const auto& [at, refusal] : bytes) {
    Packet packet = WellFormed(type());
    packet.bytes[at] ^= 0x40U;
    EXPECT_EQ(Parse(packet), refusal) << at;
  }
}

TEST_P(EveryType, FieldsThatMustOrMustNotBeZeroAreChecked) {
  const bool session = type() >= MessageType::kWelcome;
  const bool index = type() == MessageType::kPing || type() == MessageType::kPong;
  const struct {
    std::size_t at;
    bool has;
    Refusal refusal;
  } fields[] = {{wire::kSessionAt + 7, session, Refusal::kSession},
                {wire::kIndexAt + 3, index, Refusal::kIndex},
                {wire::kRoundAt + 3, session, Refusal::kRound}};
  for (const auto& [at, has, refusal] : fields) {
    Packet packet = WellFormed(type());
    packet.bytes[at] = has ? 0 : 1;
    EXPECT_EQ(Parse(packet), refusal) << at;
  }
}

TEST(WireFormat, UnknownTypesAreRefused) {
  for (unsigned type = 0; type < 256; ++type) {
    if (type >= 1 && type <= kMessageTypes) continue;
    Packet packet = WellFormed(MessageType::kPing);
    packet.bytes[wire::kTypeAt] = static_cast<std::uint8_t>(type);
    EXPECT_EQ(Parse(packet), Refusal::kType);
    EXPECT_FALSE(PeekType(packet.view()).has_value());
  }
}

TEST(Refusals, EveryOneHasANameOfItsOwn) {
  RefusalCounters counters;
  for (std::size_t i = 0; i < kRefusalKinds; ++i) {
    EXPECT_FALSE(RefusalName(static_cast<Refusal>(i)).empty()) << i;
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(RefusalName(static_cast<Refusal>(i)), RefusalName(static_cast<Refusal>(j)));
    }
    EXPECT_EQ(counters.Count(static_cast<Refusal>(i)), static_cast<Refusal>(i));
  }
  EXPECT_EQ(counters.refused(), kRefusalKinds - 1);
  EXPECT_EQ(counters.unauthentic(), kRefusalKinds - 1 - 3);
}

}  // namespace
}  // namespace earshot
