#include "sim/relay/relay_core.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

MonotonicInstant At(Duration d) { return MonotonicInstant() + d; }

Bytes Packet(std::uint8_t fill) { return Bytes(64, fill); }

PathConditions Plain() {
  PathConditions path;
  path.forward = milliseconds(17);
  path.backward = milliseconds(19);
  return path;
}

// Feeds `count` packets at the origin and returns all that come out.
std::vector<HeldPacket> RunThrough(const PathConditions& path, int count, std::uint64_t seed = 1) {
  RelayCore core({path}, seed);
  std::vector<HeldPacket> out;
  for (int i = 0; i < count; ++i) {
    core.Accept(0, RelayDirection::kToLandmark, Packet(0), At(Duration(0)), At(Duration(0)));
    while (auto packet = core.PopDue(At(std::chrono::hours(1)))) out.push_back(*std::move(packet));
  }
  return out;
}

TEST(RelayCore, PacketIsDueAfterItsDelayAndNotANanosecondBefore) {
  RelayCore core({Plain()}, 1);
  core.Accept(0, RelayDirection::kToLandmark, Packet(7), At(milliseconds(1)), At(milliseconds(1)));
  EXPECT_EQ(core.next_release(), At(milliseconds(18)));
  EXPECT_FALSE(core.PopDue(At(milliseconds(18) - Duration(1))).has_value());
  const auto packet = core.PopDue(At(milliseconds(18)));
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->datagram, Packet(7));
  EXPECT_FALSE(core.next_release().has_value());
}

TEST(RelayCore, EachDirectionHasItsOwnDelay) {
  RelayCore core({Plain()}, 1);
  core.Accept(0, RelayDirection::kToAgent, Packet(7), At(milliseconds(0)), At(milliseconds(0)));
  EXPECT_EQ(core.next_release(), At(milliseconds(19)));
}

TEST(RelayCore, DelayCountsFromArrivalNotFromTheReceiveCall) {
  RelayCore core({Plain()}, 1);
  core.Accept(0, RelayDirection::kToLandmark, Packet(7), At(milliseconds(1)), At(milliseconds(3)));
  EXPECT_EQ(core.next_release(), At(milliseconds(18)));
}

TEST(RelayCore, PacketsDueTogetherLeaveInTheOrderOfArrival) {
  RelayCore core({Plain()}, 1);
  for (std::uint8_t i = 0; i < 10; ++i) {
    core.Accept(0, RelayDirection::kToLandmark, Packet(i), At(Duration(0)), At(Duration(0)));
  }
  for (std::uint8_t i = 0; i < 10; ++i) {
    EXPECT_EQ(core.PopDue(At(milliseconds(17)))->datagram.front(), i);
  }
}

TEST(RelayCore, CertainLossLetsNothingThroughAndNoLossLosesNothing) {
  PathConditions path = Plain();
  EXPECT_EQ(RunThrough(path, 1000).size(), 1000U);
  path.loss = 1;
  EXPECT_TRUE(RunThrough(path, 1000).empty());
}

TEST(RelayCore, LossHasTheStatedRate) {
  PathConditions path = Plain();
  path.loss = 0.1;
  const int n = 20000;
  const double sigma = std::sqrt(n * 0.1 * 0.9);
  EXPECT_NEAR(static_cast<double>(RunThrough(path, n).size()), 0.9 * n, 4 * sigma);
}

TEST(RelayCore, DuplicateGivesTwoCopiesAndOnlyOneIsMarked) {
  PathConditions path = Plain();
  path.duplicate = 1;
  const auto out = RunThrough(path, 10);
  ASSERT_EQ(out.size(), 20U);
  int copies = 0;
  for (const HeldPacket& packet : out) copies += packet.copy ? 1 : 0;
  EXPECT_EQ(copies, 10);
}

TEST(RelayCore, CorruptionFlipsOneBitAndTheLoggedHeaderIsTheOriginal) {
  PathConditions path = Plain();
  path.corrupt = 1;
  for (const HeldPacket& packet : RunThrough(path, 100)) {
    EXPECT_TRUE(packet.corrupted);
    int bits = 0;
    for (const std::uint8_t byte : packet.datagram) bits += std::popcount(byte);
    EXPECT_EQ(bits, 1);
    EXPECT_EQ(packet.original_header, Bytes(32, 0));
  }
  path.corrupt = 0;
  for (const HeldPacket& packet : RunThrough(path, 100)) EXPECT_EQ(packet.datagram, Packet(0));
}

TEST(RelayCore, ReorderedPacketsAreHeldForTwiceTheJitterMore) {
  PathConditions path = Plain();
  path.jitter = microseconds(500);
  const auto ordered = RunThrough(path, 50);
  path.reorder = 1;
  const auto reordered = RunThrough(path, 50);
  ASSERT_EQ(ordered.size(), reordered.size());
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    EXPECT_EQ(reordered[i].target - ordered[i].target, milliseconds(1));
  }
}

TEST(RelayCore, JitterOnlyAddsHasTheStatedMeanAndIsBounded) {
  PathConditions path = Plain();
  path.jitter = microseconds(500);
  const int n = 20000;
  double sum = 0;
  for (const HeldPacket& packet : RunThrough(path, n)) {
    const Duration added = packet.target - path.forward;
    EXPECT_GE(added, Duration(0));
    EXPECT_LE(added, kJitterMeansMax * path.jitter);
    sum += static_cast<double>(added.count());
  }
  // The mean of n exponentials has a deviation of mean / sqrt(n).
  EXPECT_NEAR(sum / n, 500e3, 4 * 500e3 / std::sqrt(n));
}

TEST(RelayCore, SameSeedRepeatsAndAnotherSeedDiffers) {
  PathConditions path = Plain();
  path.jitter = microseconds(500);
  const auto targets = [&](std::uint64_t seed) {
    std::vector<std::int64_t> all;
    for (const HeldPacket& packet : RunThrough(path, 20, seed)) {
      all.push_back(packet.target.count());
    }
    return all;
  };
  EXPECT_EQ(targets(5), targets(5));
  EXPECT_NE(targets(5), targets(6));
  EXPECT_NE(targets(1), targets(std::uint64_t{1} << 32U));
}

TEST(RelayCore, FateOfAPacketDoesNotDependOnOtherPaths) {
  PathConditions path = Plain();
  path.jitter = microseconds(500);
  RelayCore alone({path, path}, 9);
  RelayCore busy({path, path}, 9);
  for (int i = 0; i < 100; ++i) {
    busy.Accept(0, RelayDirection::kToLandmark, Packet(0), At(Duration(0)), At(Duration(0)));
    busy.Accept(1, RelayDirection::kToAgent, Packet(0), At(Duration(0)), At(Duration(0)));
  }
  while (busy.PopDue(At(std::chrono::hours(1))).has_value()) {
  }
  alone.Accept(1, RelayDirection::kToLandmark, Packet(1), At(Duration(0)), At(Duration(0)));
  busy.Accept(1, RelayDirection::kToLandmark, Packet(1), At(Duration(0)), At(Duration(0)));
  EXPECT_EQ(alone.next_release(), busy.next_release());
}

TEST(RelayCore, FullQueueDropsTheNewPacketAndCountsIt) {
  RelayCore core({Plain()}, 1, 2);
  for (std::uint8_t i = 0; i < 3; ++i) {
    core.Accept(0, RelayDirection::kToLandmark, Packet(i), At(Duration(0)), At(Duration(0)));
  }
  EXPECT_EQ(core.held(), 2U);
  EXPECT_EQ(core.counts().over_limit, 1U);
  EXPECT_EQ(core.PopDue(At(milliseconds(17)))->datagram.front(), 0);
  core.Accept(0, RelayDirection::kToLandmark, Packet(9), At(Duration(0)), At(Duration(0)));
  EXPECT_EQ(core.held(), 2U);
}

TEST(RelayCore, PacketShorterThanAHeaderPasses) {
  RelayCore core({Plain()}, 1);
  const Bytes tiny = {1, 2, 3};
  core.Accept(0, RelayDirection::kToLandmark, tiny, At(Duration(0)), At(Duration(0)));
  const auto packet = core.PopDue(At(milliseconds(17)));
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->datagram, tiny);
  EXPECT_EQ(packet->original_header, tiny);
}

}  // namespace
}  // namespace earshot
