#include "bench/ns3/ping_world.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(PingWorld, EveryPingOfThePlanIsAnsweredAndAsLongAsItsPath) {
  const PingPlan plan{12, 3, 4, 10};
  const auto world = PingWorld::Create(plan);
  ASSERT_TRUE(world.has_value());
  (*world)->Run();
  EXPECT_EQ((*world)->round_trips(), plan.RoundTrips());
  EXPECT_EQ((*world)->wrong_rtts(), 0U);
}

TEST(PingWorld, PlanOfBrokenTrainsIsRefused) {
  EXPECT_FALSE(PingWorld::Create({12, 3, 4, 11}).has_value());
}

}  // namespace
}  // namespace earshot
