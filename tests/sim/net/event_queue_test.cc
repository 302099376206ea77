#include "sim/net/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sim/path/philox.h"

namespace earshot {
namespace {

EventOrder Order(std::int64_t at_ns, std::uint32_t entity, std::uint64_t number) {
  return {MonotonicInstant::FromNanoseconds(at_ns), entity, number};
}

TEST(EventQueue, EarlierInstantThenLowerEntityThenLowerNumberComesFirst) {
  EXPECT_LT(Order(1, 9, 9), Order(2, 0, 0));
  EXPECT_LT(Order(1, 1, 9), Order(1, 2, 0));
  EXPECT_LT(Order(1, 1, 1), Order(1, 1, 2));
}

TEST(EventQueue, EventsComeOutSortedHoweverTheyWentIn) {
  PhiloxRandom random(PhiloxKey{1});
  for (const std::size_t count : {1U, 2U, 5U, 6U, 1000U}) {
    EventQueue queue;
    std::vector<EventOrder> expected;
    for (std::size_t i = 0; i < count; ++i) {
      const EventOrder order = Order(static_cast<std::int64_t>(random.NextBelow(50)),
                                     static_cast<std::uint32_t>(random.NextBelow(5)), i);
      queue.Push({order, i});
      expected.push_back(order);
    }
    std::ranges::sort(expected);
    for (const EventOrder& order : expected) {
      EXPECT_EQ(queue.Top().order, order);
      const QueuedEvent event = queue.Pop();
      EXPECT_EQ(event.order, order);
      EXPECT_EQ(event.payload, order.number);
    }
    EXPECT_TRUE(queue.empty());
  }
}

TEST(EventQueue, PushesBetweenPopsKeepTheOrder) {
  PhiloxRandom random(PhiloxKey{2});
  EventQueue queue;
  std::uint64_t number = 0;
  std::int64_t now = 0;
  for (int i = 0; i < 3000; ++i) {
    for (std::uint64_t more = random.NextBelow(3); more > 0; --more) {
      queue.Push({Order(now + static_cast<std::int64_t>(random.NextBelow(100)), 0, number++), 0});
    }
    if (queue.empty()) continue;
    const QueuedEvent event = queue.Pop();
    EXPECT_GE(event.order.at.nanoseconds(), now);
    now = event.order.at.nanoseconds();
  }
}

TEST(EventQueueDeathTest, EmptyQueueHasNoTop) {
  EventQueue queue;
  EXPECT_DEATH(static_cast<void>(queue.Pop()), "");
}

}  // namespace
}  // namespace earshot
