#include "bench/latency/truth_match.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

WallInstant At(Duration t) { return WallInstant::FromNanoseconds(1'000'000'000) + t; }

// A request at `t` and its answer, over a path of 5 ms with an agent that takes 8 us.
void AddTrip(std::vector<PacketTruth>& records, Duration t, FrameSummary request,
             FrameSummary answer) {
  const Duration half = microseconds(2500);
  records.push_back({At(t), At(t + half), half, half, RelayDirection::kToAgent, false, request});
  const Duration back = t + half + microseconds(8);
  records.push_back(
      {At(back), At(back + half), half, half, RelayDirection::kToLandmark, false, answer});
}
FrameSummary Udp(std::uint16_t from, std::uint16_t to, std::uint16_t bytes) {
  return {.kind = FrameKind::kUdp, .source = from, .destination = to, .payload_bytes = bytes};
}
FrameSummary Echo(std::uint8_t type, std::uint16_t sequence) {
  return {.kind = FrameKind::kIcmpEcho, .source = 7, .destination = sequence, .type = type};
}

TimedPing Named(std::uint64_t session, std::uint32_t round, std::uint32_t index) {
  return {.session = session, .round = round, .sample = {.index = index}, .user = Rtt()};
}

TEST(PairRoundTripsTest, SameIndexInTheNextRoundOfASessionIsAnotherPing) {
  std::vector<PacketTruth> records;
  for (std::uint32_t round = 1; round <= 2; ++round) {
    AddTrip(records, milliseconds(100) * round,
            {.kind = FrameKind::kEarshot, .type = 5, .index = 3, .round = round, .session = 9},
            {.kind = FrameKind::kEarshot, .type = 6, .index = 3, .round = round, .session = 9});
  }
  const auto trips = PairRoundTrips(records);
  ASSERT_EQ(trips.size(), 2U);
  EXPECT_EQ(FindPing(trips, Named(9, 1, 3))->arrived, At(milliseconds(100)));
  EXPECT_EQ(FindPing(trips, Named(9, 2, 3))->arrived, At(milliseconds(200)));
}

TEST(PairRoundTripsTest, CopyThatLeftBeforeItsOriginalIsTheOneThatWasTimed) {
  std::vector<PacketTruth> records;
  AddTrip(records, Duration(0),
          {.kind = FrameKind::kEarshot, .type = 5, .index = 3, .round = 2, .session = 9},
          {.kind = FrameKind::kEarshot, .type = 6, .index = 3, .round = 2, .session = 9});
  PacketTruth copy = records[1];
  copy.copy = true;
  records[1].leaving += microseconds(3);
  records[1].held += microseconds(3);
  records.insert(records.begin() + 1, copy);
  const auto trips = PairRoundTrips(records);
  ASSERT_EQ(trips.size(), 1U);
  EXPECT_EQ(trips[0].wire, milliseconds(5) + microseconds(8));
}

TEST(PairRoundTripsTest, PingsMeetTheirPongsAndLaterCopiesDoNotCount) {
  std::vector<PacketTruth> records;
  AddTrip(records, Duration(0),
          {.kind = FrameKind::kEarshot, .type = 5, .index = 3, .round = 2, .session = 9},
          {.kind = FrameKind::kEarshot, .type = 6, .index = 3, .round = 2, .session = 9});
  PacketTruth copy = records[0];
  copy.copy = true;
  records.push_back(copy);
  const auto trips = PairRoundTrips(records);
  ASSERT_EQ(trips.size(), 1U);
  EXPECT_EQ(trips[0].held, milliseconds(5));
  EXPECT_EQ(trips[0].wire, milliseconds(5) + microseconds(8));
  EXPECT_NE(FindPing(trips, Named(9, 2, 3)), nullptr);
  EXPECT_EQ(FindPing(trips, Named(9, 2, 4)), nullptr);
  EXPECT_EQ(FindPing(trips, Named(9, 1, 3)), nullptr);
}

TEST(PairRoundTripsTest, ConversationWithALostAnswerIsLeftOut) {
  std::vector<PacketTruth> records;
  AddTrip(records, Duration(0), Udp(40, 50, 64), Udp(50, 40, 64));
  AddTrip(records, milliseconds(5), Udp(40, 50, 64), Udp(50, 40, 64));
  AddTrip(records, milliseconds(5), Udp(41, 50, 64), Udp(50, 41, 64));
  records.erase(records.begin() + 3);
  EXPECT_EQ(PairRoundTrips(records).size(), 1U);
}

TEST(MatchPeerTest, EchoesMeetBySequence) {
  std::vector<PacketTruth> records;
  for (std::uint16_t i = 1; i <= 3; ++i) {
    AddTrip(records, milliseconds(5) * i, Echo(8, i), Echo(0, i));
  }
  const std::vector<PeerSample> samples = {{Rtt(), std::uint16_t{2}, std::nullopt},
                                           {Rtt(), std::uint16_t{9}, std::nullopt}};
  const auto matched = MatchPeer(samples, PairRoundTrips(records), FrameKind::kIcmpEcho, 0);
  ASSERT_TRUE(matched[0].has_value());
  EXPECT_EQ(matched[0]->arrived, At(milliseconds(10)));
  EXPECT_FALSE(matched[1].has_value());
}

TEST(MatchPeerTest, SendsMeetAtTheShiftWhereTheSpacingFits) {
  std::vector<PacketTruth> records;
  const std::vector<Duration> sends = {milliseconds(0), milliseconds(4), milliseconds(11),
                                       milliseconds(13), milliseconds(29), milliseconds(31)};
  for (const Duration t : sends) AddTrip(records, t, Udp(40, 50, 64), Udp(50, 40, 64));
  AddTrip(records, milliseconds(40), Udp(40, 50, 65), Udp(50, 40, 65));  // of another size
  const Duration own_clock = std::chrono::hours(3);
  std::vector<PeerSample> samples;
  for (std::size_t i = 2; i < 5; ++i) {
    samples.push_back({Rtt(), std::nullopt, own_clock + sends[i]});
  }
  const auto matched = MatchPeer(samples, PairRoundTrips(records), FrameKind::kUdp, 64);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(matched[i].has_value());
    EXPECT_EQ(matched[i]->arrived, At(sends[i + 2]));
  }
}

TEST(MatchPeerTest, SendsThatFitNowhereStayWithoutTruth) {
  std::vector<PacketTruth> records;
  for (int i = 0; i < 4; ++i) {
    AddTrip(records, milliseconds(5) * i, Udp(40, 50, 64), Udp(50, 40, 64));
  }
  std::vector<PeerSample> samples;
  for (int i = 0; i < 4; ++i) samples.push_back({Rtt(), std::nullopt, milliseconds(50) * i});
  const auto matched = MatchPeer(samples, PairRoundTrips(records), FrameKind::kUdp, 64);
  for (const auto& one : matched) EXPECT_FALSE(one.has_value());
  EXPECT_TRUE(MatchPeer({}, PairRoundTrips(records), FrameKind::kUdp, 64).empty());
}

}  // namespace
}  // namespace earshot
