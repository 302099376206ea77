#include "core/protocol/agent_session.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/sha256.h"
#include "core/protocol/receipt_check.h"
#include "core/protocol/retry.h"
#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class OpenAgent : public testing::Test {
 protected:
  void SetUp() override {
    pair_.Handshake();
    pings_ = pair_.SendTrain();
    ASSERT_EQ(pings_.size(), 5U);
  }
  Refusal Ping(ByteSpan ping, const Endpoint& from = kLandmarkEndpoint) {
    return pair_.agent.OnPing(ping, from, pair_.Now(), pair_.pong);
  }
  // Ping i of the train, from 1.
  const PingBytes& At(std::size_t index) const { return pings_[index - 1].bytes; }

  Pair pair_;
  std::vector<DuePing> pings_;
};

TEST_F(OpenAgent, LateLowerIndexIsAnsweredOnce) {
  EXPECT_EQ(Ping(At(3)), Refusal::kNone);
  EXPECT_EQ(Ping(At(1)), Refusal::kNone);
  EXPECT_EQ(Ping(At(2)), Refusal::kNone);
  for (std::size_t i = 1; i <= 3; ++i) EXPECT_EQ(Ping(At(i)), Refusal::kDuplicate);
  EXPECT_EQ(Ping(At(5)), Refusal::kNone);
}

TEST_F(OpenAgent, IndexIsAnsweredOnceHoweverOftenItIsResent) {
  ASSERT_EQ(Ping(At(1)), Refusal::kNone);
  for (int i = 0; i < 100; ++i) {
    pair_.clock.Advance(milliseconds(1));
    EXPECT_EQ(Ping(At(1)), Refusal::kDuplicate);
  }
  EXPECT_EQ(pair_.agent.pongs(), 1U);
}

TEST_F(OpenAgent, EveryOtherLengthIsRefused) {
  Bytes longer(At(1).begin(), At(1).end());
  for (std::size_t size = 0; size < 64; ++size) {
    EXPECT_EQ(Ping(ByteSpan(At(1)).first(size)), Refusal::kLength);
  }
  longer.resize(65);
  EXPECT_EQ(Ping(longer), Refusal::kLength);
  longer.resize(1200);
  EXPECT_EQ(Ping(longer), Refusal::kLength);
  EXPECT_EQ(Ping(At(1)), Refusal::kNone);
}

TEST_F(OpenAgent, WrongSourceSessionRoundVersionOrIndexIsRefused) {
  EXPECT_EQ(Ping(At(1), kStranger), Refusal::kSource);
  const auto bent = [this](std::size_t at) {
    PingBytes ping = At(1);
    ping[at] = static_cast<std::uint8_t>(ping[at] + 1);
    return Ping(ping);
  };
  EXPECT_EQ(bent(wire::kSessionAt), Refusal::kSession);
  EXPECT_EQ(bent(wire::kRoundAt + 3), Refusal::kRound);
  EXPECT_EQ(bent(wire::kVersionAt), Refusal::kVersion);
  EXPECT_EQ(bent(wire::kIndexAt + 3), Refusal::kChain);
  EXPECT_EQ(bent(wire::kIndexAt), Refusal::kIndex);
  EXPECT_EQ(Ping(At(1)), Refusal::kNone);
}

TEST_F(OpenAgent, PingBeyondTheEndOfTheChainIsRefused) {
  const Bytes32 guess{};
  const auto index = static_cast<std::uint32_t>(pair_.options.terms.chain_length + 1);
  const PingBytes ping = WritePing(pair_.landmark->id().value(), 1, index, guess);
  EXPECT_EQ(Ping(ping), Refusal::kIndex);
}

TEST_F(OpenAgent, PingOfAnotherSessionIsRefused) {
  Pair other(Pair::DefaultOptions(), 2);
  other.Handshake();  // the same session id, another chain
  const std::vector<DuePing> foreign = other.SendTrain();
  EXPECT_EQ(Ping(foreign[0].bytes), Refusal::kChain);
  EXPECT_EQ(Ping(At(1)), Refusal::kNone);
  // And no pong of one session counts in the other.
  EXPECT_EQ(other.landmark->OnPong(pair_.pong, kAgentEndpoint, other.clock.Read(), std::nullopt),
            Refusal::kTag);
}

TEST_F(OpenAgent, StaleSessionAnswersNothing) {
  pair_.clock.Advance(pair_.options.terms.lifetime);
  EXPECT_EQ(Ping(At(1)), Refusal::kState);
}

TEST_F(OpenAgent, EvidenceEndsTheAnswers) {
  ASSERT_EQ(Ping(At(1)), Refusal::kNone);
  pair_.Evidence();
  EXPECT_EQ(Ping(At(2)), Refusal::kState);
}

TEST_F(OpenAgent, SpinLastsFromAFirstPingToTheEndOfItsTrain) {
  EXPECT_FALSE(pair_.agent.SpinUntil().has_value());
  ASSERT_EQ(Ping(At(2)), Refusal::kNone);
  EXPECT_EQ(pair_.agent.SpinUntil(), pair_.Now() + milliseconds(2));
  ASSERT_EQ(Ping(At(5)), Refusal::kNone);
  EXPECT_FALSE(pair_.agent.SpinUntil().has_value());
}

TEST(Agent, PingsAboveTheAgreedRateAreRefused) {
  LandmarkSessionOptions options = Pair::DefaultOptions();
  options.terms.pings_per_second = 3;
  Pair pair(options);
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  const auto ping = [&](std::size_t i) {
    return pair.agent.OnPing(pings[i].bytes, kLandmarkEndpoint, pair.Now(), pair.pong);
  };
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ping(i), Refusal::kNone);
  EXPECT_EQ(ping(3), Refusal::kRate);
  pair.clock.Advance(seconds(1));
  EXPECT_EQ(ping(3), Refusal::kNone);
}

TEST(Agent, HelloIsRepeatedUnchangedThenStartedAnew) {
  Pair pair;
  const Packet first = pair.Hello();
  Packet out;
  EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
  for (const int pause_ms : {250, 500, 1000, 2000, 2000}) {
    pair.clock.Advance(milliseconds(pause_ms) - Duration(1));
    EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
    pair.clock.Advance(Duration(1));
    ASSERT_TRUE(pair.agent.OnTimer(pair.Now(), out));
    EXPECT_EQ(out.bytes, first.bytes);
  }
  pair.clock.Advance(seconds(2));
  EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
  EXPECT_EQ(pair.agent.state(), AgentState::kIdle);
  EXPECT_EQ(pair.agent.NextWake(), pair.Now() + milliseconds(250));
  pair.clock.Advance(milliseconds(250));
  ASSERT_TRUE(pair.agent.OnTimer(pair.Now(), out));
  EXPECT_NE(out.bytes, first.bytes);
}

TEST(Agent, PauseBetweenAttemptsDoublesUpToItsLimit) {
  Pair pair;
  Duration pause{};
  Packet out;
  for (int attempt = 0; attempt < 8; ++attempt) {
    do {
      pair.clock.Set({.monotonic = pair.agent.NextWake(), .wall = {}});
    } while (pair.agent.OnTimer(pair.Now(), out));
    pause = pair.agent.NextWake() - pair.Now();
  }
  EXPECT_EQ(pause, kAttemptPauseMax);
}

TEST(Agent, EveryHello2TakesANewCounter) {
  Pair pair;
  for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
    const Packet hello2 = pair.Hello2After(pair.RetryTo(pair.Hello()));
    EXPECT_EQ(pair.acceptor.OpenHello2(hello2.view(), kAgentEndpoint)->session_counter, attempt);
    Packet out;
    while (pair.agent.state() != AgentState::kIdle) {
      pair.clock.Set({.monotonic = pair.agent.NextWake(), .wall = {}});
      if (!pair.agent.OnTimer(pair.Now(), out)) continue;
      EXPECT_EQ(out.bytes, hello2.bytes);  // the same counter in the same bytes alone
    }
    pair.clock.Set({.monotonic = pair.agent.NextWake(), .wall = {}});
  }
}

TEST(Agent, WithoutACounterNothingIsSignedAndTheAttemptIsRetried) {
  Pair pair;
  const Packet retry = pair.RetryTo(pair.Hello());
  pair.counter.broken = true;
  EXPECT_EQ(pair.agent.OnDatagram(retry.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
  Packet out;
  EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
  EXPECT_EQ(pair.agent.state(), AgentState::kIdle);
  ASSERT_TRUE(pair.agent.counter_error().has_value());
  pair.counter.broken = false;
  pair.clock.Set({.monotonic = pair.agent.NextWake(), .wall = {}});
  pair.Handshake();
  EXPECT_FALSE(pair.agent.counter_error().has_value());
}

// An observer of the path answers HELLO before, or after, the landmark does.
class FalseRetry : public testing::Test {
 protected:
  // A RETRY to `hello` with a cookie that no landmark made.
  static Packet Forged(const Packet& hello, std::uint8_t number) {
    Packet retry;
    WriteRetry({.cookie = Bytes32{0xf0, number}, .hello_sha256 = Sha256(hello.view())}, retry);
    return retry;
  }
  Refusal Deliver(const Packet& packet) {
    return pair_.agent.OnDatagram(packet.view(), kLandmarkEndpoint, pair_.Now());
  }
  // What the agent sends at its next instant.
  Packet Next() {
    Packet out;
    pair_.clock.Set({.monotonic = pair_.agent.NextWake(), .wall = pair_.clock.Read().wall});
    EXPECT_TRUE(pair_.agent.OnTimer(pair_.Now(), out));
    return out;
  }
  bool CookieIsTrue(const Packet& hello2) {
    Bytes32 transcript{};
    return pair_.acceptor.CheckHello2(hello2.view(), kAgentEndpoint, pair_.Now(), transcript) ==
           Refusal::kNone;
  }
  // The session works to its end, with the counter of the HELLO2 that was answered.
  void ExpectEvidenceIsTaken() {
    ASSERT_EQ(pair_.Exchange(pair_.SendTrain()[0], milliseconds(1)), Refusal::kNone);
    Packet receipt;
    ASSERT_EQ(pair_.landmark->OnEvidence(pair_.Evidence().view(), kAgentEndpoint, pair_.clock.Read(),
                                         receipt),
              Refusal::kNone);
    EXPECT_EQ(Deliver(receipt), Refusal::kNone);
    const ClosedRound closed = pair_.landmark->Close(RoundNumber(1), pair_.Now(), 0);
    const auto checked = CheckReceipt(closed.receipt, closed.evidence, pair_.listed);
    ASSERT_TRUE(checked.has_value()) << checked.error().message();
    EXPECT_EQ(checked->observation.evidence, EvidenceState::kValid);
  }

  Pair pair_;
};

TEST_F(FalseRetry, BeforeTheTrueOneCostsTwoTransmissionsAndNoAttempt) {
  const Packet hello = pair_.Hello();
  ASSERT_EQ(Deliver(Forged(hello, 1)), Refusal::kNone);
  const Packet first = Next();
  EXPECT_FALSE(CookieIsTrue(first));
  ASSERT_EQ(Deliver(pair_.RetryTo(hello)), Refusal::kNone);
  EXPECT_EQ(Next().bytes, first.bytes);
  const MonotonicInstant before = pair_.Now();
  const Packet third = Next();
  ASSERT_TRUE(CookieIsTrue(third));
  EXPECT_EQ(pair_.Now() - before, milliseconds(500));
  EXPECT_EQ(pair_.counter.last, 2U) << "other bytes, another counter";
  pair_.OpenLandmarkSession(third);
  pair_.Welcome();
  ExpectEvidenceIsTaken();
}

TEST_F(FalseRetry, AfterTheTrueOneDoesNotTakeItsPlace) {
  const Packet hello = pair_.Hello();
  const Packet first = pair_.Hello2After(pair_.RetryTo(hello));
  ASSERT_EQ(Deliver(Forged(hello, 1)), Refusal::kNone);
  EXPECT_EQ(Next().bytes, first.bytes);
  EXPECT_FALSE(CookieIsTrue(Next()));
  EXPECT_EQ(Next().bytes, first.bytes) << "the true one comes again in its turn";
  pair_.OpenLandmarkSession(first);
  pair_.Welcome();
  ExpectEvidenceIsTaken();
}

TEST_F(FalseRetry, BeyondTheLimitIsRefusedAndCostsNothing) {
  const Packet hello = pair_.Hello();
  for (std::uint8_t i = 1; i <= kCookiesMax; ++i) {
    ASSERT_EQ(Deliver(Forged(hello, i)), Refusal::kNone);
  }
  for (std::uint8_t i = 100; i < 200; ++i) {
    EXPECT_EQ(Deliver(Forged(hello, i)), Refusal::kLimit);
  }
  for (std::uint32_t i = 0; i < kHandshakeTransmissionsMax; ++i) {
    EXPECT_FALSE(CookieIsTrue(Next()));
  }
  EXPECT_EQ(pair_.counter.last, kCookiesMax);
  Packet out;
  pair_.clock.Set({.monotonic = pair_.agent.NextWake(), .wall = {}});
  EXPECT_FALSE(pair_.agent.OnTimer(pair_.Now(), out));
  EXPECT_EQ(pair_.agent.state(), AgentState::kIdle);
}

TEST_F(FalseRetry, ForAnotherHelloIsRefused) {
  const Packet hello = pair_.Hello();
  Packet other = hello;
  other.bytes[wire::kHelloNonceAt] ^= 1;
  EXPECT_EQ(Deliver(Forged(other, 1)), Refusal::kHelloHash);
  ASSERT_EQ(Deliver(pair_.RetryTo(hello)), Refusal::kNone);
  EXPECT_EQ(Deliver(Forged(other, 1)), Refusal::kHelloHash);
}

TEST_F(FalseRetry, CannotMakeAWelcomeCountForAHello2NeverSent) {
  const Packet hello = pair_.Hello();
  const Packet sent = pair_.Hello2After(pair_.RetryTo(hello));
  ASSERT_EQ(Deliver(Forged(hello, 1)), Refusal::kNone);  // kept, not tried yet: its hash is zero
  pair_.OpenLandmarkSession(sent);
  WelcomeBytes welcome = pair_.landmark->welcome();
  std::ranges::fill(std::span(welcome).subspan(wire::kHeaderBytes, wire::kHashBytes),
                    std::uint8_t{0});
  EXPECT_EQ(pair_.agent.OnDatagram(welcome, kLandmarkEndpoint, pair_.Now()), Refusal::kTranscript);
}

TEST(Agent, EvidenceIsRepeatedThenGivenUp) {
  Pair pair;
  pair.Handshake();
  ASSERT_EQ(pair.Exchange(pair.SendTrain()[0], milliseconds(1)), Refusal::kNone);
  const Packet evidence = pair.Evidence();
  Packet out;
  for (const int pause_ms : {300, 600, 1200}) {
    pair.clock.Advance(milliseconds(pause_ms) - Duration(1));
    EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
    pair.clock.Advance(Duration(1));
    ASSERT_TRUE(pair.agent.OnTimer(pair.Now(), out));
    EXPECT_EQ(out.bytes, evidence.bytes);
  }
  pair.clock.Advance(milliseconds(1200));
  EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
  EXPECT_EQ(pair.agent.state(), AgentState::kIdle);
  EXPECT_EQ(pair.agent.sessions_closed_by_receipt(), 0U);
}

TEST(Agent, UnusedSessionEndsWithoutEvidence) {
  Pair pair;
  pair.Handshake();
  EXPECT_EQ(pair.agent.NextWake(), pair.Now() + pair.options.terms.lifetime);
  pair.clock.Advance(pair.options.terms.lifetime);
  Packet out;
  EXPECT_FALSE(pair.agent.OnTimer(pair.Now(), out));
  EXPECT_EQ(pair.agent.state(), AgentState::kIdle);
}

TEST(Agent, LastIndexMakesEvidenceDueAtOnce) {
  LandmarkSessionOptions options = Pair::DefaultOptions();
  options.terms.chain_length = 5;
  Pair pair(options);
  pair.Handshake();
  ASSERT_EQ(pair.Exchange(pair.SendTrain()[4], milliseconds(1)), Refusal::kNone);
  Packet out;
  ASSERT_TRUE(pair.agent.OnTimer(pair.Now(), out));
  EXPECT_EQ(PeekType(out.view()), MessageType::kEvidence);
}

TEST(Agent, NewKeysInTheListEndTheSessionAndOldOnesDoNot) {
  Pair pair;
  pair.Handshake();
  pair.agent.UpdateLandmark(pair.listed, pair.Now());
  EXPECT_EQ(pair.agent.state(), AgentState::kOpen);
  ListedLandmark moved = pair.listed;
  moved.endpoint.port = 1;
  pair.agent.UpdateLandmark(moved, pair.Now());
  EXPECT_EQ(pair.agent.state(), AgentState::kIdle);
}

TEST(Agent, OverlongModelIsCutBetweenCharacters) {
  Pair pair;
  SystemClaims claims;
  for (std::size_t i = 0; i < kModelBytesMax; ++i) claims.model += "\u00e9";  // two bytes each
  AgentSession agent({.device_key = &pair.device, .claims = claims}, pair.counter, pair.listed,
                     pair.agent_random, {}, pair.Now());
  EXPECT_EQ(agent.state(), AgentState::kIdle);  // its EVIDENCE: ReceiptCheck.LongestClaimsFit
}

// The table of docs/PROTOCOL.md, section 7, over every state and every message.
TEST(AgentTable, ActsOnWhatItWaitsForAndDropsTheRest) {
  const std::vector<MessageType> acted_on[kAgentStates] = {
      {}, {MessageType::kRetry}, {MessageType::kRetry, MessageType::kWelcome},
      {MessageType::kPing}, {MessageType::kReceipt}};
  for (std::size_t state = 0; state < kAgentStates; ++state) {
    for (std::size_t type = 1; type <= kMessageTypes; ++type) {
      const bool acts = kAgentTable[state][type - 1] != AgentAction::kDrop;
      const auto& expected = acted_on[state];
      EXPECT_EQ(acts, std::ranges::find(expected, static_cast<MessageType>(type)) != expected.end())
          << state << " " << type;
    }
  }
}

// Brings an agent into each state, offers it every genuine message of a session, and sees that it
// moves only where the table says so.
TEST(AgentTable, GenuineMessagesMoveTheAgentOnlyWhereTheTableSaysSo) {
  for (std::size_t target = 0; target < kAgentStates; ++target) {
    Pair pair;
    std::array<Packet, kMessageTypes> genuine;
    const auto keep = [&genuine](MessageType type, ByteSpan bytes) {
      Packet& packet = genuine[static_cast<std::size_t>(type) - 1];
      std::ranges::copy(bytes, packet.bytes.begin());
      packet.size = bytes.size();
    };
    if (target >= 1) {
      const Packet hello = pair.Hello();
      const Packet retry = pair.RetryTo(hello);
      keep(MessageType::kHello, hello.view());
      keep(MessageType::kRetry, retry.view());
      if (target >= 2) {
        const Packet hello2 = pair.Hello2After(retry);
        keep(MessageType::kHello2, hello2.view());
        pair.OpenLandmarkSession(hello2);
        keep(MessageType::kWelcome, pair.landmark->welcome());
      }
    }
    if (target >= 3) {
      pair.Welcome();
      const std::vector<DuePing> pings = pair.SendTrain();
      keep(MessageType::kPing, pings[1].bytes);
      ASSERT_EQ(pair.Exchange(pings[0], milliseconds(1)), Refusal::kNone);
      keep(MessageType::kPong, pair.pong);
    }
    if (target >= 4) {
      const Packet evidence = pair.Evidence();
      keep(MessageType::kEvidence, evidence.view());
      Packet receipt;
      ASSERT_EQ(pair.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair.clock.Read(), receipt),
                Refusal::kNone);
      keep(MessageType::kReceipt, receipt.view());
    }
    ASSERT_EQ(static_cast<std::size_t>(pair.agent.state()), target);
    std::size_t accepted = 0;
    for (std::size_t type = 1; type <= kMessageTypes; ++type) {
      const Packet& packet = genuine[type - 1];
      if (packet.size == 0 || kAgentTable[target][type - 1] != AgentAction::kDrop) continue;
      PongBytes pong{};
      EXPECT_EQ(pair.agent.OnDatagram(packet.view(), kLandmarkEndpoint, pair.Now()),
                Refusal::kState);
      EXPECT_EQ(pair.agent.OnPing(packet.view(), kLandmarkEndpoint, pair.Now(), pong),
                Refusal::kState);
      EXPECT_EQ(pong, PongBytes{});
      EXPECT_EQ(static_cast<std::size_t>(pair.agent.state()), target);
    }
    for (std::size_t type = 1; type <= kMessageTypes; ++type) {
      if (kAgentTable[target][type - 1] == AgentAction::kDrop) continue;
      const Packet& packet = genuine[type - 1];
      if (target == 2 && static_cast<MessageType>(type) == MessageType::kRetry) {
        EXPECT_EQ(pair.agent.OnDatagram(packet.view(), kLandmarkEndpoint, pair.Now()),
                  Refusal::kDuplicate);  // the cookie that is being tried already
        continue;
      }
      const Refusal refusal =
          static_cast<MessageType>(type) == MessageType::kPing
              ? pair.agent.OnPing(packet.view(), kLandmarkEndpoint, pair.Now(), pair.pong)
              : pair.agent.OnDatagram(packet.view(), kLandmarkEndpoint, pair.Now());
      EXPECT_EQ(refusal, Refusal::kNone) << AgentStateName(static_cast<AgentState>(target));
      ++accepted;
    }
    EXPECT_EQ(accepted, target == 0 ? 0U : 1U);
  }
}

TEST(Agent, PingGivenToTheSlowPathIsRefused) {
  Pair pair;
  pair.Handshake();
  const std::vector<DuePing> pings = pair.SendTrain();
  EXPECT_EQ(pair.agent.OnDatagram(pings[0].bytes, kLandmarkEndpoint, pair.Now()), Refusal::kType);
}

}  // namespace
}  // namespace earshot::protocol_test
