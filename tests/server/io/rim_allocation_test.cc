// A ping's whole way over real sockets allocates nothing, on either side, once the session stands.
#include <gtest/gtest.h>

#include "tests/server/io/loopback_round.h"
#include "tests/support/allocation_counter.h"

namespace earshot {
namespace {

constexpr std::uint64_t kTrainLength = 5;
constexpr std::uint16_t kFewPings = 60;    // a quarter of a second
constexpr std::uint16_t kManyPings = 250;  // a second: timers run out and are armed anew

// Allocations of the whole process, OpenSSL's included, from the end of the first train, which makes
// the room that the later ones use, to the end of the one before the last: EVIDENCE follows the last.
std::uint64_t AllocationsOfAllTrainsButTheOuter(LoopbackRound& round, std::uint64_t pings) {
  EXPECT_TRUE(round.PumpUntil([&] { return round.Ready(); }));
  round.PlanTrains(static_cast<int>(pings / kTrainLength));
  EXPECT_TRUE(round.PumpUntil([&] { return round.pongs() >= kTrainLength; }));
  return AllocationsIn([&] {
    EXPECT_TRUE(round.PumpUntil([&] { return round.pongs() >= pings - kTrainLength; }));
  });
}

TEST(RimAllocationTest, SocketsAndEnginesOfBothSidesAllocateNothingForAPing) {
  ASSERT_TRUE(OpensslIsCounted());
  LoopbackRound round({.chain_length = kFewPings});
  EXPECT_EQ(AllocationsOfAllTrainsButTheOuter(round, kFewPings), 0U);
  EXPECT_TRUE(round.observer().closed.empty()) << "the round was still open";
}

TEST(RimAllocationTest, WithoutKernelStampsNeitherSideAllocatesForAPing) {
  LoopbackRound round({.kernel_stamps = false, .chain_length = kFewPings});
  EXPECT_EQ(AllocationsOfAllTrainsButTheOuter(round, kFewPings), 0U);
}

TEST(RimAllocationTest, AgentProcessWithItsEventLoopAllocatesNothingForAPing) {
  LoopbackRound round({.agent_process = true, .chain_length = kManyPings});
  EXPECT_EQ(AllocationsOfAllTrainsButTheOuter(round, kManyPings), 0U);
}

TEST(RimAllocationTest, ClosingTheRoundIsSeenByTheCount) {
  LoopbackRound round({.chain_length = kFewPings});
  AllocationsOfAllTrainsButTheOuter(round, kFewPings);
  EXPECT_GT(AllocationsIn([&] {
              EXPECT_TRUE(round.PumpUntil([&] { return !round.observer().closed.empty(); }));
            }),
            0U);
}

}  // namespace
}  // namespace earshot
