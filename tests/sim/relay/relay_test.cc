// The relay over real sockets on loopback, a few packets long.
#include "sim/relay/relay.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <filesystem>
#include <optional>
#include <thread>

#include "core/os/system_clock.h"
#include "core/os/udp.h"
#include "sim/relay/truth_log.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr Endpoint kAnyPort{0x7f000001, 0};

class Peer {
 public:
  explicit Peer(std::uint32_t address) {
    auto fd = OpenUdpSocket({address, 0}, 1 << 16);
    EXPECT_TRUE(fd.has_value()) << fd.error().message();
    fd_ = *std::move(fd);
  }
  Endpoint local() const { return *LocalEndpointOf(fd_.get()); }

  void Send(const Endpoint& to, const Bytes& bytes) {
    const sockaddr_in address = ToSockaddr(to);
    ASSERT_EQ(sendto(fd_.get(), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof address),
              static_cast<ssize_t>(bytes.size()));
  }
  // Sender and bytes, or nothing within `patience`.
  std::optional<std::pair<Endpoint, Bytes>> Receive(milliseconds patience) {
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
    Bytes bytes(1500);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(fd_.get(), bytes.data(), bytes.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(got));
    return std::pair(FromSockaddr(from), bytes);
  }

 private:
  UniqueFd fd_;
};

Bytes Ping(std::uint8_t type, std::uint32_t index) {
  Bytes packet(64, 0);
  packet[5] = type;
  StoreBigEndian<std::uint64_t>(packet, 8, 77);
  StoreBigEndian<std::uint32_t>(packet, 16, index);
  return packet;
}

class RelayTest : public testing::Test {
 protected:
  RelayTest() : landmark_(0x7f000001), agent_(0x7f140001), stranger_(0x7f140909) {
    truth_ = (fs::path(testing::TempDir()) /
              (std::string("relay-") +
               testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl"))
                 .string();
  }
  ~RelayTest() override {
    if (thread_.joinable()) Finish();
    fs::remove(truth_);
  }

  void Start(const PathConditions& conditions) {
    RelayPlan plan;
    plan.fronts.push_back({LandmarkId("sin-1"), kAnyPort, landmark_.local()});
    plan.backs.push_back({"C-0001", agent_.local().address, {0x7f280001, 0}});
    plan.paths.push_back({0, 0, conditions});
    plan.truth_file = truth_;
    plan.seed = 3;
    auto relay = Relay::Open(std::move(plan));
    ASSERT_TRUE(relay.has_value()) << relay.error().message();
    relay_ = *std::move(relay);
    front_ = relay_->front_endpoints().at(0);
    back_ = relay_->back_endpoints().at(0);
    thread_ = std::thread([this] { result_.emplace(relay_->Run(false)); });
  }
  const RelaySummary& Finish() {
    relay_->Stop();
    thread_.join();
    EXPECT_TRUE(result_->has_value()) << result_->error().message();
    return **result_;
  }

  Peer landmark_;
  Peer agent_;
  Peer stranger_;
  std::string truth_;
  std::unique_ptr<Relay> relay_;
  Endpoint front_;
  Endpoint back_;
  std::thread thread_;
  std::optional<Result<RelaySummary>> result_;
};

TEST_F(RelayTest, EveryRoundTripIsAtLeastTheLoggedHoldsAndTheSourceIsTheDevicesBack) {
  PathConditions conditions;
  conditions.forward = milliseconds(4);
  conditions.backward = milliseconds(6);
  conditions.jitter = std::chrono::microseconds(100);
  Start(conditions);
  agent_.Send(front_, Ping(1, 0));  // the relay learns where the agent is
  auto hello = landmark_.Receive(milliseconds(5000));
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->first, back_);

  SystemClock clock;
  std::vector<Duration> rtts;
  for (std::uint32_t i = 1; i <= 50; ++i) {
    const MonotonicInstant start = clock.Now();
    landmark_.Send(back_, Ping(5, i));
    const auto ping = agent_.Receive(milliseconds(5000));
    ASSERT_TRUE(ping.has_value());
    EXPECT_EQ(ping->first, front_);
    agent_.Send(front_, Ping(6, i));
    ASSERT_TRUE(landmark_.Receive(milliseconds(5000)).has_value());
    rtts.push_back(clock.Now() - start);
  }
  const RelaySummary& summary = Finish();
  EXPECT_EQ(summary.released, 101U);
  EXPECT_EQ(summary.unknown_source, 0U);
  RecordProperty("median_error_ns", std::to_string(summary.error_median.count()));

  std::vector<Duration> holds(51, Duration(0));
  const auto lines = ReadTruth(truth_);
  ASSERT_TRUE(lines.has_value()) << lines.error().message();
  ASSERT_EQ(lines->size(), 101U);
  for (const TruthLine& line : *lines) {
    if (line.record.type == 1) continue;
    EXPECT_EQ(line.record.session, 77U);
    holds.at(line.record.index) += line.record.held;
    // Counted from the packet's arrival, which a busy machine may notice late: never released early.
    EXPECT_GE(line.record.target, line.record.type == 5 ? conditions.backward : conditions.forward);
    EXPECT_GE(line.record.error, Duration(0));
  }
  for (std::size_t i = 1; i <= 50; ++i) {
    EXPECT_GE(rtts[i - 1], holds[i]) << i;
  }
}

TEST_F(RelayTest, PacketsOfStrangersAreDroppedAndCounted) {
  Start(PathConditions());
  stranger_.Send(front_, Ping(1, 0));
  stranger_.Send(back_, Ping(5, 1));
  agent_.Send(front_, Ping(1, 7));  // comes after them, so they were looked at
  const auto first = landmark_.Receive(milliseconds(5000));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->second, Ping(1, 7));
  // The back is another socket, so its turn may come later: ask until the count is complete.
  agent_.Send(front_, Ping(1, 8));
  ASSERT_TRUE(landmark_.Receive(milliseconds(5000)).has_value());
  const RelaySummary& summary = Finish();
  EXPECT_EQ(summary.released, 2U);
  EXPECT_EQ(summary.unknown_source, 2U);
}

TEST_F(RelayTest, PingForAnAgentThatNeverSpokeIsCountedAndNotSent) {
  Start(PathConditions());
  landmark_.Send(back_, Ping(5, 1));
  agent_.Send(front_, Ping(1, 0));
  ASSERT_TRUE(landmark_.Receive(milliseconds(5000)).has_value());
  landmark_.Send(back_, Ping(5, 2));
  const auto ping = agent_.Receive(milliseconds(5000));
  ASSERT_TRUE(ping.has_value());
  EXPECT_EQ(ping->second, Ping(5, 2));
  EXPECT_EQ(Finish().no_destination, 1U);
}

TEST_F(RelayTest, StopBeforeRunEndsItAtOnce) {
  Start(PathConditions());
  Finish();
}

TEST_F(RelayTest, EndpointInUseIsAnErrorThatNamesTheFront) {
  RelayPlan plan;
  plan.fronts.push_back({LandmarkId("sin-1"), landmark_.local(), landmark_.local()});
  const auto relay = Relay::Open(std::move(plan));
  ASSERT_FALSE(relay.has_value());
  EXPECT_NE(relay.error().message().find("front of sin-1"), std::string::npos);
}

}  // namespace
}  // namespace earshot
