// One landmark and one agent on real sockets of 127.0.0.1, engines and rims as in production.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "agent/io/agent_socket.h"
#include "core/latency/resolve.h"
#include "core/os/system_clock.h"
#include "server/io/landmark_socket.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/landmark_world.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::SizeIs;

// Pumps both sides in one thread until `done` or the deadline.
class LoopbackRound {
 public:
  explicit LoopbackRound(bool kernel_stamps)
      : key_(Ed25519PrivateKey::Generate(random_)) {
    LandmarkSocket::Options socket_options;
    socket_options.kernel_stamps = kernel_stamps;
    landmark_socket_ = *LandmarkSocket::Bind(Endpoint{0x7f000001, 0}, &clock_, socket_options);
    agent_socket_ = *AgentSocket::Bind(0x7f000001, &clock_);
    FixtureLandmark& landmark =
        authority_.AddLandmark({"lo-1", "a", 1.0, 103.0}, landmark_socket_->local());
    LandmarkEngineOptions options;
    options.session.terms.chain_length = 20;
    options.session.resolve = &ResolveSample;
    ListTrust trust(authority_.root().public_key());
    observer_.listed = trust.AcceptLandmarkList(authority_.LandmarkList())->landmarks.at(0);
    landmark_ = std::make_unique<LandmarkEngine>(
        landmark.keys, options, random_, *landmark_socket_, observer_,
        [](const DeviceId&) { return true; }, clock_.Now());
    agent_ = std::make_unique<AgentEngine>(authority_.root().public_key(), random_,
                                           AgentEngineOptions{});
    agent_->AddIdentity({&key_, {"model-x", {}, 1}}, counter_, *agent_socket_);
    EARSHOT_CHECK(agent_->ApplyLandmarkList(authority_.LandmarkList(), clock_.Now()));
  }

  bool PumpUntil(const std::function<bool()>& done) {
    const MonotonicInstant deadline = clock_.Now() + seconds(10);
    while (!done()) {
      if (clock_.Now() > deadline) return false;
      Step();
    }
    return true;
  }
  bool Ready() { return landmark_->Ready(DeviceId(key_.id().value())); }
  void PlanTrains(int trains) {
    std::vector<MonotonicInstant> starts;
    for (int i = 1; i <= trains; ++i) starts.push_back(clock_.Now() + milliseconds(20) * i);
    EARSHOT_CHECK(landmark_->PlanTrains(DeviceId(key_.id().value()), RoundNumber(1), starts));
  }
  RecordingObserver& observer() { return observer_; }
  bool kernel_stamps() const { return landmark_socket_->kernel_stamps(); }

 private:
  void Step() {
    landmark_->OnTimer(clock_.Now());
    agent_->OnTimer(clock_.Now());
    if (agent_->Spinning(clock_.Now()).empty()) {
      std::array<pollfd, 2> fds{pollfd{landmark_socket_->native_handle(), POLLIN, 0},
                                pollfd{agent_socket_->native_handle(), POLLIN, 0}};
      poll(fds.data(), fds.size(), 1);
    }
    agent_socket_->Receive([&](const Endpoint& from, ByteSpan bytes, MonotonicInstant now) {
      static_cast<void>(agent_->OnDatagram(0, from, bytes, now));
    });
    landmark_socket_->CollectTransmitStamps([&](const TransmitStamp& stamp) {
      landmark_->OnTransmitStamp(stamp.probe_key, stamp.at, stamp.not_after);
    });
    landmark_socket_->Receive([&](const ReceivedDatagram& datagram) {
      landmark_->OnDatagram(datagram.from, datagram.bytes, datagram.after_receive,
                            datagram.kernel_receive);
    });
    landmark_->Flush();
  }

  SystemClock clock_;
  SeededRandom random_{11};
  AuthorityFixture authority_{1, SystemClock().Read().wall};
  Ed25519PrivateKey key_;
  MemoryCounter counter_;
  RecordingObserver observer_;
  std::unique_ptr<LandmarkSocket> landmark_socket_;
  std::unique_ptr<AgentSocket> agent_socket_;
  std::unique_ptr<LandmarkEngine> landmark_;
  std::unique_ptr<AgentEngine> agent_;
};

TEST(LoopbackRoundTest, FullRoundOverSocketsYieldsEvidenceAndKernelStampedSamples) {
  LoopbackRound round(true);
  ASSERT_TRUE(round.PumpUntil([&] { return round.Ready(); }));
  round.PlanTrains(4);
  ASSERT_TRUE(round.PumpUntil([&] { return !round.observer().closed.empty(); }));
  const CheckedReceipt& receipt = round.observer().closed[0];
  EXPECT_EQ(receipt.observation.evidence, EvidenceState::kValid);
  ASSERT_THAT(receipt.observation.samples, SizeIs(20));
  for (const Sample& sample : receipt.observation.samples) {
    EXPECT_GT(sample.rtt.duration(), Duration(0));
    EXPECT_FALSE(Has(sample.taint, Taint::kStampMisplaced));
    if (round.kernel_stamps()) {
      EXPECT_EQ(sample.stamps, StampKind::kKernelBoth);
    }
  }
}

TEST(LoopbackRoundTest, WithoutKernelStampsTheSamplesSayUserSpace) {
  LoopbackRound round(false);
  ASSERT_TRUE(round.PumpUntil([&] { return round.Ready(); }));
  round.PlanTrains(4);
  ASSERT_TRUE(round.PumpUntil([&] { return !round.observer().closed.empty(); }));
  const CheckedReceipt& receipt = round.observer().closed[0];
  ASSERT_THAT(receipt.observation.samples, SizeIs(20));
  for (const Sample& sample : receipt.observation.samples) {
    EXPECT_EQ(sample.stamps, StampKind::kUserSpace);
    EXPECT_GT(sample.rtt.duration(), Duration(0));
  }
}

}  // namespace
}  // namespace earshot
