#include "core/protocol/landmark_session.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class OpenLandmark : public testing::Test {
 protected:
  void SetUp() override {
    pair_.Handshake();
    pings_ = pair_.SendTrain();
  }
  Refusal Pong(ByteSpan pong, const Endpoint& from = kAgentEndpoint) {
    return pair_.landmark->OnPong(pong, from, pair_.clock.Read(), std::nullopt);
  }
  PongBytes AnswerTo(const DuePing& ping) {
    PongBytes pong{};
    EXPECT_EQ(pair_.agent.OnPing(ping.bytes, kLandmarkEndpoint, pair_.Now(), pong), Refusal::kNone);
    return pong;
  }

  Pair pair_;
  std::vector<DuePing> pings_;
};

TEST_F(OpenLandmark, SecondPongToOneIndexIsRefused) {
  const PongBytes pong = AnswerTo(pings_[0]);
  EXPECT_EQ(Pong(pong), Refusal::kNone);
  EXPECT_EQ(Pong(pong), Refusal::kDuplicate);
  EXPECT_EQ(pair_.landmark->pongs(), 1U);
}

TEST_F(OpenLandmark, PongFromAnotherAddressIsRefused) {
  const PongBytes pong = AnswerTo(pings_[0]);
  EXPECT_EQ(Pong(pong, kStranger), Refusal::kSource);
  EXPECT_EQ(Pong(pong), Refusal::kNone);
}

TEST_F(OpenLandmark, PongToAnIndexNotYetSentIsRefused) {
  PongBytes pong = AnswerTo(pings_[0]);
  pong[wire::kIndexAt + 3] = 6;
  EXPECT_EQ(Pong(pong), Refusal::kIndex);
}

TEST_F(OpenLandmark, PingSentBackIsNoPong) {
  EXPECT_EQ(Pong(pings_[0].bytes), Refusal::kType);
  PingBytes echo = pings_[0].bytes;
  echo[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kPong);
  EXPECT_EQ(Pong(echo), Refusal::kTag);
}

TEST_F(OpenLandmark, LatePongOfATimedOutTrainStillCounts) {
  const PongBytes pong = AnswerTo(pings_[0]);
  pair_.clock.Advance(seconds(2));
  pair_.landmark->OnTimer(pair_.Now());
  EXPECT_EQ(Pong(pong), Refusal::kNone);
}

TEST_F(OpenLandmark, ThreeUnansweredTrainsCloseIt) {
  for (int train = 1; train <= 3; ++train) {
    EXPECT_TRUE(pair_.landmark->sampling());
    pair_.clock.Set({.monotonic = pair_.landmark->NextWake(), .wall = {}});
    pair_.landmark->OnTimer(pair_.Now());
    if (train < 3) pair_.SendTrain();
  }
  EXPECT_FALSE(pair_.landmark->sampling());
  EXPECT_FALSE(pair_.landmark->StartTrain(pair_.Now()));
  EXPECT_FALSE(pair_.landmark->NextPing(pair_.Now()).has_value());
}

TEST_F(OpenLandmark, NoTrainStartsAfterTheLifetime) {
  ASSERT_EQ(Pong(AnswerTo(pings_[0])), Refusal::kNone);
  pair_.clock.Advance(pair_.options.terms.lifetime);
  EXPECT_FALSE(pair_.landmark->StartTrain(pair_.Now()));
  EXPECT_TRUE(pair_.landmark->sampling()) << "EVIDENCE may still come";
  pair_.clock.Advance(pair_.options.linger);
  pair_.landmark->OnTimer(pair_.Now());
  EXPECT_FALSE(pair_.landmark->sampling());
}

TEST_F(OpenLandmark, EvidenceIsAnsweredAlikeThreeTimesMore) {
  ASSERT_EQ(Pong(AnswerTo(pings_[0])), Refusal::kNone);
  const Packet evidence = pair_.Evidence();
  Packet first;
  ASSERT_EQ(pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), first),
            Refusal::kNone);
  EXPECT_LE(first.size, evidence.size);
  Packet again;
  for (std::uint32_t i = 0; i < kReceiptRepeatsMax; ++i) {
    EXPECT_EQ(pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), again),
              Refusal::kNone);
    EXPECT_EQ(again.bytes, first.bytes);
  }
  EXPECT_EQ(pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), again),
            Refusal::kRepeated);
  EXPECT_EQ(again.size, 0U);
  Packet bent = evidence;
  bent.bytes[1199] ^= 1U;
  EXPECT_EQ(pair_.landmark->OnEvidence(bent.view(), kAgentEndpoint, pair_.clock.Read(), again),
            Refusal::kState);
  EXPECT_EQ(pair_.agent.OnDatagram(first.view(), kLandmarkEndpoint, pair_.Now()), Refusal::kNone);
  EXPECT_EQ(pair_.agent.sessions_closed_by_receipt(), 1U);
}

TEST_F(OpenLandmark, EveryBitOfEvidenceAndReceiptCounts) {
  ASSERT_EQ(Pong(AnswerTo(pings_[0])), Refusal::kNone);
  const Packet evidence = pair_.Evidence();
  Packet receipt;
  for (std::size_t bit = 0; bit < evidence.size * 8; ++bit) {
    Packet bent = evidence;
    bent.bytes[bit / 8] = static_cast<std::uint8_t>(bent.bytes[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_NE(pair_.landmark->OnEvidence(bent.view(), kAgentEndpoint, pair_.clock.Read(), receipt),
              Refusal::kNone);
    EXPECT_EQ(receipt.size, 0U);
  }
  EXPECT_TRUE(pair_.landmark->sampling());
  ASSERT_EQ(pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), receipt),
            Refusal::kNone);
  for (std::size_t bit = 0; bit < receipt.size * 8; ++bit) {
    Packet bent = receipt;
    bent.bytes[bit / 8] = static_cast<std::uint8_t>(bent.bytes[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_NE(pair_.agent.OnDatagram(bent.view(), kLandmarkEndpoint, pair_.Now()), Refusal::kNone);
  }
  EXPECT_EQ(pair_.agent.state(), AgentState::kAwaitReceipt);
}

TEST_F(OpenLandmark, PongAfterTheEvidenceIsNoSample) {
  ASSERT_EQ(Pong(AnswerTo(pings_[0])), Refusal::kNone);
  const PongBytes late = AnswerTo(pings_[1]);
  const Packet evidence = pair_.Evidence();
  Packet receipt;
  ASSERT_EQ(pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), receipt),
            Refusal::kNone);
  EXPECT_EQ(Pong(late), Refusal::kState);
}

TEST_F(OpenLandmark, ClosedSessionIsForgottenAfterItsReceiptAndItsLinger) {
  pair_.landmark->Close(RoundNumber(1), pair_.Now(), 0);
  EXPECT_FALSE(pair_.landmark->Forgettable(pair_.Now()));
  pair_.clock.Advance(pair_.options.linger);
  EXPECT_TRUE(pair_.landmark->Forgettable(pair_.Now()));
  EXPECT_EQ(pair_.landmark->NextWake(), pair_.Now());
}

// The table of docs/PROTOCOL.md, section 7, over every state and every message.
TEST(LandmarkTable, IsThePagesTable) {
  for (std::size_t type = 1; type <= kMessageTypes; ++type) {
    const auto message = static_cast<MessageType>(type);
    const bool open_acts = message == MessageType::kHello2 || message == MessageType::kPong ||
                           message == MessageType::kEvidence;
    EXPECT_EQ(kLandmarkTable[0][type - 1] != LandmarkAction::kDrop, open_acts);
    EXPECT_EQ(kLandmarkTable[1][type - 1] != LandmarkAction::kDrop,
              message == MessageType::kEvidence);
  }
}

TEST(LandmarkTable, ClosedSessionIsDeafToGenuineMessages) {
  Pair pair;
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  ASSERT_EQ(pair.Exchange(pings[0], milliseconds(1)), Refusal::kNone);
  PongBytes pong{};
  ASSERT_EQ(pair.agent.OnPing(pings[1].bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
  const Packet evidence = pair.Evidence();
  pair.landmark->Close(RoundNumber(1), pair.Now(), 0);
  Packet receipt;
  EXPECT_EQ(pair.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair.clock.Read(), receipt),
            Refusal::kState);
  EXPECT_EQ(receipt.size, 0U);
  EXPECT_EQ(pair.landmark->OnPong(pong, kAgentEndpoint, pair.clock.Read(), std::nullopt),
            Refusal::kState);
  EXPECT_EQ(pair.landmark->OnHello2Again(kAgentEndpoint), Refusal::kState);
}

TEST(Landmark, StampsReachTheResolver) {
  static ProbeStamps seen;
  LandmarkSessionOptions options = Pair::DefaultOptions();
  options.resolve = [](std::uint32_t index, const ProbeStamps& stamps) {
    seen = stamps;
    return ResolveOnRawClock(index, stamps);
  };
  Pair pair(options);
  pair.Handshake();
  const ClockReading sent = pair.clock.Read();
  const std::vector<DuePing> pings = pair.SendTrain();
  PongBytes pong{};
  ASSERT_EQ(pair.agent.OnPing(pings[0].bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
  const WallInstant received = pair.clock.Read().wall;
  pair.clock.Advance(milliseconds(1));
  ASSERT_EQ(pair.landmark->OnPong(pong, kAgentEndpoint, pair.clock.Read(), received),
            Refusal::kNone);
  pair.landmark->OnTransmitStamp(1, sent.wall + Duration(5), sent.wall + Duration(9));
  pair.landmark->OnTransmitStamp(0, sent.wall, sent.wall);
  pair.landmark->OnTransmitStamp(999, sent.wall, sent.wall);
  pair.landmark->Close(RoundNumber(1), pair.Now(), 0);
  EXPECT_EQ(seen.before_send, sent);
  EXPECT_EQ(seen.after_receive, pair.clock.Read());
  EXPECT_EQ(seen.kernel_transmit, sent.wall + Duration(5));
  EXPECT_EQ(seen.transmit_not_after, sent.wall + Duration(9));
  EXPECT_EQ(seen.kernel_receive, received);
}

TEST(Landmark, TransmitStampsInAnyOrderServeTheirOwnPingsAndMissingOnesNobody) {
  static std::map<std::uint32_t, ProbeStamps> seen;
  seen.clear();
  LandmarkSessionOptions options = Pair::DefaultOptions();
  options.resolve = [](std::uint32_t index, const ProbeStamps& stamps) {
    seen[index] = stamps;
    return ResolveOnRawClock(index, stamps);
  };
  Pair pair(options);
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  ASSERT_GE(pings.size(), 4U);
  const WallInstant wall = pair.clock.Read().wall;
  // Of 4 before its pong, of 1 after the pong, twice; none of 2; those of pongs that never came.
  pair.landmark->OnTransmitStamp(4, wall + Duration(4), wall + Duration(40));
  for (const std::uint32_t index : {4U, 1U, 2U}) {
    ASSERT_EQ(pair.Exchange(pings[index - 1], milliseconds(5)), Refusal::kNone);
  }
  pair.landmark->OnTransmitStamp(3, wall + Duration(3), wall + Duration(30));
  pair.landmark->OnTransmitStamp(1, wall + Duration(1), wall + Duration(10));
  pair.landmark->OnTransmitStamp(1, wall + Duration(1), wall + Duration(10));
  pair.landmark->Close(RoundNumber(1), pair.Now(), 0);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].kernel_transmit, wall + Duration(1));
  EXPECT_EQ(seen[1].transmit_not_after, wall + Duration(10));
  EXPECT_FALSE(seen[2].kernel_transmit.has_value());
  EXPECT_EQ(seen[4].kernel_transmit, wall + Duration(4));
}

TEST(Landmark, PingThatWasNeverSentHasNoSample) {
  Pair pair;
  pair.Handshake();
  ASSERT_TRUE(pair.landmark->StartTrain(pair.Now()));
  const std::optional<DuePing> ping = pair.landmark->NextPing(pair.Now());
  ASSERT_TRUE(ping.has_value());
  PongBytes pong{};
  ASSERT_EQ(pair.agent.OnPing(ping->bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
  EXPECT_EQ(pair.landmark->OnPong(pong, kAgentEndpoint, pair.clock.Read(), std::nullopt),
            Refusal::kIndex);
}

TEST(Landmark, TermsOutsideTheWireAreRefused) {
  Pair pair;
  const Packet hello2 = pair.Hello2After(pair.RetryTo(pair.Hello()));
  pair.options.terms.chain_length = 257;
  const auto session =
      LandmarkSession::Open(*pair.acceptor.OpenHello2(hello2.view(), kAgentEndpoint), pair.keys,
                            pair.options, SessionId(1), pair.landmark_random, pair.clock.Read());
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace earshot::protocol_test
