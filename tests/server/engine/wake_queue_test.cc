#include "server/engine/wake_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace earshot {
namespace {

MonotonicInstant WakeAt(std::int64_t ns) { return MonotonicInstant::FromNanoseconds(ns); }

std::vector<std::uint64_t> DueSerials(const WakeQueue& queue, std::int64_t now) {
  std::vector<WakeQueue::Wake> due;
  queue.Due(WakeAt(now), &due);
  std::vector<std::uint64_t> serials;
  for (const WakeQueue::Wake& wake : due) serials.push_back(wake.serial);
  return serials;
}

TEST(WakeQueue, NobodyIsDueInAnEmptyOne) {
  const WakeQueue queue;
  EXPECT_EQ(queue.Earliest(), std::nullopt);
  EXPECT_TRUE(DueSerials(queue, 1'000).empty());
}

TEST(WakeQueue, DueAreThoseOfThePastAndPresentByInstantAndThenSerial) {
  WakeQueue queue;
  queue.Set(queue.TakeSeat(), WakeAt(20), 7);
  queue.Set(queue.TakeSeat(), WakeAt(10), 9);
  queue.Set(queue.TakeSeat(), WakeAt(10), 3);
  queue.Set(queue.TakeSeat(), WakeAt(21), 1);
  EXPECT_EQ(queue.Earliest(), WakeAt(10));
  EXPECT_TRUE(DueSerials(queue, 9).empty());
  EXPECT_EQ(DueSerials(queue, 20), (std::vector<std::uint64_t>{3, 9, 7}));
}

TEST(WakeQueue, LaterWakeOfASeatReplacesItsEarlierOne) {
  WakeQueue queue;
  const auto seat = queue.TakeSeat();
  queue.Set(seat, WakeAt(5), 1);
  queue.Set(seat, WakeAt(50), 1);
  EXPECT_TRUE(DueSerials(queue, 49).empty());
  EXPECT_EQ(DueSerials(queue, 50), (std::vector<std::uint64_t>{1}));
}

TEST(WakeQueue, WhoLeavesIsForgottenAndTheSeatIsUsedAgain) {
  WakeQueue queue;
  const auto seat = queue.TakeSeat();
  queue.Set(seat, WakeAt(5), 1);
  queue.LeaveSeat(seat);
  EXPECT_EQ(queue.Earliest(), std::nullopt);
  EXPECT_EQ(queue.TakeSeat(), seat);
  EXPECT_TRUE(DueSerials(queue, 5).empty());
}

// Against a sorted set, in every order of setting, moving and leaving that a thousand draws give.
TEST(WakeQueue, SaysWhatASortedSetSays) {
  std::mt19937_64 draw(1);
  WakeQueue queue;
  std::map<WakeQueue::Seat, std::pair<std::int64_t, std::uint64_t>> members;
  for (std::uint64_t step = 0; step < 3'000; ++step) {
    const std::uint64_t what = draw() % 4;
    if (what == 0 || members.empty()) {
      const auto seat = queue.TakeSeat();
      members[seat] = {static_cast<std::int64_t>(draw() % 500), step};
      queue.Set(seat, WakeAt(members[seat].first), step);
    } else {
      auto member = members.begin();
      std::advance(member, static_cast<std::ptrdiff_t>(draw() % members.size()));
      if (what == 1) {
        queue.LeaveSeat(member->first);
        members.erase(member);
      } else {
        member->second.first = static_cast<std::int64_t>(draw() % 500);
        queue.Set(member->first, WakeAt(member->second.first), member->second.second);
      }
    }
    const auto now = static_cast<std::int64_t>(draw() % 100);
    std::set<std::pair<std::int64_t, std::uint64_t>> sorted;
    for (const auto& [seat, wake] : members) sorted.insert(wake);
    std::vector<std::uint64_t> expected;
    for (const auto& [at, serial] : sorted) {
      if (at <= now) expected.push_back(serial);
    }
    ASSERT_EQ(DueSerials(queue, now), expected) << step;
    ASSERT_EQ(queue.Earliest().has_value(), !sorted.empty());
    if (!sorted.empty()) {
      ASSERT_EQ(*queue.Earliest(), WakeAt(sorted.begin()->first));
    }
  }
}

}  // namespace
}  // namespace earshot
