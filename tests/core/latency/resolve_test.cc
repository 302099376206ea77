#include "core/latency/resolve.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The wall clock starts far from the raw one, so that mixing them would show.
constexpr auto kRawStart = MonotonicInstant::FromNanoseconds(5'000'000'000);
constexpr auto kWallStart = WallInstant::FromNanoseconds(1'700'000'000'000'000'000);

ClockReading At(Duration d) { return {kRawStart + d, kWallStart + d}; }

// Sent at 0, on the wire from 30 us to 10.03 ms, read at 10.1 ms; both kernel stamps in place.
ProbeStamps Clean() {
  return {.before_send = At(Duration(0)),
          .after_receive = At(microseconds(10'100)),
          .kernel_transmit = kWallStart + microseconds(30),
          .kernel_receive = kWallStart + microseconds(10'030),
          .transmit_not_after = kWallStart + microseconds(200)};
}

TEST(ResolveSample, BothKernelStampsGiveTheTimeOnTheWire) {
  const Sample sample = ResolveSample(7, Clean());
  EXPECT_EQ(sample.rtt.duration(), milliseconds(10));
  EXPECT_EQ(sample.stamps, StampKind::kKernelBoth);
  EXPECT_EQ(sample.taint, Taint::kNone);
  EXPECT_EQ(sample.index, 7U);
  EXPECT_EQ(sample.sent_at, kRawStart);
}

TEST(ResolveSample, WithoutTransmitStampTheIntervalStartsBeforeTheSendCall) {
  ProbeStamps stamps = Clean();
  stamps.kernel_transmit.reset();
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'030));
  EXPECT_EQ(sample.stamps, StampKind::kKernelReceive);
  EXPECT_EQ(sample.taint, Taint::kNone);
}

TEST(ResolveSample, WithoutReceiveStampTheRawBracketIsUsed) {
  ProbeStamps stamps = Clean();
  stamps.kernel_receive.reset();
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'100));
  EXPECT_EQ(sample.stamps, StampKind::kUserSpace);
  EXPECT_EQ(sample.taint, Taint::kNone);
}

TEST(ResolveSample, TransmitStampAfterTheNextSendIsNotOursAndIsNotUsed) {
  ProbeStamps stamps = Clean();
  stamps.kernel_transmit = stamps.transmit_not_after + Duration(1);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'030));
  EXPECT_EQ(sample.stamps, StampKind::kKernelReceive);
  EXPECT_TRUE(Has(sample.taint, Taint::kStampMisplaced));
}

TEST(ResolveSample, TransmitStampExactlyAtItsLimitIsUsed) {
  ProbeStamps stamps = Clean();
  stamps.kernel_transmit = stamps.transmit_not_after;
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(9'830));
  EXPECT_EQ(sample.taint, Taint::kNone);
}

TEST(ResolveSample, TransmitStampBeforeTheSendCallIsNotUsed) {
  ProbeStamps stamps = Clean();
  stamps.kernel_transmit = kWallStart - Duration(1);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'030));
  EXPECT_TRUE(Has(sample.taint, Taint::kStampMisplaced));
}

TEST(ResolveSample, TransmitStampAfterThePongWasReadIsNotUsedWhateverItsLimit) {
  ProbeStamps stamps = Clean();
  stamps.transmit_not_after = kWallStart + seconds(1);
  stamps.kernel_transmit = stamps.after_receive.wall + Duration(1);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'030));
  EXPECT_TRUE(Has(sample.taint, Taint::kStampMisplaced));
}

TEST(ResolveSample, ReceiveStampBeforeTheTransmitStampIsNotUsed) {
  ProbeStamps stamps = Clean();
  stamps.kernel_receive = *stamps.kernel_transmit - Duration(1);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'100));
  EXPECT_EQ(sample.stamps, StampKind::kUserSpace);
  EXPECT_TRUE(Has(sample.taint, Taint::kStampMisplaced));
}

TEST(ResolveSample, ReceiveStampAfterTheReadIsNotUsed) {
  ProbeStamps stamps = Clean();
  stamps.kernel_receive = stamps.after_receive.wall + Duration(1);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'100));
  EXPECT_TRUE(Has(sample.taint, Taint::kStampMisplaced));
}

TEST(ResolveSample, PongThatWaitedInOurQueueIsTaintedAndItsWaitNotCounted) {
  ProbeStamps stamps = Clean();
  stamps.after_receive = At(microseconds(10'030) + kReceiveQueueLagMax + Duration(1));
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.taint, Taint::kReceiveQueueLag);
  EXPECT_EQ(sample.rtt.duration(), milliseconds(10));
}

TEST(ResolveSample, LateReceiveStampLengthensTheIntervalAndNeverLeavesTheBracket) {
  ProbeStamps stamps = Clean();
  stamps.kernel_receive = stamps.after_receive.wall;  // stamped when it was handed to us
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'070));
  EXPECT_LT(sample.rtt.duration(), stamps.after_receive.monotonic - stamps.before_send.monotonic);
  EXPECT_EQ(sample.taint, Taint::kNone);
}

// The one lateness that could shorten: a stamp taken after the ping has left. The kernel's software
// stamp precedes the driver; of any other, the bracket limits what it could take.
TEST(ResolveSample, LateTransmitStampShortensByNoMoreThanItsBracket) {
  ProbeStamps stamps = Clean();
  stamps.kernel_transmit = stamps.transmit_not_after;
  const Sample late = ResolveSample(1, stamps);
  EXPECT_EQ(ResolveSample(1, Clean()).rtt.duration() - late.rtt.duration(), microseconds(170));
  stamps.kernel_transmit = stamps.transmit_not_after + Duration(1);
  EXPECT_GE(ResolveSample(1, stamps).rtt, ResolveSample(1, Clean()).rtt);
}

// The last ping of a train: no further send closes its bracket before the stamp is collected.
TEST(ResolveSample, TransmitStampMovesTheStartByNoMoreThanItsCreditHoweverWideItsBracket) {
  ProbeStamps stamps = Clean();
  stamps.transmit_not_after = kWallStart + seconds(1);
  stamps.kernel_transmit = kWallStart + kTransmitCreditMax;
  const Sample at_limit = ResolveSample(1, stamps);
  EXPECT_EQ(at_limit.rtt.duration(), microseconds(10'030) - kTransmitCreditMax);
  for (const Duration late : {Duration(1), Duration(milliseconds(3)), Duration(milliseconds(9))}) {
    stamps.kernel_transmit = kWallStart + kTransmitCreditMax + late;
    EXPECT_EQ(ResolveSample(1, stamps).rtt, at_limit.rtt) << late.count();
  }
  // Twin: below the limit the stamp is taken as it is.
  stamps.kernel_transmit = kWallStart + kTransmitCreditMax - Duration(1);
  EXPECT_EQ(ResolveSample(1, stamps).rtt.duration(), at_limit.rtt.duration() + Duration(1));
}

TEST(ResolveSample, WaitOfExactlyTheLimitIsClean) {
  ProbeStamps stamps = Clean();
  stamps.after_receive = At(microseconds(10'030) + kReceiveQueueLagMax);
  EXPECT_EQ(ResolveSample(1, stamps).taint, Taint::kNone);
}

TEST(ResolveSample, LateTransmitIsTaintedAsASchedulingGap) {
  ProbeStamps stamps = Clean();
  stamps.transmit_not_after = kWallStart + seconds(1);
  stamps.kernel_transmit = kWallStart + kSchedulingGapMax + Duration(1);
  EXPECT_EQ(ResolveSample(1, stamps).taint, Taint::kSchedulingGap);
  stamps.kernel_transmit = kWallStart + kSchedulingGapMax;
  EXPECT_EQ(ResolveSample(1, stamps).taint, Taint::kNone);
}

TEST(ResolveSample, WallStepBackUsesTheRawBracketAndIsTainted) {
  ProbeStamps stamps = Clean();
  stamps.after_receive.wall += -milliseconds(4);
  stamps.kernel_receive = *stamps.kernel_receive - milliseconds(4);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), microseconds(10'100));
  EXPECT_EQ(sample.stamps, StampKind::kUserSpace);
  EXPECT_EQ(sample.taint, Taint::kClockStep);
}

TEST(ResolveSample, SuspensionThatTheRawClockSleptThroughIsCounted) {
  ProbeStamps stamps = Clean();
  stamps.after_receive.wall += seconds(60);  // the raw clock stood still
  stamps.kernel_receive = *stamps.kernel_receive + seconds(60);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.rtt.duration(), seconds(60) + microseconds(10'100));
  EXPECT_EQ(sample.taint, Taint::kClockStep);
}

TEST(ResolveSample, DisagreementWithinTheToleranceIsNotAStepAndStillDoesNotShorten) {
  ProbeStamps stamps = Clean();
  // 2 us + 100 ppm of 10.1 ms = 3.01 us.
  stamps.after_receive.wall += -Duration(3'010);
  stamps.kernel_receive = *stamps.kernel_receive - Duration(3'010);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.taint, Taint::kNone);
  EXPECT_EQ(sample.rtt.duration(), milliseconds(10));  // what the wall clock lost is given back
  stamps.after_receive.wall += -Duration(1);
  EXPECT_EQ(ResolveSample(1, stamps).taint, Taint::kClockStep);
}

TEST(ResolveSample, RawClockThatRanBackwardsIsNotBelieved) {
  ProbeStamps stamps = Clean();
  stamps.after_receive.monotonic = kRawStart - Duration(1);
  stamps.after_receive.wall = kWallStart - Duration(1);
  const Sample sample = ResolveSample(1, stamps);
  EXPECT_EQ(sample.taint, Taint::kClockStep);
  EXPECT_EQ(sample.rtt.duration(), Duration(0));
}

}  // namespace
}  // namespace earshot
