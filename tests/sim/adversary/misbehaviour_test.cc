// Every misbehaviour against the production session machines.
#include "sim/adversary/misbehaviour.h"

#include <gtest/gtest.h>

#include "sim/adversary/forging_transport.h"
#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

class Misbehaviour : public testing::Test {
 protected:
  void SetUp() override {
    pair_.Handshake();
    pings_ = pair_.SendTrain();
    ASSERT_GE(pings_.size(), 2U);
  }
  // What the landmark says of `pong`; nothing may have counted before or after.
  Refusal Offer(const PongBytes& pong) {
    const Refusal refusal =
        pair_.landmark->OnPong(pong, kAgentEndpoint, pair_.clock.Read(), std::nullopt);
    EXPECT_EQ(pair_.landmark->pongs(), 0U);
    return refusal;
  }
  PongBytes Honest(const DuePing& ping) {
    PongBytes pong{};
    EXPECT_EQ(pair_.agent.OnPing(ping.bytes, kLandmarkEndpoint, pair_.Now(), pong), Refusal::kNone);
    return pong;
  }

  Pair pair_;
  std::vector<DuePing> pings_;
};

TEST_F(Misbehaviour, HonestAnswerIsAccepted) {
  EXPECT_EQ(pair_.landmark->OnPong(Honest(pings_[0]), kAgentEndpoint, pair_.clock.Read(),
                                   std::nullopt),
            Refusal::kNone);
}

TEST_F(Misbehaviour, ReflectedPingIsRefused) {
  EXPECT_EQ(Offer(ReflectedPing(pings_[0].bytes)), Refusal::kType);
}

TEST_F(Misbehaviour, EchoedNonceIsRefused) {
  EXPECT_EQ(Offer(EchoedNonce(pings_[0].bytes)), Refusal::kTag);
}

TEST_F(Misbehaviour, ForgedTagIsRefused) {
  EXPECT_EQ(Offer(ForgedTag(pings_[0].bytes, pair_.agent_random)), Refusal::kTag);
}

TEST_F(Misbehaviour, ReplayedTagIsRefused) {
  EXPECT_EQ(Offer(ReplayedTag(pings_[1].bytes, Honest(pings_[0]))), Refusal::kTag);
}

TEST_F(Misbehaviour, EarlyReplyToAPingNotYetSentIsRefused) {
  EXPECT_EQ(Offer(EarlyReply(pings_.back().bytes, pair_.agent_random)), Refusal::kIndex);
}

TEST_F(Misbehaviour, EarlyReplyToAPingUnderWayIsRefused) {
  EXPECT_EQ(Offer(EarlyReply(pings_[0].bytes, pair_.agent_random)), Refusal::kTag);
}

TEST_F(Misbehaviour, AnswerMovedToAnotherSessionIsRefused) {
  EXPECT_EQ(Offer(WrongSession(Honest(pings_[0]))), Refusal::kSession);
}

// Keeps what was sent.
class Recorder final : public DatagramTransport {
 public:
  ClockReading Send(const Endpoint&, ByteSpan datagram, std::uint64_t) override {
    sent.emplace_back(datagram.begin(), datagram.end());
    return {};
  }
  std::vector<Bytes> sent;
};

TEST_F(Misbehaviour, ForgingHostSendsNoAnswerThatCounts) {
  Recorder wire;
  ForgingTransport forger(wire, pair_.agent_random);
  for (const DuePing& ping : pings_) forger.Send(kLandmarkEndpoint, Honest(ping), 0);
  ASSERT_EQ(wire.sent.size(), pings_.size());
  for (const Bytes& sent : wire.sent) {
    EXPECT_EQ(pair_.landmark->OnPong(sent, kAgentEndpoint, pair_.clock.Read(), std::nullopt),
              Refusal::kTag);
  }
  EXPECT_EQ(pair_.landmark->pongs(), 0U);
  EXPECT_EQ(forger.forged(), pings_.size());
}

TEST_F(Misbehaviour, ForgingHostLetsTheHandshakePassAndBreaksItsEvidence) {
  Recorder wire;
  ForgingTransport forger(wire, pair_.agent_random);
  Bytes packet(1200, 0);
  for (const MessageType type : {MessageType::kHello, MessageType::kHello2}) {
    packet[wire::kTypeAt] = static_cast<std::uint8_t>(type);
    forger.Send(kLandmarkEndpoint, packet, 0);
    EXPECT_EQ(wire.sent.back(), packet);
  }
  packet[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kEvidence);
  forger.Send(kLandmarkEndpoint, packet, 0);
  ASSERT_EQ(wire.sent.size(), 3U);
  EXPECT_NE(wire.sent.back(), packet);
  EXPECT_EQ(wire.sent.back().size(), packet.size());
}

}  // namespace
}  // namespace earshot::protocol_test
