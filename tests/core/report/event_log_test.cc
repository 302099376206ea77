#include "core/report/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/sha256.h"

namespace earshot {
namespace {

using testing::HasSubstr;

constexpr Duration kAt = std::chrono::milliseconds(1500);

Bytes32 HashOf(const std::vector<EventRecord>& records) {
  EventLog log;
  for (const EventRecord& record : records) log.Append(record);
  return log.hash();
}

TEST(EventLog, HashStartsAtZeroAndChangesWithEveryRecord) {
  EventLog log;
  EXPECT_EQ(log.hash(), Bytes32{});
  log.Append(RoundClosedEvent(kAt, RoundNumber(1), 24));
  const Bytes32 first = log.hash();
  EXPECT_NE(first, Bytes32{});
  log.Append(RoundClosedEvent(kAt, RoundNumber(1), 24));
  EXPECT_NE(log.hash(), first);
  EXPECT_EQ(log.count(), 2U);
}

TEST(EventLog, EqualRecordsGiveEqualHashes) {
  const Sample sample{.index = 3, .rtt = Rtt::FromDuration(std::chrono::microseconds(8930))};
  const auto records = [&] {
    return std::vector<EventRecord>{
        SessionOpenedEvent(kAt, LandmarkId("sin-1"), DeviceId(), SessionId(7), 1),
        SampleEvent(kAt, LandmarkId("sin-1"), DeviceId(), SessionId(7), 1, RoundNumber(1),
                    sample)};
  };
  EXPECT_EQ(HashOf(records()), HashOf(records()));
}

TEST(EventLog, SampleSaysTheSchedulingClassWhereThereIsOne) {
  const auto sample = [](std::string_view scheduling) {
    return SampleEvent(kAt, LandmarkId("sin-1"), DeviceId(), SessionId(7), 1, RoundNumber(1),
                       Sample{}, scheduling);
  };
  EXPECT_EQ(sample("SCHED_FIFO 30").fields.size(), sample("").fields.size() + 1);
  EXPECT_EQ(sample("SCHED_FIFO 30").fields.back().name, "scheduling");
  EXPECT_NE(HashOf({sample("SCHED_FIFO 30")}), HashOf({sample("SCHED_OTHER")}));
}

TEST(EventLog, SampleNamesTheRoundOfItsSessionBesideTheVerifiers) {
  const auto sample = [](std::uint32_t session_round) {
    return SampleEvent(kAt, LandmarkId("sin-1"), DeviceId(), SessionId(7), session_round,
                       RoundNumber(9), Sample{});
  };
  EXPECT_THAT(EventLine(sample(4)), HasSubstr(R"("session_round":4,"round":9,)"));
  EXPECT_NE(HashOf({sample(4)}), HashOf({sample(5)}));
}

TEST(EventLog, OrderAndEveryFieldCount) {
  const EventRecord a = PacketsRefusedEvent(kAt, LandmarkId("sin-1"), "bad_tag", 3);
  const EventRecord b = PacketsRefusedEvent(kAt, LandmarkId("sin-1"), "bad_tag", 4);
  const EventRecord c = PacketsRefusedEvent(kAt, LandmarkId("sin-2"), "bad_tag", 3);
  const EventRecord d = PacketsRefusedEvent(kAt + Duration(1), LandmarkId("sin-1"), "bad_tag", 3);
  EXPECT_NE(HashOf({a}), HashOf({b}));
  EXPECT_NE(HashOf({a}), HashOf({c}));
  EXPECT_NE(HashOf({a}), HashOf({d}));
  EXPECT_NE(HashOf({a, b}), HashOf({b, a}));
}

TEST(EventLog, TextCannotImitateTheNextField) {
  const EventRecord one{EventKind::kRunStopped, kAt, {{"a", std::string("x")}, {"b", std::string()}}};
  const EventRecord other{EventKind::kRunStopped, kAt, {{"a", std::string()}, {"b", std::string("x")}}};
  EXPECT_NE(HashOf({one}), HashOf({other}));
}

// The encoding is a promise: hashes of two versions are compared with each other.
TEST(EventLog, EncodingOfARecordIsFixed) {
  const Bytes encoding = *HexDecode("040000000059682f0002"
                                    "00000005" "726f756e64" "00" "0000000000000002"
                                    "00000007" "64657669636573" "00" "0000000000000018");
  const Bytes32 zero{};
  EXPECT_EQ(HashOf({RoundClosedEvent(kAt, RoundNumber(2), 24)}),
            Sha256({ByteSpan(zero), ByteSpan(encoding)}));
}

TEST(EventLog, SinkGetsOneJsonLineARecord) {
  std::string lines;
  EventLog log([&](std::string_view line) { lines += line; });
  log.Append(RoundClosedEvent(kAt, RoundNumber(2), 24));
  EXPECT_EQ(lines,
            "{\"event\":\"round_closed\",\"at_ns\":1500000000,\"round\":2,\"devices\":24}\n");
}

TEST(EventLog, TextIsEscapedInJson) {
  EXPECT_THAT(EventLine(RunStoppedEvent(kAt, "relay \"eu\"\n\\ died")),
              HasSubstr(R"("why":"relay \"eu\"\u000a\\ died")"));
}

TEST(EventLog, IntegersBeyondADoubleArePrintedAsText) {
  const std::int64_t exact = std::int64_t{1} << 53U;
  EXPECT_THAT(EventLine(PacketsRefusedEvent(kAt, LandmarkId("l"), "x", 9007199254740992U)),
              HasSubstr("\"count\":9007199254740992}"));
  EXPECT_THAT(EventLine(PacketsRefusedEvent(kAt, LandmarkId("l"), "x",
                                            static_cast<std::uint64_t>(exact) + 1)),
              HasSubstr("\"count\":\"9007199254740993\"}"));
}

TEST(EventLog, VerdictRecordNamesVerdictBasisAndReasons) {
  Appraisal appraisal;
  appraisal.headline = Verdict::kContradicted;
  appraisal.site = {Verdict::kContradicted, Basis::kVacuum, {{.code = ReasonCode::kSiteOutsideRegion}}};
  const std::string line = EventLine(VerdictEvent(kAt, appraisal));
  EXPECT_THAT(line, HasSubstr("\"headline\":\"CONTRADICTED\""));
  EXPECT_THAT(line, HasSubstr("\"site_basis\":\"vacuum\""));
  EXPECT_THAT(line, HasSubstr("\"site_reasons\":\"SITE_OUTSIDE_REGION\""));
}

}  // namespace
}  // namespace earshot
