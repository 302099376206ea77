// Rounds after the first under one handshake: who opens them, and that nothing of one round counts
// in another.
#include <algorithm>
#include <set>

#include "core/crypto/sha256.h"
#include "core/protocol/hello.h"
#include "core/protocol/welcome_signer.h"
#include "tests/core/protocol/resumed_fixture.h"

namespace earshot::protocol_test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(Resumed, ThreeRoundsTakeOneHandshakeAndEachYieldsItsOwnReceipt) {
  std::set<Bytes> heads;
  for (std::uint32_t round = 1; round <= 3; ++round) {
    ASSERT_EQ(pair_.agent.state(), AgentState::kOpen);
    ASSERT_EQ(pair_.agent.terms()->round, round);
    ASSERT_EQ(pair_.landmark->round(), round);
    const ClosedRound closed = Round();
    const auto checked = Check(closed);
    ASSERT_TRUE(checked.has_value()) << checked.error().message();
    EXPECT_EQ(checked->observation.evidence, EvidenceState::kValid);
    EXPECT_EQ(checked->observation.samples.size(), 4U);
    EXPECT_EQ(checked->session_round, round);
    EXPECT_EQ(checked->session_counter, 1U);
    EXPECT_TRUE(checked->findings.empty());
    const v1::Receipt receipt = ReadReceipt(closed);
    EXPECT_TRUE(receipt.ephemeral_private_key().empty());
    EXPECT_EQ(receipt.opening().empty(), round == 1);
    EXPECT_TRUE(heads.emplace(receipt.chain_head().begin(), receipt.chain_head().end()).second)
        << "each round has a chain of its own";
  }
  EXPECT_EQ(pair_.agent.sessions_opened(), 1U);
  EXPECT_EQ(pair_.agent.rounds_resumed(), 3U);
  EXPECT_EQ(pair_.agent.sessions_closed_by_receipt(), 3U);
  EXPECT_EQ(pair_.counter.last, 1U);
}

TEST_F(Resumed, DisclosedRoundKeyIsNotTheNextRounds) {
  const ClosedRound first = Round();
  const v1::Receipt receipt = ReadReceipt(first);
  const HmacSha256Key disclosed(AsBytes(receipt.round_key()));
  // An accomplice beside the landmark answers with all that the first round gave away.
  const std::vector<DuePing> pings = pair_.SendTrain();
  PongBytes forged{};
  AnswerPing(disclosed, pings[0].bytes, forged);
  EXPECT_EQ(pair_.landmark->OnPong(forged, kAgentEndpoint, pair_.clock.Read(), std::nullopt),
            Refusal::kTag);
  EXPECT_EQ(pair_.landmark->pongs(), 0U);
  EXPECT_EQ(pair_.Exchange(pings[0], milliseconds(1)), Refusal::kNone);
}

TEST_F(Resumed, PingsAndPongsOfTheRoundBeforeAreDropped) {
  pings_ = pair_.SendTrain();
  ASSERT_EQ(pair_.Exchange(pings_[0], milliseconds(1)), Refusal::kNone);
  const PongBytes old_pong = pair_.pong;
  const DuePing unanswered = pings_[1];
  evidence_ = pair_.Evidence();
  ASSERT_EQ(TakeEvidence(evidence_, receipt_), Refusal::kNone);
  ASSERT_EQ(ToAgent(receipt_), Refusal::kNone);
  Close();
  GoOn();
  PongBytes pong{};
  EXPECT_EQ(pair_.agent.OnPing(unanswered.bytes, kLandmarkEndpoint, pair_.Now(), pong),
            Refusal::kRound);
  PingBytes moved = unanswered.bytes;  // into the round that runs
  moved[wire::kRoundAt + 3] = 2;
  EXPECT_EQ(pair_.agent.OnPing(moved, kLandmarkEndpoint, pair_.Now(), pong), Refusal::kChain);
  EXPECT_EQ(pong, PongBytes{});

  const std::vector<DuePing> pings = pair_.SendTrain();
  EXPECT_EQ(pair_.landmark->OnPong(old_pong, kAgentEndpoint, pair_.clock.Read(), std::nullopt),
            Refusal::kRound);
  PongBytes moved_pong = old_pong;
  moved_pong[wire::kRoundAt + 3] = 2;
  EXPECT_EQ(pair_.landmark->OnPong(moved_pong, kAgentEndpoint, pair_.clock.Read(), std::nullopt),
            Refusal::kTag);
  EXPECT_EQ(pair_.Exchange(pings[0], milliseconds(1)), Refusal::kNone);
}

TEST_F(Resumed, RepeatedEvidenceGetsTheSameReceiptAndOpensNoSecondRound) {
  Exchange();
  next_ = pair_.landmark->TakeNextRound();
  ASSERT_NE(next_, nullptr);
  for (std::uint32_t i = 0; i < kReceiptRepeatsMax; ++i) {
    Packet again;
    ASSERT_EQ(TakeEvidence(evidence_, again), Refusal::kNone);
    EXPECT_EQ(again.bytes, receipt_.bytes);
    EXPECT_EQ(pair_.landmark->TakeNextRound(), nullptr);
  }
  Packet again;
  EXPECT_EQ(TakeEvidence(evidence_, again), Refusal::kRepeated);
  // The round that runs takes no EVIDENCE of the one before.
  EXPECT_EQ(next_->OnEvidence(evidence_.view(), kAgentEndpoint, pair_.clock.Read(), again),
            Refusal::kRound);
  ASSERT_EQ(ToAgent(receipt_), Refusal::kNone);
  EXPECT_EQ(ToAgent(receipt_), Refusal::kState) << "a RECEIPT opens its round once";
  EXPECT_EQ(pair_.agent.rounds_resumed(), 1U);
}

TEST_F(Resumed, Hello2ThatComesAgainGetsNoWelcomeFromALaterRound) {
  Round();
  EXPECT_EQ(pair_.landmark->transcript_sha256(), hello2_);
  EXPECT_EQ(pair_.landmark->OnHello2Again(kAgentEndpoint), Refusal::kState);
  EXPECT_EQ(previous_->OnHello2Again(kAgentEndpoint), Refusal::kState);
}

TEST_F(Resumed, EveryBitOfAReceiptThatOpensARoundCounts) {
  Exchange();
  for (std::size_t bit = 0; bit < receipt_.size * 8; ++bit) {
    Packet bent = receipt_;
    bent.bytes[bit / 8] = static_cast<std::uint8_t>(bent.bytes[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_NE(ToAgent(bent), Refusal::kNone);
  }
  EXPECT_EQ(pair_.agent.state(), AgentState::kAwaitReceipt);
  EXPECT_EQ(ToAgent(receipt_), Refusal::kNone);
}

// All of these are signed by the landmark and sealed as they should be.
TEST_F(Resumed, OpeningThatIsNotOfTheAgentsOwnKeyIsRefused) {
  Exchange();
  const std::pair<std::function<void(v1::AgentReceipt&)>, Refusal> lies[] = {
      {[](auto& r) { (*r.mutable_next_commitment())[0] ^= 1; }, Refusal::kCommitment},
      {[](auto& r) { r.clear_next_commitment(); }, Refusal::kCommitment},
      {[](auto& r) { r.mutable_next_commitment()->push_back(0); }, Refusal::kCommitment},
      {[](auto& r) { r.clear_next_anchor(); }, Refusal::kBody},
      {[](auto& r) { r.mutable_next_anchor()->pop_back(); }, Refusal::kBody},
      {[](auto& r) { r.set_round(2); }, Refusal::kTranscript},
      {[](auto& r) { (*r.mutable_welcome_sha256())[0] ^= 1; }, Refusal::kTranscript},
      {[this](auto& r) {
         const Bytes anchor(pair_.landmark->welcome().begin() + wire::kWelcomeAnchorAt,
                            pair_.landmark->welcome().begin() + wire::kWelcomeChainLengthAt);
         r.set_next_anchor(ToString(anchor));
       },
       Refusal::kChain},
  };
  for (std::size_t i = 0; i < std::size(lies); ++i) {
    EXPECT_EQ(ToAgent(LyingReceipt(receipt_, lies[i].first)), lies[i].second) << i;
    EXPECT_EQ(pair_.agent.state(), AgentState::kAwaitReceipt) << i;
  }
  EXPECT_EQ(ToAgent(LyingReceipt(receipt_, [](auto&) {})), Refusal::kNone);
  EXPECT_EQ(pair_.agent.state(), AgentState::kOpen);
}

TEST_F(Resumed, ReceiptWithoutAnOpeningEndsTheSession) {
  Exchange();
  ASSERT_EQ(ToAgent(LyingReceipt(receipt_,
                                 [](auto& r) {
                                   r.clear_next_anchor();
                                   r.clear_next_commitment();
                                 })),
            Refusal::kNone);
  EXPECT_EQ(pair_.agent.state(), AgentState::kIdle);
  EXPECT_EQ(pair_.agent.rounds_resumed(), 0U);
}

TEST_F(Resumed, RoundWithoutAValidPongOpensNone) {
  pings_ = pair_.SendTrain();
  PongBytes pong{};
  ASSERT_EQ(pair_.agent.OnPing(pings_[0].bytes, kLandmarkEndpoint, pair_.Now(), pong),
            Refusal::kNone);  // and lost on its way
  ASSERT_EQ(TakeEvidence(pair_.Evidence(), receipt_), Refusal::kNone);
  EXPECT_EQ(pair_.landmark->TakeNextRound(), nullptr);
  EXPECT_EQ(ToAgent(receipt_), Refusal::kNone);
  EXPECT_EQ(pair_.agent.state(), AgentState::kIdle);
}

TEST_F(Resumed, UnusedRoundEndsWithItsLifetime) {
  Round();
  EXPECT_EQ(pair_.agent.NextWake(), pair_.Now() + pair_.options.terms.lifetime);
  pair_.clock.Advance(pair_.options.terms.lifetime);
  EXPECT_FALSE(pair_.landmark->StartTrain(pair_.Now()));
  Packet out;
  EXPECT_FALSE(pair_.agent.OnTimer(pair_.Now(), out));
  EXPECT_EQ(pair_.agent.state(), AgentState::kIdle);
}

TEST_F(Resumed, ThreeUnansweredTrainsEndALaterRoundAsTheyEndTheFirst) {
  Round();
  for (int train = 1; train <= 3; ++train) {
    EXPECT_TRUE(pair_.landmark->sampling());
    pair_.SendTrain();
    EXPECT_FALSE(pair_.landmark->StartTrain(pair_.Now())) << "one train before the first PONG";
    pair_.clock.Advance(seconds(1));
    pair_.landmark->OnTimer(pair_.Now());
  }
  EXPECT_FALSE(pair_.landmark->sampling());
}

TEST(Resumption, LandmarkOpensNoRoundThatCouldEndAfterADay) {
  LandmarkSessionOptions long_lived = Pair::DefaultOptions();
  long_lived.terms.lifetime = std::chrono::minutes(10);
  Pair pair(long_lived);
  pair.Handshake();
  for (int round = 1; pair.agent.state() == AgentState::kOpen; ++round) {
    const std::vector<DuePing> pings = pair.SendTrain();
    ASSERT_EQ(pair.Exchange(pings[0], milliseconds(1)), Refusal::kNone);
    // EVIDENCE late in the lifetime, so that a day takes few rounds.
    pair.clock.Advance(std::chrono::minutes(9));
    Packet evidence;
    ASSERT_TRUE(pair.agent.OnTimer(pair.Now(), evidence));
    Packet receipt;
    ASSERT_EQ(pair.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair.clock.Read(), receipt),
              Refusal::kNone);
    ASSERT_EQ(pair.agent.OnDatagram(receipt.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
    std::unique_ptr<LandmarkSession> next = pair.landmark->TakeNextRound();
    const Duration age = std::chrono::minutes(9) * round;
    EXPECT_EQ(next != nullptr, age + long_lived.terms.lifetime <= hours(24)) << round;
    EXPECT_EQ(next != nullptr, pair.agent.state() == AgentState::kOpen) << round;
    if (next != nullptr) pair.landmark = std::move(next);
    ASSERT_LT(round, 200);
  }
  EXPECT_EQ(pair.agent.sessions_opened(), 1U);
}

// A landmark that would go on for ever: the agent's own clock ends it.
TEST_F(Resumed, AgentGoesOnForADayAtMost) {
  Exchange();
  pair_.clock.Advance(kSessionAgeMax - pair_.options.terms.evidence_idle - seconds(1));
  EXPECT_EQ(ToAgent(receipt_), Refusal::kNone);
  EXPECT_EQ(pair_.agent.state(), AgentState::kOpen);
  // What is left of the day is less than a lifetime.
  EXPECT_LT(pair_.agent.NextWake(), pair_.Now() + pair_.options.terms.lifetime);

  Pair other;
  other.Handshake();
  ASSERT_EQ(other.Exchange(other.SendTrain()[0], milliseconds(1)), Refusal::kNone);
  const Packet evidence = other.Evidence();
  Packet receipt;
  ASSERT_EQ(other.landmark->OnEvidence(evidence.view(), kAgentEndpoint, other.clock.Read(), receipt),
            Refusal::kNone);
  other.clock.Advance(kSessionAgeMax);
  EXPECT_EQ(other.agent.OnDatagram(receipt.view(), kLandmarkEndpoint, other.Now()),
            Refusal::kNone);
  EXPECT_EQ(other.agent.state(), AgentState::kIdle) << "a day old";
}

TEST(Resumption, WelcomeThatCommitsToAnotherKeyOpensNothing) {
  Pair pair;
  pair.OpenLandmarkSession(pair.Hello2After(pair.RetryTo(pair.Hello())));
  WelcomeBytes other = pair.landmark->welcome();
  other[wire::kWelcomeCommitmentAt] ^= 1U;
  WelcomeBytes* const batch[] = {&other};
  SignWelcomes(pair.keys.signing, batch);
  EXPECT_EQ(pair.agent.OnDatagram(other, kLandmarkEndpoint, pair.Now()), Refusal::kCommitment);
  EXPECT_EQ(pair.agent.state(), AgentState::kAwaitWelcome);
  pair.Welcome();
}

// Whether an agent that does or does not offer it, and a landmark that is or is not ready for it,
// come to a session that goes on.
TEST(Resumption, TakesBothSides) {
  for (const bool offers : {false, true}) {
    for (const bool ready : {false, true}) {
      LandmarkSessionOptions options = Pair::DefaultOptions();
      options.resume = ready;
      Pair pair(options);
      AgentSession agent({.device_key = &pair.device, .claims = {"GX-100", {}, 7}}, pair.counter,
                         pair.listed, pair.agent_random, AgentLimits{.offer_resumption = offers},
                         pair.Now());
      Packet packet;
      ASSERT_TRUE(agent.OnTimer(pair.Now(), packet));
      EXPECT_EQ(packet.bytes[wire::kHelloResumptionAt], offers ? 1 : 0);
      const Packet retry = pair.RetryTo(packet);
      ASSERT_EQ(agent.OnDatagram(retry.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
      ASSERT_TRUE(agent.OnTimer(pair.Now(), packet));
      pair.OpenLandmarkSession(packet);
      Welcome welcome;
      ASSERT_EQ(ParseWelcome(pair.landmark->welcome(), welcome), Refusal::kNone);
      EXPECT_EQ(welcome.resumable(), offers && ready);
      ASSERT_EQ(agent.OnDatagram(pair.landmark->welcome(), kLandmarkEndpoint, pair.Now()),
                Refusal::kNone);
      for (const DuePing& ping : pair.SendTrain()) {
        PongBytes pong{};
        ASSERT_EQ(agent.OnPing(ping.bytes, kLandmarkEndpoint, pair.Now(), pong), Refusal::kNone);
        ASSERT_EQ(pair.landmark->OnPong(pong, kAgentEndpoint, pair.clock.Read(), std::nullopt),
                  Refusal::kNone);
      }
      pair.clock.Advance(options.terms.evidence_idle);
      ASSERT_TRUE(agent.OnTimer(pair.Now(), packet));
      Packet receipt;
      ASSERT_EQ(pair.landmark->OnEvidence(packet.view(), kAgentEndpoint, pair.clock.Read(), receipt),
                Refusal::kNone);
      ASSERT_EQ(agent.OnDatagram(receipt.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
      EXPECT_EQ(agent.state(), offers && ready ? AgentState::kOpen : AgentState::kIdle);
      EXPECT_EQ(pair.landmark->TakeNextRound() != nullptr, offers && ready);
      const ClosedRound closed = pair.landmark->Close(RoundNumber(1), pair.Now(), 0);
      const auto checked = CheckReceipt(closed.receipt, closed.evidence, pair.listed);
      ASSERT_TRUE(checked.has_value()) << checked.error().message();
      EXPECT_EQ(checked->observation.evidence, EvidenceState::kValid);
    }
  }
}

// A landmark commits although nobody offered: the agent has none of it, nor has the verifier.
TEST(Resumption, CommitmentThatNobodyAskedForIsRefused) {
  Pair pair;
  AgentSession agent({.device_key = &pair.device, .claims = {"GX-100", {}, 7}}, pair.counter,
                     pair.listed, pair.agent_random, AgentLimits{.offer_resumption = false},
                     pair.Now());
  Packet packet;
  ASSERT_TRUE(agent.OnTimer(pair.Now(), packet));
  const Packet retry = pair.RetryTo(packet);
  ASSERT_EQ(agent.OnDatagram(retry.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
  ASSERT_TRUE(agent.OnTimer(pair.Now(), packet));
  pair.OpenLandmarkSession(packet);
  WelcomeBytes bold = pair.landmark->welcome();
  bold[wire::kWelcomeCommitmentAt] ^= 1U;
  WelcomeBytes* const batch[] = {&bold};
  SignWelcomes(pair.keys.signing, batch);
  EXPECT_EQ(agent.OnDatagram(bold, kLandmarkEndpoint, pair.Now()), Refusal::kField);
}

TEST(Resumption, OfferIsAByteOfZeroOrOneAndZeros) {
  HelloOffer offer;
  for (const bool resumption : {false, true}) {
    Packet hello;
    WriteHello({.resumption = resumption}, hello);
    ASSERT_EQ(ParseHello(hello.view(), offer), Refusal::kNone);
    EXPECT_EQ(offer.resumption, resumption);
    for (std::size_t bit = 0; bit < wire::kResumptionBytes * 8; ++bit) {
      Packet bent = hello;
      std::uint8_t& byte = bent.bytes[wire::kHelloResumptionAt + bit / 8];
      byte = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
      EXPECT_EQ(ParseHello(bent.view(), offer) == Refusal::kNone, bit == 0) << bit;
    }
  }
}

TEST(Resumption, CommitmentTellsTheKeyApartAndIsNoTag) {
  const Secret32 key(Bytes32{1});
  const Secret32 other(Bytes32{2});
  EXPECT_EQ(CommitmentTo(key), CommitmentTo(key));
  EXPECT_NE(CommitmentTo(key), CommitmentTo(other));
  EXPECT_NE(CommitmentTo(key), Sha256(key.Expose()));
}

}  // namespace
}  // namespace earshot::protocol_test
