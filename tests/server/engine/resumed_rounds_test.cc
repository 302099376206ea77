// Sessions that serve many rounds: what they save, and what becomes of a round whose RECEIPT the
// device never had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/operation_counts.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/wire_format.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "server/engine/evidence_check.h"
#include "tests/support/server_world.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

// What a stranger sends in a device's name: counted, and nothing else.
Bytes PongOfNoSession() {
  Bytes pong(wire::kPongBytes);
  WriteHeader({.type = MessageType::kPong, .suite = kSuite1, .session_id = 1, .index = 1, .round = 1},
              pong);
  return pong;
}

// Keeps every RECEIPT from the agents while it stands.
class NoReceipts {
 public:
  explicit NoReceipts(FakeNetwork& network) : network_(network) {
    network.SetTap([this](const Endpoint&, const Endpoint&, ByteSpan bytes) {
      if (PeekType(bytes) != MessageType::kReceipt) return false;
      ++lost;
      return true;
    });
  }
  ~NoReceipts() { network_.SetTap({}); }
  NoReceipts(const NoReceipts&) = delete;
  NoReceipts& operator=(const NoReceipts&) = delete;

  int lost = 0;

 private:
  FakeNetwork& network_;
};

struct SignaturesOfARound {
  std::uint64_t by_agent = 0;
  std::uint64_t by_all = 0;
  std::size_t samples = 0;
  EvidenceState evidence = EvidenceState::kMissing;
};

// Of the first round of a session, from its first ping to its closing.
SignaturesOfARound SignaturesOver(std::uint16_t pings, bool evidence_arrives = true) {
  LandmarkEngineOptions options;
  options.session.terms.chain_length = pings;
  LandmarkWorld world(1, options);
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(2));
  EXPECT_THAT(world.observer.opened, SizeIs(1));
  // Whatever is signed between a ping's arrival and EVIDENCE leaving, the agent has signed.
  SignaturesOfARound found;
  std::uint64_t pongs_left_at = CurrentOperationCounts().sign;
  world.network.SetTap([&](const Endpoint&, const Endpoint&, ByteSpan bytes) {
    if (PeekType(bytes) == MessageType::kPong) pongs_left_at = CurrentOperationCounts().sign;
    if (PeekType(bytes) != MessageType::kEvidence) return false;
    found.by_agent += CurrentOperationCounts().sign - pongs_left_at;
    pongs_left_at = CurrentOperationCounts().sign;
    return !evidence_arrives;
  });
  const std::uint64_t before = CurrentOperationCounts().sign;
  EXPECT_TRUE(world.PlanRound(agent, 1, pings / 5U));
  world.network.Run(milliseconds(100) * (pings / 5) + seconds(2));
  world.engine->EndRound(RoundNumber(1), world.network.now());
  found.by_all = CurrentOperationCounts().sign - before;
  EXPECT_THAT(world.observer.closed, SizeIs(1));
  found.samples = world.observer.closed.at(0).observation.samples.size();
  found.evidence = world.observer.closed.at(0).observation.evidence;
  return found;
}

TEST(ResumedRounds, RoundTakesOneEvidenceSignatureWhateverTheNumberOfItsPings) {
  const SignaturesOfARound few = SignaturesOver(5);
  const SignaturesOfARound many = SignaturesOver(250);
  EXPECT_EQ(few.samples, 5U);
  EXPECT_EQ(many.samples, 250U);
  EXPECT_EQ(many.evidence, EvidenceState::kValid);
  EXPECT_EQ(few.by_agent, 1U);
  EXPECT_EQ(many.by_agent, 1U);
  EXPECT_EQ(many.by_all, few.by_all);
}

// The negative twin: a signature more or less is seen.
TEST(ResumedRounds, EvidenceThatIsLostIsRepeatedUnsignedAndItsReceiptIsNeverSigned) {
  EXPECT_EQ(SignaturesOver(5).by_all, 3U) << "EVIDENCE, RECEIPT and Receipt";
  const SignaturesOfARound unheard = SignaturesOver(5, false);
  EXPECT_EQ(unheard.evidence, EvidenceState::kMissing);
  EXPECT_EQ(unheard.by_agent, 1U);
  EXPECT_EQ(unheard.by_all, 2U) << "EVIDENCE and Receipt";
}

TEST(ResumedRounds, ManyRoundsTakeOneHandshake) {
  const LandmarkEngineOptions options = FifteenPings();
  LandmarkWorld world(1, options);
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  for (std::uint32_t round = 1; round <= 5; ++round) {
    world.network.Run(seconds(2));
    ASSERT_TRUE(world.PlanRound(agent, round, 3)) << round;
  }
  world.network.Run(seconds(2));
  ASSERT_THAT(world.observer.closed, SizeIs(5));
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(world.observer.closed[i].session_round, i + 1);
    EXPECT_EQ(world.observer.closed[i].verifier_round, RoundNumber(i + 1));
    EXPECT_EQ(world.observer.closed[i].observation.evidence, EvidenceState::kValid);
    EXPECT_THAT(world.observer.closed[i].observation.samples, SizeIs(15));
  }
  EXPECT_EQ(world.engine->counters().sessions_opened, 1U);
  EXPECT_EQ(world.engine->counters().rounds_resumed, 5U);
  EXPECT_EQ(world.engine->counters().welcome_signatures, 1U);
  EXPECT_EQ(agent.counter.used(), 1U);
  world.network.Run(options.session.linger);
  EXPECT_EQ(world.engine->sessions(), 1U) << "closed rounds must be forgotten";
}

TEST(ResumedRounds, ConfiguredAwayEachRoundTakesAHandshake) {
  LandmarkEngineOptions options = FifteenPings();
  options.session.resume = false;
  LandmarkWorld world(1, options);
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  for (std::uint32_t round = 1; round <= 3; ++round) {
    world.network.Run(seconds(2));
    ASSERT_TRUE(world.PlanRound(agent, round, 3)) << round;
  }
  world.network.Run(seconds(2));
  EXPECT_THAT(world.observer.closed, SizeIs(3));
  EXPECT_EQ(world.engine->counters().sessions_opened, 4U);
  EXPECT_EQ(world.engine->counters().rounds_resumed, 0U);
}

TEST(ResumedRounds, ReceiptThatIsLostOnceIsRepeatedAndTheSessionGoesOn) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  int seen = 0;
  world.network.SetTap([&](const Endpoint&, const Endpoint&, ByteSpan bytes) {
    return PeekType(bytes) == MessageType::kReceipt && ++seen == 1;
  });
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  world.network.Run(seconds(2));
  EXPECT_EQ(seen, 2);
  ASSERT_TRUE(world.PlanRound(agent, 2, 3));
  world.network.Run(seconds(2));
  EXPECT_THAT(world.observer.closed, SizeIs(2));
  EXPECT_EQ(world.engine->counters().sessions_opened, 1U);
}

TEST(ResumedRounds, RoundTheDeviceNeverHeardOfIsAskedAnewInItsNextSession) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  {
    NoReceipts lost(world.network);
    world.network.Run(seconds(1));
    ASSERT_TRUE(world.PlanRound(agent, 2, 3)) << "the landmark stands in its second round";
    world.network.Inject(kAgentEndpoint, kLandmarkEndpoint, PongOfNoSession());
    world.network.Run(milliseconds(3500));
    EXPECT_EQ(lost.lost, 4);
  }
  world.network.Run(seconds(1));
  EXPECT_THAT(world.observer.closed, SizeIs(1)) << "of the second round nothing is known yet";
  EXPECT_EQ(world.engine->counters().sessions_opened, 2U);
  ASSERT_TRUE(world.PlanRound(agent, 2, 3));
  world.network.Run(seconds(2));
  world.engine->EndRound(RoundNumber(2), world.network.now());
  ASSERT_THAT(world.observer.closed, SizeIs(2));
  EXPECT_EQ(world.observer.closed[1].verifier_round, RoundNumber(2));
  EXPECT_EQ(world.observer.closed[1].session_counter, 2U);
  EXPECT_THAT(world.observer.closed[1].observation.samples, SizeIs(15));
  EXPECT_EQ(world.observer.closed[1].observation.packets_refused, 1U)
      << "what came in the device's name while nobody heard it";
  EXPECT_THAT(world.observer.counters, IsEmpty());
}

TEST(ResumedRounds, SilenceInAResumedRoundIsReportedWhenTheRoundEnds) {
  LandmarkWorld world(1, FifteenPings());
  auto& agent = world.AddAgent(kAgentEndpoint, Key(1));
  world.network.Run(seconds(1));
  ASSERT_TRUE(world.PlanRound(agent, 1, 3));
  world.network.Run(seconds(2));
  ASSERT_TRUE(world.PlanRound(agent, 2, 3));
  world.network.SetTap(
      [](const Endpoint& from, const Endpoint&, ByteSpan) { return from == kAgentEndpoint; });
  world.network.Run(seconds(10));
  EXPECT_THAT(world.observer.closed, SizeIs(1));
  world.engine->EndRound(RoundNumber(1), world.network.now());
  EXPECT_THAT(world.observer.closed, SizeIs(1)) << "another round";
  world.engine->EndRound(RoundNumber(2), world.network.now());
  ASSERT_THAT(world.observer.closed, SizeIs(2));
  EXPECT_THAT(world.observer.closed[1].observation.samples, IsEmpty());
  EXPECT_EQ(world.observer.closed[1].observation.pings_sent, 15U);
  world.engine->EndRound(RoundNumber(2), world.network.now());
  EXPECT_THAT(world.observer.closed, SizeIs(2)) << "reported once";
}

TEST(ResumedRounds, ServerHandshakesOnceWithEachAgentAndItsVerdictsAreTheSame) {
  std::vector<std::string> headlines[2];
  for (const bool each_round : {false, true}) {
    ServerWorld world;
    world.options.rounds.handshake_each_round = each_round;
    world.AddDevice("C-1", world.singapore());
    world.AddDevice("C-2", world.singapore(), milliseconds(30));
    world.AddDevice("C-3", world.hong_kong());
    world.Run(seconds(20));
    ASSERT_THAT(world.rounds, SizeIs(3));
    const std::uint64_t agents = 3 + world.landmark_count();
    for (std::size_t i = 0; i < world.landmark_count(); ++i) {
      const LandmarkEngineCounters& counters = world.engine->landmark(i).counters();
      if (each_round) {
        EXPECT_GE(counters.sessions_opened, 3 * agents);
        EXPECT_EQ(counters.rounds_resumed, 0U);
      } else {
        EXPECT_EQ(counters.sessions_opened, agents);
        EXPECT_GE(counters.rounds_resumed, 3 * agents);
      }
    }
    EXPECT_EQ(world.engine->verifier().counters().receipts_refused, 0U);
    for (const auto& verdicts : world.rounds) {
      for (const DeviceVerdict& verdict : verdicts) {
        headlines[each_round ? 1 : 0].emplace_back(VerdictName(verdict.appraisal.headline));
      }
    }
  }
  EXPECT_EQ(headlines[0], headlines[1]);
}

TEST(ResumedRounds, BundleOfOneIsRecomputedOffLineAndHoldsOneReceiptALandmark) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(20));
  ASSERT_THAT(world.rounds, SizeIs(3));
  const v1::EvidenceBundle bundle = *DecodeBundle(AsBytes(world.rounds.back()[0].bundle));
  EXPECT_EQ(static_cast<std::size_t>(bundle.receipts_size()), world.landmark_count());
  const Ed25519PublicKey root = world.authority.root().public_key();
  const auto recomputed = RecomputeVerdict(bundle, root, world.test, world.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
  EXPECT_EQ(VerdictName(recomputed->appraisal.headline), "VERIFIED");

  // Receipts of an earlier round of the same sessions do not pass for this round's.
  const v1::EvidenceBundle earlier = *DecodeBundle(AsBytes(world.rounds[1][0].bundle));
  v1::EvidenceBundle mixed = bundle;
  *mixed.mutable_receipts(0) = earlier.receipts(0);
  EXPECT_FALSE(RecomputeVerdict(mixed, root, world.test, world.map).has_value());
}

TEST(ResumedRounds, ReceiptsLostThriceAndMoreFlagNobody) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(milliseconds(2500));
  {
    NoReceipts lost(world.network);
    world.Run(seconds(7));
    EXPECT_GT(lost.lost, 20);
  }
  world.Run(seconds(12));
  ASSERT_THAT(world.rounds, SizeIs(3));
  for (const auto& verdicts : world.rounds) {
    EXPECT_EQ(VerdictName(verdicts[0].appraisal.headline), "VERIFIED");
  }
}

TEST(ResumedRounds, RoundFiledASecondTimeCountsForNothing) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(20));
  ASSERT_THAT(world.rounds, SizeIs(3));
  Verifier& verifier = world.engine->verifier();
  EXPECT_EQ(verifier.counters().receipts_refused, 0U) << "rounds rise under one counter";
  std::uint64_t refused = 0;
  for (const auto& verdicts : world.rounds) {
    const v1::EvidenceBundle bundle = *DecodeBundle(AsBytes(verdicts[0].bundle));
    const std::string receipt = bundle.receipts(0).SerializeAsString();
    const std::string evidence = bundle.evidences(0).SerializeAsString();
    const Result<KeyId> signer = ClaimedSigner(AsBytes(receipt));
    const auto& listed = verifier.list().landmarks;
    const auto landmark = std::ranges::find_if(
        listed, [&](const ListedLandmark& entry) { return entry.key().id() == *signer; });
    ASSERT_NE(landmark, listed.end());
    EXPECT_EQ(verifier.AddReceipt(landmark->id,
                                  {Bytes(receipt.begin(), receipt.end()),
                                   Bytes(evidence.begin(), evidence.end())}),
              nullptr);
    EXPECT_EQ(verifier.counters().receipts_refused, ++refused);
  }
}

TEST(ResumedRounds, PingOnDemandInAResumedSessionLeavesTheRoundItsShare) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  std::optional<Result<DeviceVerdict>> answer;
  ASSERT_TRUE(world.engine->OnDemandPing("C-1", 5, std::nullopt, [&](Result<DeviceVerdict> done) {
    answer = std::move(done);
  }));
  world.Run(seconds(12));
  ASSERT_TRUE(answer.has_value());
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((*answer)->appraisal.rings.size(), world.landmark_count());
  ASSERT_THAT(world.rounds, SizeIs(3));
  for (const auto& verdicts : world.rounds) {
    for (const DeviceVerdict& verdict : verdicts) {
      EXPECT_EQ(VerdictName(verdict.appraisal.headline), "VERIFIED");
    }
  }
}

}  // namespace
}  // namespace earshot
