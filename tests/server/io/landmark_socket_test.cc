#include "server/io/landmark_socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <map>

#include "core/os/system_clock.h"
#include "core/os/udp.h"

namespace earshot {
namespace {

constexpr Endpoint kAnyLoopback{0x7f000001, 0};
constexpr Endpoint kNowhere{0x7f000001, 0};  // the kernel sends nothing to port 0

// Waits until the socket has something; a test that would hang fails instead.
bool Readable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, 2000) == 1;
}

// A socket that sends back whatever arrives, as an agent would.
class Echo {
 public:
  Echo() : fd_(*OpenUdpSocket(kAnyLoopback, 1 << 16)), local_(*LocalEndpointOf(fd_.get())) {}

  const Endpoint& local() const { return local_; }

  void ReturnOne() {
    ASSERT_TRUE(Readable(fd_.get()));
    std::array<std::uint8_t, 1500> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(fd_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    ASSERT_GT(got, 0);
    ASSERT_EQ(sendto(fd_.get(), buffer.data(), static_cast<std::size_t>(got), 0,
                     reinterpret_cast<sockaddr*>(&from), size),
              got);
  }
  void Send(const Endpoint& to, ByteSpan bytes) {
    const sockaddr_in address = ToSockaddr(to);
    ASSERT_EQ(sendto(fd_.get(), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof address),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  UniqueFd fd_;
  Endpoint local_;
};

class LandmarkSocketTest : public testing::Test {
 protected:
  std::unique_ptr<LandmarkSocket> Bind(bool kernel_stamps, bool gather = false) {
    LandmarkSocket::Options options;
    options.kernel_stamps = kernel_stamps;
    options.gather = gather;
    return *LandmarkSocket::Bind(kAnyLoopback, &clock_, options);
  }

  SystemClock clock_;
  Echo echo_;
};

TEST_F(LandmarkSocketTest, EveryTransmitStampIsAttributedToItsOwnSend) {
  auto socket = Bind(true);
  if (!socket->kernel_stamps()) GTEST_SKIP() << "this kernel refuses SO_TIMESTAMPING";
  std::map<std::uint64_t, WallInstant> before;
  const Bytes ping(64, 7);
  for (std::uint64_t key = 1; key <= 50; ++key) {
    before[key * 1000] = socket->Send(echo_.local(), ping, key * 1000).wall;
    // A datagram without a key takes no number: the next stamps must not shift by one.
    if (key % 3 == 0) socket->Send(echo_.local(), ping, 0);
  }
  std::map<std::uint64_t, TransmitStamp> stamps;
  socket->CollectTransmitStamps([&](const TransmitStamp& s) { stamps[s.probe_key] = s; });
  ASSERT_EQ(stamps.size(), 50U);
  for (const auto& [key, sent] : before) {
    EXPECT_LE(sent, stamps.at(key).at);
    EXPECT_LE(stamps.at(key).at, stamps.at(key).not_after);
    const auto next = before.upper_bound(key);
    if (next != before.end()) {
      EXPECT_LE(stamps.at(key).not_after, next->second);
    }
  }
  EXPECT_EQ(socket->counters().transmit_stamps_lost, 0U);
}

TEST_F(LandmarkSocketTest, KernelIntervalLiesInsideTheUserSpaceInterval) {
  auto socket = Bind(true);
  if (!socket->kernel_stamps()) GTEST_SKIP() << "this kernel refuses SO_TIMESTAMPING";
  std::optional<TransmitStamp> transmit;
  std::optional<WallInstant> received;
  // The kernel switches receive stamps on from a work queue: the first datagrams after the first
  // socket of a machine that asks for them may come without.
  for (std::uint64_t probe = 1; probe <= 5000 && !received.has_value(); ++probe) {
    const ClockReading before = socket->Send(echo_.local(), Bytes(64, 1), probe);
    echo_.ReturnOne();
    ASSERT_TRUE(Readable(socket->native_handle()));
    transmit.reset();
    socket->CollectTransmitStamps([&](const TransmitStamp& s) { transmit = s; });
    std::optional<ClockReading> after;
    ASSERT_EQ(socket->Receive([&](const ReceivedDatagram& d) {
      after = d.after_receive;
      received = d.kernel_receive;
      EXPECT_EQ(d.from, echo_.local());
      EXPECT_EQ(d.bytes.size(), 64U);
    }), 1U);
    ASSERT_TRUE(transmit.has_value());
    EXPECT_EQ(transmit->probe_key, probe);
    EXPECT_LE(before.wall, transmit->at);
    EXPECT_LE(before.monotonic, after->monotonic);
    if (!received.has_value()) continue;
    EXPECT_LE(transmit->at, *received);
    EXPECT_LE(*received, after->wall);
  }
  EXPECT_TRUE(received.has_value()) << "no receive stamp came, although the kernel granted them";
}

TEST_F(LandmarkSocketTest, WithoutKernelStampsOnlyUserSpaceReadingsAreGiven) {
  auto socket = Bind(false);
  EXPECT_FALSE(socket->kernel_stamps());
  const ClockReading before = socket->Send(echo_.local(), Bytes(64, 1), 9);
  echo_.ReturnOne();
  ASSERT_TRUE(Readable(socket->native_handle()));
  socket->CollectTransmitStamps([](const TransmitStamp&) { FAIL() << "no stamp was asked for"; });
  ASSERT_EQ(socket->Receive([&](const ReceivedDatagram& d) {
    EXPECT_FALSE(d.kernel_receive.has_value());
    EXPECT_LE(before.monotonic, d.after_receive.monotonic);
  }), 1U);
}

TEST_F(LandmarkSocketTest, FailedSendDoesNotShiftLaterStamps) {
  auto socket = Bind(true);
  if (!socket->kernel_stamps()) GTEST_SKIP() << "this kernel refuses SO_TIMESTAMPING";
  socket->Send(echo_.local(), Bytes(64, 1), 1);
  socket->Send(kNowhere, Bytes(64, 1), 2);
  EXPECT_EQ(socket->counters().send_failed, 1U);
  const ClockReading before = socket->Send(echo_.local(), Bytes(64, 1), 3);
  std::vector<TransmitStamp> stamps;
  socket->CollectTransmitStamps([&](const TransmitStamp& s) { stamps.push_back(s); });
  ASSERT_EQ(stamps.size(), 1U);
  EXPECT_EQ(stamps[0].probe_key, 3U);
  EXPECT_LE(before.wall, stamps[0].at);
}

TEST_F(LandmarkSocketTest, GatheredProbesLeaveTogetherEachWithItsOwnStamp) {
  auto socket = Bind(true, true);
  if (!socket->kernel_stamps()) GTEST_SKIP() << "this kernel refuses SO_TIMESTAMPING";
  std::map<std::uint64_t, WallInstant> before;
  for (std::uint64_t key = 1; key <= 20; ++key) {
    before[key] = socket->Send(echo_.local(), Bytes(64, 7), key).wall;
    if (key % 3 == 0) socket->Send(echo_.local(), Bytes(64, 7), 0);
  }
  EXPECT_EQ(socket->counters().sent, 0U);
  socket->CollectTransmitStamps([](const TransmitStamp&) { FAIL() << "nothing has left yet"; });
  socket->Flush();
  EXPECT_EQ(socket->counters().sent, 26U);
  const WallInstant next = socket->Send(echo_.local(), Bytes(64, 7), 21).wall;
  socket->Flush();
  std::vector<TransmitStamp> stamps;
  socket->CollectTransmitStamps([&](const TransmitStamp& s) { stamps.push_back(s); });
  ASSERT_EQ(stamps.size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(stamps[i].probe_key, i + 1) << "numbers follow the order of Send";
    EXPECT_LE(before.at(20), stamps[i].at) << "all left after the last was handed over";
    EXPECT_LE(stamps[i].at, stamps[i].not_after);
    EXPECT_LE(next, stamps[i].not_after) << "the bracket ends at the next send call, not before";
  }
}

TEST_F(LandmarkSocketTest, RefusedDatagramInTheMiddleOfABatchCostsTheOthersNothing) {
  auto socket = Bind(true, true);
  for (std::uint64_t key = 1; key <= 9; ++key) {
    socket->Send(key == 4 ? kNowhere : echo_.local(), Bytes(64, 7), key);
  }
  socket->Flush();
  EXPECT_EQ(socket->counters().sent, 8U);
  EXPECT_EQ(socket->counters().send_failed, 1U);
  for (int i = 0; i < 8; ++i) echo_.ReturnOne();
  // A stamp that came is of a probe that left, and lies in its bracket.
  std::vector<std::uint64_t> stamped;
  socket->CollectTransmitStamps([&](const TransmitStamp& s) {
    stamped.push_back(s.probe_key);
    EXPECT_LE(s.at, s.not_after);
  });
  for (const std::uint64_t key : stamped) EXPECT_GT(key, 4U);
  EXPECT_EQ(stamped.size(), socket->kernel_stamps() ? 5U : 0U);
}

TEST_F(LandmarkSocketTest, FullBatchLeavesByItselfAndUnstampedProbesNeverWait) {
  auto socket = Bind(true, true);
  for (std::size_t i = 0; i < kSendBatch + 1; ++i) socket->Send(echo_.local(), Bytes(64, 7), 0);
  EXPECT_EQ(socket->counters().sent, kSendBatch);
  auto unstamped = Bind(false, true);
  unstamped->Send(echo_.local(), Bytes(64, 7), 5);
  EXPECT_EQ(unstamped->counters().sent, 1U);
}

TEST_F(LandmarkSocketTest, OversizeDatagramIsCountedAndNotDelivered) {
  auto socket = Bind(true);
  echo_.Send(socket->local(), Bytes(kDatagramBytesMax + 1, 1));
  echo_.Send(socket->local(), Bytes(kDatagramBytesMax, 2));
  std::size_t delivered = 0;
  for (std::size_t read = 0; read < 2;) {
    ASSERT_TRUE(Readable(socket->native_handle()));
    read += socket->Receive([&](const ReceivedDatagram& d) {
      ++delivered;
      EXPECT_EQ(d.bytes.size(), kDatagramBytesMax);
    });
  }
  EXPECT_EQ(delivered, 1U);
  EXPECT_EQ(socket->counters().received_oversize, 1U);
}

TEST_F(LandmarkSocketTest, DatagramsThatFoundNoRoomAreCounted) {
  LandmarkSocket::Options options;
  options.receive_buffer_bytes = 4096;
  auto socket = *LandmarkSocket::Bind(kAnyLoopback, &clock_, options);
  echo_.Send(socket->local(), Bytes(64, 1));
  ASSERT_TRUE(Readable(socket->native_handle()));
  EXPECT_EQ(socket->ReadDrops(), 0U);
  for (int i = 0; i < 100; ++i) echo_.Send(socket->local(), Bytes(64, 1));
  std::size_t delivered = 0;
  while (socket->Receive([&](const ReceivedDatagram&) { ++delivered; }) > 0) {
  }
  EXPECT_LT(delivered, 101U);
  EXPECT_EQ(socket->ReadDrops() + delivered, 101U);
  EXPECT_EQ(socket->ReadDrops(), socket->counters().received_dropped) << "asked twice, counted once";
}

TEST_F(LandmarkSocketTest, TakenPortIsRefusedWithTheEndpointNamed) {
  auto first = Bind(true);
  Result<std::unique_ptr<LandmarkSocket>> second =
      LandmarkSocket::Bind(first->local(), &clock_, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message().find(first->local().ToText()), std::string::npos);
}

}  // namespace
}  // namespace earshot
