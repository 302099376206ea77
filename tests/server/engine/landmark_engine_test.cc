#include "server/engine/landmark_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/crypto/operation_counts.h"
#include "core/protocol/wire_format.h"
#include "tests/support/landmark_world.h"
#include "tests/support/stranger.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

TEST(LandmarkEngineTest, AnsweredRoundYieldsAReceiptWithEvidenceAndTheTrueDelay) {
  LandmarkWorld world(1, FifteenPings());
  world.network.SetDelay(kLandmarkEndpoint, kAgentEndpoint, milliseconds(7));
  world.network.SetDelay(kAgentEndpoint, kLandmarkEndpoint, milliseconds(8));
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  ASSERT_TRUE(world.engine->Ready(agent.device()));
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  world.network.Run(seconds(2));
  ASSERT_THAT(world.observer.closed, SizeIs(1));
  const CheckedReceipt& round = world.observer.closed[0];
  EXPECT_EQ(round.observation.evidence, EvidenceState::kValid);
  EXPECT_EQ(round.observation.pings_sent, 15U);
  ASSERT_THAT(round.observation.samples, SizeIs(15));
  for (const Sample& sample : round.observation.samples) {
    EXPECT_EQ(sample.rtt.duration(), milliseconds(15));
    EXPECT_EQ(sample.taint, Taint::kNone);
  }
  EXPECT_EQ(round.claims->model, "model-x");
  EXPECT_EQ(agent.engine->counters().sessions_closed_by_receipt, 1U);
}

TEST(LandmarkEngineTest, ClosedRoundIsFollowedByANewOneThatIsReady) {
  const LandmarkEngineOptions options = FifteenPings();
  LandmarkWorld world(1, options);
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  for (std::uint32_t round = 1; round <= 3; ++round) {
    world.network.Run(seconds(2));
    ASSERT_TRUE(world.PlanRound(agent, round, 3)) << round;
    EXPECT_FALSE(world.engine->Ready(agent.device()));
    EXPECT_FALSE(world.PlanRound(agent, round, 3)) << "a round is planned once";
  }
  world.network.Run(seconds(2) + options.session.linger);
  EXPECT_THAT(world.observer.closed, SizeIs(3));
  EXPECT_EQ(world.engine->sessions(), 1U) << "closed rounds must be forgotten";
}

TEST(LandmarkEngineTest, DeviceThatStopsAnsweringIsClosedAfterThreeTrainsWithoutEvidence) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  world.network.SetTap([](const Endpoint& from, const Endpoint&, ByteSpan) {
    return from == kAgentEndpoint;
  });
  std::vector<MonotonicInstant> starts;
  for (int i = 1; i <= 5; ++i) starts.push_back(world.network.now() + milliseconds(100));
  ASSERT_TRUE(world.engine->PlanTrains(agent.device(), RoundNumber(1), starts));
  world.network.Run(seconds(10));
  ASSERT_THAT(world.observer.closed, SizeIs(1));
  EXPECT_THAT(world.observer.closed[0].observation.samples, IsEmpty());
  EXPECT_EQ(world.observer.closed[0].observation.evidence, EvidenceState::kMissing);
  EXPECT_EQ(world.observer.closed[0].observation.pings_sent, 15U);
}

TEST(LandmarkEngineTest, EndOfRoundClosesWhatIsStillOpen) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  ASSERT_TRUE(world.PlanRound(agent, 4, 2));
  world.network.Run(milliseconds(230));
  EXPECT_THAT(world.observer.closed, IsEmpty());
  world.engine->EndRound(RoundNumber(3), world.network.now());
  EXPECT_THAT(world.observer.closed, IsEmpty()) << "another round";
  world.engine->EndRound(RoundNumber(4), world.network.now());
  ASSERT_THAT(world.observer.closed, SizeIs(1));
  EXPECT_EQ(world.observer.closed[0].observation.samples.size(), 10U);
  EXPECT_EQ(world.observer.closed[0].observation.evidence, EvidenceState::kMissing);
}

TEST(LandmarkEngineTest, LossDuplicationAndReorderCostSamplesAndNothingElse) {
  LandmarkWorld world(7, FifteenPings());
  world.network.faults() = {.loss = 0.3, .duplicate = 0.5, .reorder = 0.2};
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  std::uint32_t planned = 0;
  for (std::uint32_t round = 1; round <= 10; ++round) {
    world.network.Run(seconds(3));
    if (world.PlanRound(agent, round, 3)) ++planned;
    world.network.Run(seconds(3));
    world.engine->EndRound(RoundNumber(round), world.network.now());
  }
  EXPECT_GE(planned, 7U);
  // A round whose RECEIPT was lost four times may have given way to the device's next session.
  ASSERT_LE(world.observer.closed.size(), planned);
  ASSERT_GE(world.observer.closed.size() + 2, planned);
  std::size_t with_evidence = 0;
  for (const CheckedReceipt& round : world.observer.closed) {
    if (round.observation.evidence == EvidenceState::kValid) ++with_evidence;
    EXPECT_NE(round.observation.evidence, EvidenceState::kMismatch);
    for (const Sample& sample : round.observation.samples) {
      EXPECT_GE(sample.rtt.duration(), milliseconds(10)) << "no fault may shorten an interval";
    }
  }
  EXPECT_GE(with_evidence, planned / 2);
  EXPECT_THAT(world.observer.counters, IsEmpty()) << "an honest device was called a clone";
}

TEST(LandmarkEngineTest, RestartedAgentWithItsCounterGetsANewSession) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  world.Restart(agent);
  world.network.Run(seconds(1));
  EXPECT_EQ(world.engine->counters().sessions_opened, 2U);
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  world.network.Run(seconds(2));
  EXPECT_THAT(world.observer.closed, SizeIs(1));
}

TEST(LandmarkEngineTest, LostCounterMeetsSilenceAndIsReported) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1), 100);
  world.network.Run(seconds(1));
  agent.counter = MemoryCounter(50);
  world.Restart(agent);
  world.network.Run(seconds(1));
  EXPECT_EQ(world.engine->counters().sessions_opened, 1U);
  ASSERT_FALSE(world.observer.counters.empty());
  EXPECT_EQ(world.observer.counters[0], CounterJudgement::kWentBack);
}

TEST(LandmarkEngineTest, OneCounterInTwoHandshakesIsReportedAsReuse) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1), 100);
  world.network.Run(seconds(1));
  agent.counter = MemoryCounter(100);
  world.Restart(agent);
  world.network.Run(seconds(1));
  ASSERT_FALSE(world.observer.counters.empty());
  EXPECT_EQ(world.observer.counters[0], CounterJudgement::kReused);
}

TEST(LandmarkEngineTest, FullTableMeetsNewcomersWithSilenceAndNoSignatureCheck) {
  LandmarkEngineOptions options = FifteenPings();
  options.sessions_max = 1;
  LandmarkWorld world(1, options);
  world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  auto& late = world.AddAgent(Endpoint{0x7f000102, 5000}, Key(2));
  const OperationCounts before = CurrentOperationCounts();
  world.network.Run(seconds(1));
  EXPECT_FALSE(world.engine->Ready(late.device()));
  EXPECT_GT(world.engine->counters().table_full, 0U);
  // The newcomer signed its HELLO2 and agreed keys; the landmark checked nothing.
  EXPECT_EQ(CurrentOperationCounts().verify, before.verify);
}

LandmarkEngineOptions FewChecks() {
  LandmarkEngineOptions options = FifteenPings();
  options.checks.per_address = {4, 0};  // once spent, spent
  return options;
}

TEST(LandmarkEngineTest, StrangerBehindADevicesAddressCannotKeepItsNextHandshakeOut) {
  LandmarkWorld world(1, FewChecks());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  Stranger stranger(world.network, kAgentEndpoint.address, 8, kLandmarkEndpoint,
                    world.authority.landmarks()[0]->keys.signing.id().value());
  for (std::uint32_t round = 1; round <= 3; ++round) {
    world.network.Run(seconds(2));
    ASSERT_TRUE(world.PlanRound(agent, round, 3)) << round;
  }
  EXPECT_GT(world.engine->counters().checks_limited, 50U) << "the flood must have been one";
  EXPECT_EQ(world.engine->ShortageAt(kAgentEndpoint.address, world.network.now() - seconds(1)),
            Shortage::kOwnAddress);
  EXPECT_EQ(world.engine->LastAddress(agent.device()), kAgentEndpoint.address);
}

TEST(LandmarkEngineTest, DeviceThatWasNeverHeardHasNoReserve) {
  LandmarkWorld world(1, FewChecks());
  Stranger stranger(world.network, kAgentEndpoint.address, 8, kLandmarkEndpoint,
                    world.authority.landmarks()[0]->keys.signing.id().value());
  world.network.Run(seconds(1));
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(milliseconds(500));
  EXPECT_FALSE(world.engine->Ready(agent.device()));
  EXPECT_FALSE(world.engine->LastAddress(agent.device()).has_value());
}

TEST(LandmarkEngineTest, StrangerGetsNoSession) {
  LandmarkWorld world(1, FifteenPings());
  world.strangers = true;
  auto& known = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  EXPECT_TRUE(world.engine->Ready(known.device()));

  LandmarkEngineOptions options = FifteenPings();
  RecordingObserver observer;
  SeededRandom random(3);
  LandmarkEngine strict(world.authority.landmarks()[0]->keys, [&] {
    options.session.resolve = &ResolveSample;
    return options;
  }(), random, world.network.Attach(kLandmarkEndpoint, [&](const Endpoint& from, ByteSpan bytes,
                                                           const ClockReading& now) {
    strict.OnDatagram(from, bytes, now, now.wall);
    strict.Flush();
  }), observer, [](const DeviceId&) { return false; }, world.network.now());
  world.Restart(known);
  world.network.Run(seconds(1));
  EXPECT_GT(strict.counters().not_enrolled, 0U);
  EXPECT_THAT(observer.opened, IsEmpty());
}

TEST(LandmarkEngineTest, FloodOfHellosFromForgedAddressesCostsNoPublicKeyOperation) {
  LandmarkWorld world(1, FifteenPings());
  Packet hello;
  world.network.SetTap([&](const Endpoint&, const Endpoint&, ByteSpan bytes) {
    if (PeekType(bytes) == MessageType::kHello && hello.size == 0) {
      std::copy(bytes.begin(), bytes.end(), hello.bytes.begin());
      hello.size = bytes.size();
    }
    return true;  // nothing arrives: the agent only serves to write a HELLO
  });
  world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  ASSERT_EQ(hello.size, wire::kHelloBytes);
  const OperationCounts before = CurrentOperationCounts();
  const std::uint64_t sent_before = world.network.sent();
  constexpr std::uint32_t kForged = 100'000;
  for (std::uint32_t i = 0; i < kForged; ++i) {
    const Endpoint forged{0x0a000000 + i, 9};
    StoreBigEndian(hello.bytes, wire::kHelloNonceAt, i);
    world.engine->OnDatagram(forged, hello.view(), world.network.clock().Read(), std::nullopt);
    // HELLO2 with a cookie that was never issued.
    Packet hello2 = hello;
    hello2.bytes[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kHello2);
    world.engine->OnDatagram(forged, hello2.view(), world.network.clock().Read(), std::nullopt);
  }
  EXPECT_EQ(CurrentOperationCounts(), before);
  EXPECT_EQ(world.engine->counters().retries, kForged);
  EXPECT_EQ(world.network.sent() - sent_before, kForged) << "HELLO2 without cookie must meet silence";
  EXPECT_EQ(world.engine->sessions(), 0U);
}

// Counts what is sent between two flushes, by session.
class FlushWatch final : public DatagramTransport {
 public:
  explicit FlushWatch(DatagramTransport& inner) : inner_(inner) {}
  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) override {
    if (PeekType(datagram) == MessageType::kPing) {
      ++pings;
      if (!gathered_.insert(PeekSessionId(datagram)).second) ++doubled;
    }
    return inner_.Send(to, datagram, probe_key);
  }
  void Flush() override { gathered_.clear(); }

  int pings = 0;
  int doubled = 0;

 private:
  DatagramTransport& inner_;
  std::set<std::uint64_t> gathered_;
};

TEST(LandmarkEngineTest, TwoPingsOfOneChainNeverShareASendCall) {
  LandmarkEngineOptions options = FifteenPings();
  options.session.terms.gap = Duration(0);  // a whole train is due at once
  options.session.resolve = &ResolveSample;
  LandmarkWorld world(1);
  std::unique_ptr<LandmarkEngine> engine;
  FlushWatch watch(world.network.Attach(
      kLandmarkEndpoint, [&](const Endpoint& from, ByteSpan bytes, const ClockReading& now) {
        engine->OnDatagram(from, bytes, now, now.wall);
        engine->Flush();
      }));
  SeededRandom random(3);
  RecordingObserver observer;
  engine = std::make_unique<LandmarkEngine>(
      world.authority.landmarks()[0]->keys, options, random, watch, observer,
      [](const DeviceId&) { return true; }, world.network.now());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  const std::vector<MonotonicInstant> starts = {world.network.now()};
  ASSERT_TRUE(engine->PlanTrains(agent.device(), RoundNumber(1), starts));
  engine->OnTimer(world.network.now());
  EXPECT_EQ(watch.pings, 5);
  EXPECT_EQ(watch.doubled, 0);
}

TEST(LandmarkEngineTest, JunkIsCountedAndNothingIsSentOrRemembered) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  const std::uint64_t sent_before = world.network.sent();
  SeededRandom random(4);
  for (std::size_t size = 0; size <= 1200; size += 3) {
    Bytes junk(size);
    random.Fill(junk);
    if (size > 8 && size % 2 == 0) {
      std::copy(kMagic.begin(), kMagic.end(), junk.begin());
      junk[wire::kVersionAt] = kProtocolVersion;
      junk[wire::kTypeAt] = static_cast<std::uint8_t>(1 + size % 8);
    }
    world.engine->OnDatagram(Endpoint{0x7f000103, 1}, junk, world.network.clock().Read(),
                             std::nullopt);
  }
  EXPECT_EQ(world.network.sent(), sent_before);
  EXPECT_EQ(world.engine->counters().refusals.refused(), 401U);
  EXPECT_TRUE(world.engine->Ready(agent.device())) << "junk must not disturb a session";
}

TEST(LandmarkEngineTest, PongFromAnotherAddressIsNotCounted) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  // The device moved: its PONGs come from elsewhere.
  world.network.SetTap([&](const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
    if (from != kAgentEndpoint || PeekType(bytes) != MessageType::kPong) return false;
    world.network.Inject(Endpoint{0x7f000104, 5000}, to, bytes);
    return true;
  });
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  world.network.Run(seconds(4));
  world.engine->EndRound(RoundNumber(1), world.network.now());
  ASSERT_THAT(world.observer.closed, SizeIs(1));
  EXPECT_THAT(world.observer.closed[0].observation.samples, IsEmpty());
  EXPECT_GT(world.observer.closed[0].observation.packets_refused, 0U);
}

TEST(LandmarkEngineTest, WallClockThatIsSteppedTaintsTheSampleAndShortensNothing) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  bool stepped = false;
  world.network.SetTap([&](const Endpoint& from, const Endpoint&, ByteSpan bytes) {
    if (!stepped && from == kAgentEndpoint && PeekType(bytes) == MessageType::kPong) {
      stepped = true;
      world.network.clock().StepWall(-milliseconds(3));
    }
    return false;
  });
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  world.network.Run(seconds(3));
  ASSERT_THAT(world.observer.closed, SizeIs(1));
  std::size_t tainted = 0;
  for (const Sample& sample : world.observer.closed[0].observation.samples) {
    EXPECT_GE(sample.rtt.duration(), milliseconds(10));
    if (Has(sample.taint, Taint::kClockStep)) ++tainted;
  }
  EXPECT_GE(tainted, 1U);
  EXPECT_LT(tainted, 15U) << "samples before and after the step are clean";
}

}  // namespace
}  // namespace earshot
