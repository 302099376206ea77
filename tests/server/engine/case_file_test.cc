#include "server/engine/case_file.h"

#include <gtest/gtest.h>

#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const auto kNow = MonotonicInstant::FromNanoseconds(1'000'000'000'000);
const auto kWallNow = WallInstant::FromNanoseconds(1'800'000'000'000'000'000);

// A device, one landmark that is to probe it, and a receipt of round 7 that holds together.
class ReceiptOfTheRound : public testing::Test {
 protected:
  ReceiptOfTheRound() {
    Endorsement endorsement;
    endorsement.not_before = kWallNow - hours(1);
    endorsement.not_after = kWallNow + hours(1);
    device_.endorsement = endorsement;
    facts_.round = RoundNumber(7);
    facts_.now = kNow;
    facts_.wall_now = kWallNow;
    facts_.expected = {LandmarkId("sin-1")};
    CheckedReceipt& checked = stored_.checked;
    checked.device = device_.id();
    checked.session_counter = 1;
    checked.verifier_round = RoundNumber(7);
    checked.begin_wall = kWallNow - seconds(5);
    checked.observation.landmark = LandmarkId("sin-1");
    checked.observation.begin = kNow - seconds(5);
    checked.observation.end = kNow - seconds(1);
    checked.observation.evidence = EvidenceState::kValid;
    checked.observation.samples = {Sample{.index = 1}};
  }
  DeviceObservation Build() {
    const StoredReceipt* const receipts[] = {&stored_};
    return BuildObservation(device_, receipts, facts_, nullptr);
  }
  bool Heard() { return !Build().landmarks.front().samples.empty(); }

  EnrolledDevice device_;
  RoundFacts facts_;
  StoredReceipt stored_;
};

TEST_F(ReceiptOfTheRound, TakenInTheRoundCounts) { EXPECT_TRUE(Heard()); }

TEST_F(ReceiptOfTheRound, ThatEndsInTheFutureCountsForNothing) {
  stored_.checked.observation.end = kNow + Duration(1);
  EXPECT_FALSE(Heard());
}

TEST_F(ReceiptOfTheRound, OfSamplesOlderThanARoundMayBeCountsForNothing) {
  stored_.checked.observation.begin = kNow - kRoundLengthMax;
  EXPECT_TRUE(Heard());
  stored_.checked.observation.begin = kNow - kRoundLengthMax - Duration(1);
  EXPECT_FALSE(Heard());
}

TEST_F(ReceiptOfTheRound, DatedDaysAwayCountsForNothing) {
  stored_.checked.begin_wall = kWallNow - kReceiptWallClockOffMax - seconds(1);
  EXPECT_FALSE(Heard());
  stored_.checked.begin_wall = kWallNow + kReceiptWallClockOffMax + seconds(1);
  EXPECT_FALSE(Heard());
}

TEST_F(ReceiptOfTheRound, AnswersAreDueFromTheDeclarationOrTheVerifiersStartWhicheverIsLater) {
  facts_.awaited_since = kNow - seconds(100);
  EXPECT_EQ(Build().awaited_since, kNow - seconds(100));
  device_.declaration.site.from = kWallNow - seconds(200);
  EXPECT_EQ(Build().awaited_since, kNow - seconds(100));
  device_.declaration.site.from = kWallNow - seconds(40);
  EXPECT_EQ(Build().awaited_since, kNow - seconds(40));
  device_.declaration.site.from = kWallNow + seconds(40);
  EXPECT_EQ(Build().awaited_since, kNow + seconds(40));
  device_.declaration.site.from = WallInstant::FromNanoseconds(INT64_MAX);
  EXPECT_GT(Build().awaited_since, kNow + hours(24 * 365));
}

TEST_F(ReceiptOfTheRound, ExcuseOfRefusedHandshakesLapsesNoEarlierThanAnswersAreDue) {
  stored_.checked.observation.end = kNow + Duration(1);  // nothing was heard
  facts_.awaited_since = kNow - hours(5);
  facts_.refused_since = {{LandmarkId("sin-1"), kNow - hours(5)}};
  EXPECT_EQ(Build().landmarks.front().refused_since, kNow - hours(5));
  device_.declaration.site.from = kWallNow - seconds(40);
  EXPECT_EQ(Build().landmarks.front().refused_since, kNow - seconds(40));
}

TEST_F(ReceiptOfTheRound, RefusedHandshakesCountOnlyWithoutIt) {
  facts_.healthy = facts_.expected;
  facts_.refused_since = {{LandmarkId("sin-1"), kNow - seconds(9)}};
  EXPECT_FALSE(Build().landmarks.front().refused_since.has_value());
  EXPECT_TRUE(Build().landmarks.front().healthy);
  stored_.checked.verifier_round = RoundNumber(6);
  stored_.checked.observation.samples.clear();
  EXPECT_EQ(Build().landmarks.front().refused_since, kNow - seconds(9));
  EXPECT_FALSE(Build().landmarks.front().healthy);
}

TEST_F(ReceiptOfTheRound, RefusedHandshakesSurviveTheRecord) {
  facts_.refused_since = {{LandmarkId("sin-1"), kNow - seconds(9)}};
  v1::RoundContext record = ToRecord(facts_, {});
  EXPECT_EQ(FromRecord(record)->refused_since, facts_.refused_since);
  record.mutable_refused_handshakes(0)->set_unheard_since_ns((kNow + Duration(1)).nanoseconds());
  EXPECT_EQ(FromRecord(record).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(ReceiptOfTheRound, WhatWasTaintedAloneSurvivesTheRecordAndMarksTheLandmark) {
  EXPECT_FALSE(Build().landmarks.front().tainted_since.has_value());
  facts_.tainted_since = {{LandmarkId("sin-1"), kNow - seconds(9)}};
  EXPECT_EQ(Build().landmarks.front().tainted_since, kNow - seconds(9));
  v1::RoundContext record = ToRecord(facts_, {});
  EXPECT_EQ(FromRecord(record)->tainted_since, facts_.tainted_since);
  record.mutable_tainted_alone(0)->set_since_ns((kNow + Duration(1)).nanoseconds());
  EXPECT_EQ(FromRecord(record).error().code(), ErrorCode::kInvalidArgument);
}

// A landmark whose clock says that the endorsement was not yet in force must convict nobody.
TEST_F(ReceiptOfTheRound, IsJudgedByTheVerifiersClockNotTheLandmarks) {
  stored_.checked.begin_wall = kWallNow - hours(2);
  EXPECT_TRUE(Build().findings.empty());
  facts_.wall_now = kWallNow + hours(2);
  EXPECT_EQ(Build().findings, (std::vector{CryptographicFinding::kKeyExpired}));
}

}  // namespace
}  // namespace earshot
