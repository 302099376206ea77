// A ping's whole way through both engines allocates nothing once the session stands.
#include <gtest/gtest.h>

#include <array>

#include "agent/engine/agent_engine.h"
#include "core/base/clock.h"
#include "core/crypto/operation_counts.h"
#include "core/latency/resolve.h"
#include "server/engine/landmark_engine.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/authority_fixture.h"

namespace earshot {
namespace {

constexpr Endpoint kLandmark{0x7f000001, 4000};
constexpr Endpoint kAgent{0x7f000101, 5000};
constexpr std::uint32_t kTrains = 20;

// What one side sent and the other has not read yet. Holds its packets in place.
class Wire final : public DatagramTransport {
 public:
  explicit Wire(Clock& clock) : clock_(clock) {}

  ClockReading Send(const Endpoint&, ByteSpan datagram, std::uint64_t probe_key) override {
    EARSHOT_CHECK(waiting_ < slots_.size());
    Slot& slot = slots_[waiting_++];
    std::copy(datagram.begin(), datagram.end(), slot.bytes.begin());
    slot.size = datagram.size();
    slot.probe_key = probe_key;
    return clock_.Read();
  }
  template <typename Deliver>
  std::size_t Drain(Deliver deliver) {
    const std::size_t count = waiting_;
    waiting_ = 0;
    for (std::size_t i = 0; i < count; ++i) {
      deliver(ByteSpan(slots_[i].bytes).first(slots_[i].size), slots_[i].probe_key);
    }
    return count;
  }

 private:
  struct Slot {
    std::array<std::uint8_t, kDatagramBytesMax> bytes{};
    std::size_t size = 0;
    std::uint64_t probe_key = 0;
  };
  Clock& clock_;
  std::array<Slot, 16> slots_{};
  std::size_t waiting_ = 0;
};

class Silent final : public LandmarkObserver {
 public:
  void OnSessionOpened(const LandmarkId&, const DeviceId&, SessionId, std::uint64_t) override {}
  void OnRoundClosed(const LandmarkId&, const DeviceId&, ClosedRound) override { ++closed; }
  void OnCounter(const LandmarkId&, const DeviceId&, CounterJudgement) override {}
  int closed = 0;
};

class Counter final : public SessionCounter {
 public:
  Result<std::uint64_t> Next() override { return ++used_; }

 private:
  std::uint64_t used_ = 0;
};

class PingAllocationTest : public testing::Test {
 protected:
  PingAllocationTest()
      : landmark_keys_(authority_.AddLandmark({"sin-1", "alpha", 1.35, 103.8}, kLandmark).keys),
        device_(authority_.NewKey()) {
    LandmarkEngineOptions options;
    options.session.resolve = &ResolveSample;
    options.session.terms.chain_length = kTrains * 5;
    landmark_ = std::make_unique<LandmarkEngine>(
        landmark_keys_, options, authority_.random(), from_landmark_, observer_,
        [](const DeviceId&) { return true; }, clock_.Now());
    agent_ = std::make_unique<AgentEngine>(authority_.root().public_key(), authority_.random(),
                                           AgentEngineOptions{});
    agent_->AddIdentity({&device_, {"model-x", {}, 1}}, counter_, from_agent_);
    const Status applied = agent_->ApplyLandmarkList(authority_.LandmarkList(), clock_.Now());
    EARSHOT_CHECK(applied.has_value());
  }

  // 100 us pass; both sides do what is due and read what has come.
  void Step() {
    clock_.Advance(std::chrono::microseconds(100));
    const ClockReading now = clock_.Read();
    static_cast<void>(agent_->Spinning(now.monotonic));
    agent_->OnTimer(now.monotonic);
    landmark_->OnTimer(now.monotonic);
    from_landmark_.Drain([&](ByteSpan bytes, std::uint64_t probe_key) {
      if (probe_key != 0) landmark_->OnTransmitStamp(probe_key, now.wall, now.wall);
      static_cast<void>(agent_->OnDatagram(0, kLandmark, bytes, now.monotonic));
    });
    from_agent_.Drain([&](ByteSpan bytes, std::uint64_t) {
      landmark_->OnDatagram(kAgent, bytes, now, now.wall);
    });
    landmark_->Flush();
  }
  void StepUntilPongs(std::uint64_t pongs) {
    for (int i = 0; i < 100'000 && landmark_->counters().pongs < pongs; ++i) Step();
  }

  ManualClock clock_;
  AuthorityFixture authority_;
  LandmarkKeys& landmark_keys_;
  Ed25519PrivateKey device_;
  Counter counter_;
  Silent observer_;
  Wire from_landmark_{clock_};
  Wire from_agent_{clock_};
  std::unique_ptr<LandmarkEngine> landmark_;
  std::unique_ptr<AgentEngine> agent_;
};

TEST_F(PingAllocationTest, NeitherEngineAllocatesOrSignsForAPing) {
  ASSERT_TRUE(OpensslIsCounted());
  const DeviceId device(device_.id().value());
  for (int i = 0; i < 10'000 && !landmark_->Ready(device); ++i) Step();
  std::vector<MonotonicInstant> starts;
  for (std::uint32_t train = 1; train <= kTrains; ++train) {
    starts.push_back(clock_.Now() + std::chrono::milliseconds(10) * train);
  }
  ASSERT_TRUE(landmark_->PlanTrains(device, RoundNumber(1), starts));
  StepUntilPongs(5);  // the first train makes the room that the later ones use
  ASSERT_EQ(landmark_->counters().pongs, 5U);

  const OperationCounts operations = CurrentOperationCounts();
  const std::uint64_t pongs = kTrains * 5 - 5;
  const std::uint64_t allocations = AllocationsIn([&] { StepUntilPongs(pongs); });
  EXPECT_EQ(landmark_->counters().pongs, pongs);
  EXPECT_EQ(agent_->counters().pongs, pongs);
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(CurrentOperationCounts(), operations);
  EXPECT_EQ(observer_.closed, 0) << "the round was still open";
}

TEST_F(PingAllocationTest, OpeningASessionIsSeenByTheCount) {
  const DeviceId device(device_.id().value());
  EXPECT_GT(AllocationsIn([&] {
              for (int i = 0; i < 10'000 && !landmark_->Ready(device); ++i) Step();
            }),
            0U);
  EXPECT_TRUE(landmark_->Ready(device));
}

}  // namespace
}  // namespace earshot
