#include "sim/relay/packet_relay.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

PacketTruth Numbered(std::uint32_t index) {
  PacketTruth truth;
  truth.frame.index = index;
  return truth;
}

TEST(SharedTruthTest, RecordsComeBackInOrderFromTheMarkOn) {
  const auto truth = *SharedTruth::Create();
  EXPECT_TRUE(truth->Since(0).empty());
  for (std::uint32_t i = 0; i < 10; ++i) truth->Append(Numbered(i));
  EXPECT_EQ(truth->written(), 10U);
  const auto tail = truth->Since(7);
  ASSERT_EQ(tail.size(), 3U);
  EXPECT_EQ(tail.front().frame.index, 7U);
  EXPECT_TRUE(truth->Since(11).empty());
}

TEST(SharedTruthTest, AtTheLimitTheOldestIsOverwritten) {
  const auto truth = *SharedTruth::Create();
  for (std::uint32_t i = 0; i < SharedTruth::kRecords + 5; ++i) truth->Append(Numbered(i));
  const auto kept = truth->Since(0);
  ASSERT_EQ(kept.size(), SharedTruth::kRecords);
  EXPECT_EQ(kept.front().frame.index, 5U);
}

TEST(PacketRelayTest, MissingInterfaceIsAnErrorThatNamesIt) {
  const auto truth = *SharedTruth::Create();
  const auto relay = PacketRelay::Open({"no-such0", "no-such1", {}, 1}, truth.get());
  ASSERT_FALSE(relay.has_value());
  // Without the right to packet sockets the message says that instead.
  const bool names = relay.error().message().find("no-such0") != std::string::npos;
  const bool refused = relay.error().message().find("packet socket") != std::string::npos;
  EXPECT_TRUE(names || refused) << relay.error().message();
}

}  // namespace
}  // namespace earshot
