#include "sim/live/truth_join.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TruthLine Line(std::uint8_t type, Duration held, bool corrupted = false) {
  TruthLine line{"C-0001", "sin-1", {}};
  line.record.type = type;
  line.record.session = 7;
  line.record.round = 2;
  line.record.index = 3;
  line.record.held = held;
  line.record.error = microseconds(2);
  line.record.corrupted = corrupted;
  return line;
}

LoggedSample Sampled(Duration rtt, StampKind stamps) {
  LoggedSample sample;
  sample.landmark = "sin-1";
  sample.session = 7;
  sample.session_round = 2;
  sample.index = 3;
  sample.rtt = Rtt::FromDuration(rtt);
  sample.stamps = stamps;
  return sample;
}

TruthJoin Join(const LoggedSample& sample, const std::vector<TruthLine>& truth) {
  return JoinWithTruth(std::span(&sample, 1), truth);
}

const std::vector<TruthLine> kHeld = {Line(5, milliseconds(4)), Line(6, milliseconds(6))};

TEST(TruthJoin, UserSpaceSampleMayEqualTheHoldsAndNotBeANanosecondShorter) {
  EXPECT_EQ(Join(Sampled(milliseconds(10), StampKind::kUserSpace), kHeld).below_truth, 0U);
  const TruthJoin join =
      Join(Sampled(milliseconds(10) - Duration(1), StampKind::kUserSpace), kHeld);
  EXPECT_EQ(join.below_truth, 1U);
  EXPECT_EQ(join.shortfall_max, Duration(1));
}

TEST(TruthJoin, KernelStampedSampleGetsTheWallClocksAllowanceAndNoMore) {
  // 100 ppm of 9.997 ms and 2 us are just under 3 us.
  EXPECT_EQ(Join(Sampled(microseconds(9998), StampKind::kKernelBoth), kHeld).below_truth, 0U);
  EXPECT_EQ(Join(Sampled(microseconds(9996), StampKind::kKernelBoth), kHeld).below_truth, 1U);
}

TEST(TruthJoin, SampleWithoutBothPacketsIsUnmatched) {
  const LoggedSample sample = Sampled(milliseconds(1), StampKind::kUserSpace);
  EXPECT_EQ(Join(sample, {Line(5, milliseconds(4))}).unmatched, 1U);
  EXPECT_EQ(Join(sample, {}).unmatched, 1U);
  EXPECT_EQ(Join(sample, kHeld).unmatched, 0U);
}

TEST(TruthJoin, ShortestCopyCountsAndACorruptedOneDoesNot) {
  std::vector<TruthLine> truth = kHeld;
  truth.push_back(Line(5, milliseconds(1), true));
  EXPECT_EQ(Join(Sampled(milliseconds(8), StampKind::kUserSpace), truth).below_truth, 1U);
  truth.push_back(Line(5, milliseconds(2)));
  EXPECT_EQ(Join(Sampled(milliseconds(8), StampKind::kUserSpace), truth).below_truth, 0U);
}

// What a session of many rounds sends: the same indices under the same session, again and again.
TEST(TruthJoin, EachRoundOfASessionIsHeldAgainstItsOwnPackets) {
  std::vector<TruthLine> truth = kHeld;
  for (TruthLine line : {Line(5, milliseconds(1)), Line(6, milliseconds(1))}) {
    line.record.round = 3;
    truth.push_back(line);
  }
  LoggedSample second = Sampled(milliseconds(9), StampKind::kUserSpace);
  LoggedSample third = Sampled(milliseconds(3), StampKind::kUserSpace);
  third.session_round = 3;
  const TruthJoin join = JoinWithTruth(std::vector{second, third}, truth);
  EXPECT_EQ(join.unmatched, 0U);
  EXPECT_EQ(join.below_truth, 1U) << "the quick packets of the next round excuse nothing";
  EXPECT_EQ(join.shortfall_max, milliseconds(1));
  EXPECT_EQ(join.lateness.at("C-0001").at({7, 3}), milliseconds(1));
  third.session_round = 4;
  EXPECT_EQ(JoinWithTruth(std::vector{third}, truth).unmatched, 1U);
}

TEST(TruthJoin, SameIndexOfAnotherSessionOrLandmarkIsAnotherPacket) {
  LoggedSample sample = Sampled(milliseconds(10), StampKind::kUserSpace);
  sample.session = 8;
  EXPECT_EQ(Join(sample, kHeld).unmatched, 1U);
  sample.session = 7;
  sample.landmark = "sin-2";
  EXPECT_EQ(Join(sample, kHeld).unmatched, 1U);
}

TEST(TruthJoin, LatenessIsThatOfTheQuickestUntaintedAnswerOfARound) {
  LoggedSample quick = Sampled(milliseconds(11), StampKind::kUserSpace);
  LoggedSample slow = Sampled(milliseconds(13), StampKind::kUserSpace);
  EXPECT_EQ(JoinWithTruth(std::vector{slow, quick}, kHeld).lateness.at("C-0001").at({7, 2}),
            milliseconds(1));
  quick.tainted = true;
  EXPECT_EQ(JoinWithTruth(std::vector{slow, quick}, kHeld).lateness.at("C-0001").at({7, 2}),
            milliseconds(3));
  EXPECT_TRUE(JoinWithTruth(std::vector{quick}, kHeld).lateness.empty());
}

TEST(TruthJoin, RelayErrorIsTheMedianOverPackets) {
  EXPECT_EQ(JoinWithTruth({}, kHeld).error_median, microseconds(2));
  EXPECT_EQ(JoinWithTruth({}, {}).error_median, Duration(0));
}

constexpr char kSampleLine[] =
    R"({"event":"sample","at_ns":5,"landmark":"sin-1","device":"ab","session":"00000000000000ff",)"
    R"("session_round":5,"round":1,"index":3,"rtt_ns":1500000,"stamps":"STAMPS","taint":1})"
    "\n";

std::string SampleLine() {
  std::string line = kSampleLine;
  return line.replace(line.find("STAMPS"), 6, StampKindName(StampKind::kKernelBoth));
}

TEST(Events, SamplesAndVerdictsAreReadAndOtherEventsPassedOver) {
  const auto events = ParseEvents(
      SampleLine() + R"({"event":"round_closed","at_ns":6,"round":1,"devices":3})" "\n"
      R"({"event":"verdict","at_ns":7,"device":"ab","round":1,"headline":"VERIFIED"})" "\n");
  ASSERT_TRUE(events.has_value()) << events.error().message();
  ASSERT_EQ(events->samples.size(), 1U);
  EXPECT_EQ(events->samples[0].session, 0xffU);
  EXPECT_EQ(events->samples[0].session_round, 5U) << "not the verifier's";
  EXPECT_EQ(events->samples[0].rtt.duration(), microseconds(1500));
  EXPECT_TRUE(events->samples[0].tainted);
  ASSERT_EQ(events->verdicts.size(), 1U);
  EXPECT_EQ(events->verdicts[0].headline, "VERIFIED");
}

TEST(Events, LineCutShortIsIgnoredAndABrokenOneIsNamed) {
  EXPECT_EQ(ParseEvents(SampleLine() + "{\"event\":\"sam")->samples.size(), 1U);
  const auto broken = ParseEvents(SampleLine() + "{\"event\":\"sam\n");
  ASSERT_FALSE(broken.has_value());
  EXPECT_NE(broken.error().message().find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace earshot
