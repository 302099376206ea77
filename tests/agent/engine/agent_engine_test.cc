#include "agent/engine/agent_engine.h"

#include <gtest/gtest.h>

#include "tests/support/landmark_world.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(AgentEngineTest, OlderListIsRefusedAndTheOneInForceStays) {
  LandmarkWorld world;
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  ASSERT_TRUE(
      agent.engine->ApplyLandmarkList(world.authority.LandmarkList(5), world.network.now()));
  const Status older =
      agent.engine->ApplyLandmarkList(world.authority.LandmarkList(4), world.network.now());
  ASSERT_FALSE(older.has_value());
  EXPECT_EQ(older.error().code(), ErrorCode::kExpired);
  EXPECT_EQ(agent.engine->list().version, 5U);
  EXPECT_EQ(agent.engine->landmarks(), 1U);
}

TEST(AgentEngineTest, ListOfAnotherRootIsRefused) {
  LandmarkWorld world;
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  AuthorityFixture other(99);
  other.AddLandmark({"sin-1", "a", 1, 103}, kLandmarkEndpoint);
  const Status applied = agent.engine->ApplyLandmarkList(other.LandmarkList(9), world.network.now());
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code(), ErrorCode::kUnauthenticated);
  EXPECT_EQ(agent.engine->list().version, 1U);
}

TEST(AgentEngineTest, ListWithTwoLandmarksAtOneEndpointIsRefused) {
  LandmarkWorld world;
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.authority.AddLandmark({"sin-2", "a", 1, 103}, kLandmarkEndpoint);
  const Status applied =
      agent.engine->ApplyLandmarkList(world.authority.LandmarkList(2), world.network.now());
  ASSERT_FALSE(applied.has_value());
  EXPECT_NE(applied.error().message().find("sin-1 and sin-2"), std::string::npos);
}

TEST(AgentEngineTest, SessionWithALandmarkThatStaysSurvivesANewerList) {
  LandmarkWorld world;
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  world.authority.AddLandmark({"hkg-1", "b", 22, 114}, Endpoint{0x7f000002, 4000});
  ASSERT_TRUE(
      agent.engine->ApplyLandmarkList(world.authority.LandmarkList(2), world.network.now()));
  EXPECT_EQ(agent.engine->landmarks(), 2U);
  ASSERT_TRUE(world.PlanRound(agent, 1, 2));
  world.network.Run(seconds(2));
  ASSERT_EQ(world.observer.closed.size(), 1U);
  EXPECT_EQ(world.observer.closed[0].observation.samples.size(), 10U);
  EXPECT_EQ(world.engine->counters().sessions_opened, 1U);
  EXPECT_EQ(world.engine->counters().rounds_resumed, 1U) << "and it goes on";
}

TEST(AgentEngineTest, PacketFromAnUnlistedAddressMeetsSilence) {
  LandmarkWorld world;
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  const std::uint64_t sent = world.network.sent();
  const Bytes ping(wire::kPingBytes, 0x45);
  EXPECT_EQ(agent.engine->OnDatagram(0, Endpoint{1, 2}, ping, world.network.now()),
            Refusal::kSource);
  EXPECT_EQ(world.network.sent(), sent);
  EXPECT_EQ(agent.engine->counters().refusals.refused(), 1U);
}

TEST(AgentEngineTest, FirstPingOfATrainAsksTheRimToPoll) {
  LandmarkWorld world;
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  EXPECT_TRUE(agent.engine->Spinning(world.network.now()).empty());
  ASSERT_TRUE(world.PlanRound(agent, 1, 1));
  // Train at 100 ms, 5 ms of flight.
  world.network.Run(milliseconds(105) + std::chrono::microseconds(100));
  EXPECT_EQ(agent.engine->Spinning(world.network.now()).size(), 1U);
  world.network.Run(milliseconds(3));
  EXPECT_TRUE(agent.engine->Spinning(world.network.now()).empty());
}

TEST(AgentEngineTest, DeadLandmarkIsTriedAgainWithoutHaste) {
  LandmarkWorld world;
  world.network.SetTap([](const Endpoint& from, const Endpoint&, ByteSpan) {
    return from == kLandmarkEndpoint;
  });
  world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(60));
  EXPECT_GE(world.network.sent(), 15U);
  EXPECT_LE(world.network.sent(), 100U) << "HELLO and its RETRY, with pauses that grow";
}

}  // namespace
}  // namespace earshot
