// Welcomes share signatures under load, and wait for nobody otherwise.
#include <gtest/gtest.h>

#include "tests/support/landmark_world.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kWait = WelcomeBatchOptions{}.wait_max;

class WelcomeBatchTest : public testing::Test {
 protected:
  // Many agents behind addresses of their own; all HELLO2 arrive within their spread of 200 ms.
  void AddAgents(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      SeededRandom random(i + 1, 9);
      agents_.push_back(&world_.AddAgent({0x7f000101 + i, 5000}, Ed25519PrivateKey::Generate(random)));
    }
  }
  std::uint64_t Signatures() const { return world_.engine->counters().welcome_signatures; }
  std::uint64_t OpenAtAgents() const {
    std::uint64_t open = 0;
    for (const auto* agent : agents_) open += agent->engine->counters().sessions_opened;
    return open;
  }
  static LandmarkEngineOptions Options(Duration wait_max) {
    LandmarkEngineOptions options;
    options.welcomes.wait_max = wait_max;
    return options;
  }

  LandmarkWorld world_{1, Options(kWait)};
  std::vector<LandmarkWorld::Agent*> agents_;
};

TEST_F(WelcomeBatchTest, QuietLandmarkSignsAtOnceAndForEachAlone) {
  AddAgents(8);
  world_.network.Run(seconds(1));
  EXPECT_EQ(OpenAtAgents(), 8U);
  EXPECT_EQ(Signatures(), 8U);
}

TEST_F(WelcomeBatchTest, BusyLandmarkSignsOnceForAllThatWait) {
  world_.flush_each = false;
  LandmarkWorld& world = world_;
  AddAgents(40);
  // Every HELLO2 is held back until 300 ms, when all have been made; then they come as one burst.
  std::vector<std::pair<Endpoint, Bytes>> held;
  bool holding = true;
  world.network.SetTap([&](const Endpoint& from, const Endpoint&, ByteSpan bytes) {
    if (!holding || PeekType(bytes) != MessageType::kHello2) return false;
    held.emplace_back(from, Bytes(bytes.begin(), bytes.end()));
    return true;
  });
  world.network.Run(milliseconds(240));
  holding = false;
  ASSERT_EQ(held.size(), 40U);
  const ClockReading now = world.network.clock().Read();
  for (const auto& [from, bytes] : held) world.engine->OnDatagram(from, bytes, now, now.wall);
  EXPECT_EQ(world.engine->sessions(), 40U);
  EXPECT_EQ(Signatures(), 0U);
  world.engine->Flush();
  EXPECT_EQ(Signatures(), 1U);
  world.network.Run(milliseconds(20));
  EXPECT_EQ(OpenAtAgents(), 40U) << "each path must lead to the one signature";
}

TEST_F(WelcomeBatchTest, NobodyWaitsLongerThanTheLimitThoughDatagramsNeverEnd) {
  world_.flush_each = false;
  AddAgents(1);
  std::optional<MonotonicInstant> taken;
  std::optional<MonotonicInstant> welcomed;
  world_.network.SetTap([&](const Endpoint&, const Endpoint&, ByteSpan bytes) {
    if (PeekType(bytes) == MessageType::kWelcome) welcomed = world_.network.now();
    return false;
  });
  while (world_.engine->sessions() == 0) world_.network.Run(milliseconds(1));
  taken = world_.network.now();
  ASSERT_TRUE(world_.engine->NextWake().has_value());
  EXPECT_LE(*world_.engine->NextWake(), *taken + kWait);
  world_.network.Run(kWait + milliseconds(1));
  ASSERT_TRUE(welcomed.has_value());
  EXPECT_LE(*welcomed - *taken, kWait);
}

TEST_F(WelcomeBatchTest, FullBatchIsSignedWithoutWaiting) {
  LandmarkEngineOptions options = Options(seconds(10));
  options.welcomes.size_max = 4;
  LandmarkWorld world(2, options);
  world.flush_each = false;
  for (std::uint32_t i = 0; i < 9; ++i) {
    SeededRandom random(i + 1, 9);
    world.AddAgent({0x7f000101 + i, 5000}, Ed25519PrivateKey::Generate(random));
  }
  world.network.Run(milliseconds(240));
  EXPECT_EQ(world.engine->counters().sessions_opened, 9U);
  EXPECT_EQ(world.engine->counters().welcome_signatures, 2U) << "the ninth still waits";
}

}  // namespace
}  // namespace earshot
