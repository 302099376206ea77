#include "sim/net/virtual_network.h"

#include <gtest/gtest.h>

#include <bit>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot {
namespace {

using std::chrono::milliseconds;

constexpr Endpoint kAgent{0x7f400001, 4000};
constexpr Endpoint kLandmark{0x7f010001, 4000};
constexpr ClockReading kStart{MonotonicInstant::FromNanoseconds(1'000),
                              WallInstant::FromNanoseconds(5'000)};

MonotonicInstant After(Duration d) { return kStart.monotonic + d; }

// Writes down what happens to it; answers when asked to.
class Recorder final : public VirtualHost {
 public:
  struct Arrival {
    Endpoint from;
    Bytes datagram;
    ClockReading now;
  };
  void OnDatagram(std::uint32_t, const Endpoint& from, ByteSpan datagram,
                  const ClockReading& now) override {
    arrivals.push_back({from, Bytes(datagram.begin(), datagram.end()), now});
    if (answers != nullptr) answers->Send(from, datagram, 0);
  }
  void OnTimer(const ClockReading& now) override {
    woken.push_back(now.monotonic);
    wake.reset();
    if (halts != nullptr) halts->Halt();
  }
  std::optional<MonotonicInstant> NextWake() const override { return wake; }

  std::vector<Arrival> arrivals;
  std::vector<MonotonicInstant> woken;
  std::optional<MonotonicInstant> wake;
  DatagramTransport* answers = nullptr;
  VirtualNetwork* halts = nullptr;
};

struct Pair {
  explicit Pair(const PathConditions& path, std::uint64_t key = 1, PathWeather weather = {}) {
    agent_number = network.AddHost(agent);
    landmark_number = network.AddHost(landmark);
    from_agent = &network.Attach(agent_number, kAgent);
    from_landmark = &network.Attach(landmark_number, kLandmark);
    network.Connect(kAgent, kLandmark, path, PhiloxKey{key}, std::move(weather));
  }
  Recorder agent;
  Recorder landmark;
  VirtualNetwork network{kStart};
  std::uint32_t agent_number = 0;
  std::uint32_t landmark_number = 0;
  DatagramTransport* from_agent = nullptr;
  DatagramTransport* from_landmark = nullptr;
};

PathConditions Plain() {
  PathConditions path;
  path.forward = milliseconds(17);
  path.backward = milliseconds(19);
  return path;
}

TEST(VirtualNetwork, PacketArrivesAfterItsDelayAndNotANanosecondBefore) {
  Pair pair(Plain());
  const ClockReading sent = pair.from_agent->Send(kLandmark, Bytes{1, 2}, 0);
  EXPECT_EQ(sent, kStart);
  EXPECT_TRUE(pair.network.RunUntil(After(milliseconds(17))));
  EXPECT_TRUE(pair.landmark.arrivals.empty());
  EXPECT_TRUE(pair.network.RunUntil(After(milliseconds(17)) + Duration(1)));
  ASSERT_EQ(pair.landmark.arrivals.size(), 1U);
  EXPECT_EQ(pair.landmark.arrivals[0].now.monotonic, After(milliseconds(17)));
  EXPECT_EQ(pair.landmark.arrivals[0].now.wall, kStart.wall + milliseconds(17));
  EXPECT_EQ(pair.landmark.arrivals[0].from, kAgent);
  EXPECT_EQ(pair.landmark.arrivals[0].datagram, (Bytes{1, 2}));
}

TEST(VirtualNetwork, AnswerTakesTheOtherDirectionsDelayAndNoMore) {
  Pair pair(Plain());
  pair.agent.answers = pair.from_agent;
  pair.from_landmark->Send(kAgent, Bytes{7}, 0);
  pair.network.RunUntil(After(std::chrono::seconds(1)));
  ASSERT_EQ(pair.landmark.arrivals.size(), 1U);
  EXPECT_EQ(pair.landmark.arrivals[0].now.monotonic, After(milliseconds(19 + 17)));
}

TEST(VirtualNetwork, NobodyIsReachedWithoutAPath) {
  Pair pair(Plain());
  pair.from_agent->Send({0x7f010002, 4000}, Bytes{1}, 0);
  pair.from_agent->Send(kAgent, Bytes{1}, 0);
  pair.network.RunUntil(After(std::chrono::seconds(1)));
  EXPECT_TRUE(pair.landmark.arrivals.empty() && pair.agent.arrivals.empty());
  EXPECT_EQ(pair.network.counts().no_path, 2U);
}

TEST(VirtualNetwork, CertainLossLosesAllAndNoLossNone) {
  PathConditions dead = Plain();
  dead.loss = 1;
  for (const bool lossy : {true, false}) {
    Pair pair(lossy ? dead : Plain());
    for (int i = 0; i < 50; ++i) pair.from_agent->Send(kLandmark, Bytes{1}, 0);
    pair.network.RunUntil(After(std::chrono::seconds(1)));
    EXPECT_EQ(pair.landmark.arrivals.size(), lossy ? 0U : 50U);
  }
}

TEST(VirtualNetwork, CopyAndFlippedBitArriveBesideTheOriginal) {
  PathConditions rough = Plain();
  rough.duplicate = rough.corrupt = 1;
  Pair pair(rough);
  pair.from_agent->Send(kLandmark, Bytes(8, 0), 0);
  pair.network.RunUntil(After(std::chrono::seconds(1)));
  ASSERT_EQ(pair.landmark.arrivals.size(), 2U);
  int bits = 0;
  for (const auto& arrival : pair.landmark.arrivals) {
    for (const std::uint8_t byte : arrival.datagram) bits += std::popcount(byte);
  }
  EXPECT_EQ(bits, 1);
}

TEST(VirtualNetwork, JitterOnlyAddsAndDependsOnTheKey) {
  PathConditions path = Plain();
  path.jitter = milliseconds(3);
  std::vector<std::vector<MonotonicInstant>> arrived(2);
  for (const std::uint64_t key : {0U, 1U}) {
    Pair pair(path, key);
    for (int i = 0; i < 20; ++i) pair.from_agent->Send(kLandmark, Bytes{1}, 0);
    pair.network.RunUntil(After(std::chrono::seconds(1)));
    for (const auto& arrival : pair.landmark.arrivals) {
      EXPECT_GE(arrival.now.monotonic, After(milliseconds(17)));
      arrived[key].push_back(arrival.now.monotonic);
    }
  }
  EXPECT_NE(arrived[0], arrived[1]);
}

// Of what is sent at each moment, whether it arrives and when.
std::vector<std::optional<Duration>> DelaysAt(const std::vector<Duration>& moments,
                                              const PathWeather& weather) {
  std::vector<std::optional<Duration>> delays;
  for (const Duration moment : moments) {
    Pair pair(Plain(), 1, weather);
    pair.network.RunUntil(After(moment));
    pair.from_agent->Send(kLandmark, Bytes{1}, 0);
    pair.network.RunUntil(After(moment + std::chrono::seconds(1)));
    delays.emplace_back();
    if (!pair.landmark.arrivals.empty()) {
      delays.back() = pair.landmark.arrivals[0].now.monotonic - After(moment);
    }
    EXPECT_EQ(pair.network.counts().lost, pair.landmark.arrivals.empty() ? 1U : 0U);
  }
  return delays;
}

TEST(VirtualNetwork, CutLetsNothingThroughUntilItHealsAndThenAllAsBefore) {
  PathWeather weather;
  weather.cuts = {{milliseconds(10), milliseconds(20), {}, {}}};
  EXPECT_EQ(DelaysAt({milliseconds(9), milliseconds(10), milliseconds(19), milliseconds(20)}, weather),
            (std::vector<std::optional<Duration>>{milliseconds(17), std::nullopt, std::nullopt,
                                                  milliseconds(17)}));
}

TEST(VirtualNetwork, QueueAddsHalfOfItsRoundTripEachWayWhileItLasts) {
  PathWeather weather;
  weather.queues.push_back({{milliseconds(10), milliseconds(20), {}, {}}, milliseconds(9), 0, {}});
  EXPECT_EQ(DelaysAt({milliseconds(9), milliseconds(10), milliseconds(20)}, weather),
            (std::vector<std::optional<Duration>>{
                milliseconds(17), milliseconds(17) + std::chrono::microseconds(4500),
                milliseconds(17)}));
  Pair pair(Plain(), 1, weather);
  pair.network.RunUntil(After(milliseconds(10)));
  pair.from_landmark->Send(kAgent, Bytes{1}, 0);
  pair.network.RunUntil(After(std::chrono::seconds(1)));
  ASSERT_EQ(pair.agent.arrivals.size(), 1U);
  EXPECT_EQ(pair.agent.arrivals[0].now.monotonic,
            After(milliseconds(10 + 19) + std::chrono::microseconds(4500)));
}

TEST(VirtualNetwork, HostIsWokenWhenItAskedAndOnce) {
  Pair pair(Plain());
  pair.agent.wake = After(milliseconds(5));
  pair.network.Rearm(pair.agent_number);
  pair.network.RunUntil(After(std::chrono::seconds(1)));
  EXPECT_EQ(pair.agent.woken, std::vector{After(milliseconds(5))});
}

TEST(VirtualNetwork, TimeThatWasGivenUpWakesNobody) {
  Pair pair(Plain());
  pair.agent.wake = After(milliseconds(5));
  pair.network.Rearm(pair.agent_number);
  pair.agent.wake = After(milliseconds(9));
  pair.network.Rearm(pair.agent_number);
  pair.network.RunUntil(After(std::chrono::seconds(1)));
  EXPECT_EQ(pair.agent.woken, std::vector{After(milliseconds(9))});
}

TEST(VirtualNetwork, HaltStopsTheClockWhereItStands) {
  Pair pair(Plain());
  pair.agent.halts = &pair.network;
  pair.agent.wake = After(milliseconds(5));
  pair.network.Rearm(pair.agent_number);
  pair.from_agent->Send(kLandmark, Bytes{1}, 0);
  EXPECT_FALSE(pair.network.RunUntil(After(std::chrono::seconds(1))));
  EXPECT_EQ(pair.network.clock().Now(), After(milliseconds(5)));
  EXPECT_TRUE(pair.landmark.arrivals.empty());
  EXPECT_TRUE(pair.network.RunUntil(After(std::chrono::seconds(1))));
  EXPECT_EQ(pair.landmark.arrivals.size(), 1U);
}

}  // namespace
}  // namespace earshot
