#include "core/protocol/receipt_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/answered_pings.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/strict_parse.h"
#include "core/protocol/welcome_signer.h"
#include "earshot/v1/wire.pb.h"
#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

using std::chrono::milliseconds;

// A session with pings 1, 2, 4 and 5 answered (4 before 2), closed with EVIDENCE.
class ClosedSession : public testing::Test {
 protected:
  void SetUp() override {
    pair_.Handshake();
    const std::vector<DuePing> pings = pair_.SendTrain();
    for (const std::size_t i : {0U, 3U, 1U, 4U}) {
      ASSERT_EQ(pair_.Exchange(pings[i], milliseconds(3)), Refusal::kNone);
    }
    const Packet evidence = pair_.Evidence();
    Packet receipt;
    ASSERT_EQ(pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), receipt),
              Refusal::kNone);
    closed_ = pair_.landmark->Close(RoundNumber(9), pair_.Now(), 2);
    message_ = Read<v1::Receipt>(BlobContext::kReceipt, closed_.receipt, pair_.keys.signing);
    evidence_ = Read<v1::Evidence>(BlobContext::kEvidence, closed_.evidence, pair_.device);
  }

  template <typename Message>
  static Message Read(BlobContext context, const Bytes& blob, const Ed25519PrivateKey& signer) {
    Message message;
    EXPECT_TRUE(ParseStrictly(*OpenBlob(context, blob, signer.public_key()), message));
    return message;
  }
  Result<CheckedReceipt> Check() const {
    return CheckReceipt(closed_.receipt, closed_.evidence, pair_.listed);
  }
  // What becomes of the receipt when its landmark lies in `change` and signs again.
  Result<CheckedReceipt> CheckChanged(const std::function<void(v1::Receipt&)>& change) const {
    v1::Receipt changed = message_;
    change(changed);
    return CheckReceipt(SignBlob(BlobContext::kReceipt, pair_.keys.signing, Serialise(changed)),
                        closed_.evidence, pair_.listed);
  }
  // What becomes of it when the device signs another EVIDENCE, which the landmark passes on.
  Result<CheckedReceipt> CheckEvidence(const std::function<void(v1::Evidence&)>& change) const {
    v1::Evidence changed = evidence_;
    change(changed);
    return CheckEvidenceBlob(SignBlob(BlobContext::kEvidence, pair_.device, Serialise(changed)));
  }
  Result<CheckedReceipt> CheckEvidenceBlob(const Bytes& blob) const {
    v1::Receipt receipt = message_;
    receipt.set_evidence_sha256(ToString(Sha256(blob)));
    return CheckReceipt(SignBlob(BlobContext::kReceipt, pair_.keys.signing, Serialise(receipt)),
                        blob, pair_.listed);
  }

  // The root that somebody who knows the round key computes.
  Bytes32 RootOf(std::initializer_list<std::size_t> indices) const {
    return RootUnder(AsBytes(message_.welcome()), indices);
  }
  Bytes32 RootUnder(ByteSpan welcome, std::initializer_list<std::size_t> indices) const {
    v1::Receipt receipt = message_;
    receipt.set_welcome(ToString(welcome));
    return RootFor(receipt, indices);
  }
  // The one that fits whatever `receipt` discloses.
  Bytes32 RootFor(const v1::Receipt& receipt, std::initializer_list<std::size_t> indices) const {
    AnsweredSet answered;
    for (const std::size_t index : indices) answered.set(index);
    const X25519KeyPair share =
        X25519KeyPair::FromPrivate(*Secret32::CopyFrom(AsBytes(receipt.ephemeral_private_key())));
    const ByteSpan agent_share =
        AsBytes(receipt.hello2()).subspan(wire::kHelloShareAt, wire::kKeyBytes);
    const Secret32 round_key =
        DeriveRoundKey(AsBytes(receipt.welcome()).first(wire::kWelcomeLeafEnd),
                       *share.Agree(*ToBytes32(agent_share)), 1);
    return AnsweredRoot({.session_id = pair_.landmark->id().value(),
                         .round = 1,
                         .index = 20,
                         .nonce = *ToBytes32(AsBytes(receipt.chain_head()))},
                        HmacSha256Key(round_key.Expose()), answered);
  }

  // Of one round: what a session that can be resumed discloses is resumption_test's affair.
  static LandmarkSessionOptions OneRound() {
    LandmarkSessionOptions options = Pair::DefaultOptions();
    options.resume = false;
    return options;
  }

  Pair pair_{OneRound()};
  ClosedRound closed_;
  v1::Receipt message_;
  v1::Evidence evidence_;
};

TEST_F(ClosedSession, HonestReceiptYieldsItsObservation) {
  const Result<CheckedReceipt> checked = Check();
  ASSERT_TRUE(checked.has_value()) << checked.error().message();
  EXPECT_EQ(checked->device.value(), pair_.device.id().value());
  EXPECT_EQ(checked->session_counter, 1U);
  EXPECT_EQ(checked->verifier_round, RoundNumber(9));
  EXPECT_TRUE(checked->findings.empty());
  ASSERT_TRUE(checked->claims.has_value());
  EXPECT_EQ(checked->claims->model, "GX-100");
  EXPECT_EQ(checked->claims->boot_count, 7U);
  const LandmarkObservation& observation = checked->observation;
  EXPECT_EQ(observation.landmark, LandmarkId("sin-1"));
  EXPECT_EQ(observation.evidence, EvidenceState::kValid);
  EXPECT_EQ(observation.pings_sent, 5U);
  EXPECT_EQ(observation.packets_refused, 2U);
  EXPECT_EQ(observation.receipt_sha256, Sha256(closed_.receipt));
  ASSERT_EQ(observation.samples.size(), 4U);
  const std::uint32_t expected[] = {1, 2, 4, 5};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(observation.samples[i].index, expected[i]);
    EXPECT_GE(observation.samples[i].rtt.duration(), milliseconds(3));
    EXPECT_GE(observation.samples[i].sent_at, observation.begin);
    EXPECT_LE(observation.samples[i].sent_at, observation.end);
  }
}

TEST_F(ClosedSession, EveryFlippedBitOfTheReceiptIsFound) {
  // One bit a byte, another one in each: all 20,000 bits would take seconds.
  for (std::size_t at = 0; at < closed_.receipt.size(); ++at) {
    Bytes bent = closed_.receipt;
    bent[at] = static_cast<std::uint8_t>(bent[at] ^ (1U << (at % 8)));
    EXPECT_FALSE(CheckReceipt(bent, closed_.evidence, pair_.listed).has_value()) << at;
  }
}

TEST_F(ClosedSession, LandmarkThatDisclosesFalselyIsNotBelieved) {
  using Change = std::function<void(v1::Receipt&)>;
  const auto bend = [](std::string* bytes) { (*bytes)[4] = static_cast<char>((*bytes)[4] ^ 1); };
  const Change changes[] = {
      [&](auto& r) { bend(r.mutable_ephemeral_private_key()); },
      [&](auto& r) { bend(r.mutable_chain_head()); },
      [&](auto& r) { bend(r.mutable_device_key()); },
      [&](auto& r) { bend(r.mutable_hello_signature()); },
      [&](auto& r) { bend(r.mutable_merkle_root()); },
      [&](auto& r) { bend(r.mutable_hello2()); },
      [&](auto& r) { bend(r.mutable_welcome()); },
      [](auto& r) { r.set_session_counter(r.session_counter() + 1); },
      [](auto& r) { r.set_round(2); },
      [](auto& r) { r.set_landmark_id("hkg-1"); },
      [](auto& r) { r.set_pings_sent(21); },
      [](auto& r) { r.set_pings_sent(4); },
      [](auto& r) { r.mutable_samples()->RemoveLast(); },
      [](auto& r) { r.mutable_samples(3)->set_index(4); },
      [](auto& r) { r.mutable_samples(2)->set_index(3); },
      [](auto& r) { r.mutable_samples(0)->set_taint(16); },
      [](auto& r) { r.mutable_samples(0)->set_stamps(v1::STAMP_KIND_UNSPECIFIED); },
      [](auto& r) { r.mutable_samples(0)->set_rtt_ns(~std::uint64_t{0}); },
      [](auto& r) { r.set_end_ns(r.begin_ns() - 1); },
      [](auto& r) { r.set_begin_wall_s(~std::uint64_t{0}); },
      [](auto& r) { r.set_begin_wall_s(1); },
      [](auto& r) { r.set_round_key(r.ephemeral_private_key()); },
      [](auto& r) { r.set_opening(r.welcome()); },
  };
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    EXPECT_FALSE(CheckChanged(changes[i]).has_value()) << i;
  }
  EXPECT_TRUE(CheckChanged([](auto&) {}).has_value());
}

// A liar would make its root fit the false key or chain; then the EVIDENCE would seem to lie.
TEST_F(ClosedSession, FalseKeyOrChainIsRefusedThoughTheRootFitsIt) {
  const std::function<void(v1::Receipt&)> lies[] = {
      [](auto& r) { r.set_ephemeral_private_key(std::string(32, 'k')); },
      [](auto& r) { r.set_chain_head(std::string(32, 'c')); },
      [](auto&) {},
  };
  for (std::size_t i = 0; i < std::size(lies); ++i) {
    const auto checked = CheckChanged([&](v1::Receipt& r) {
      lies[i](r);
      r.set_merkle_root(ToString(RootFor(r, {1, 2, 4, 5})));
    });
    EXPECT_EQ(checked.has_value(), i == 2) << i;
  }
}

TEST_F(ClosedSession, ReceiptOutsideTheDelegationIsExpired) {
  ListedLandmark expired = pair_.listed;
  expired.delegation.not_after = expired.delegation.not_before - Duration(1);
  const auto checked = CheckReceipt(closed_.receipt, closed_.evidence, expired);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code(), ErrorCode::kExpired);
}

TEST_F(ClosedSession, AbsentEvidenceConvictsNobody) {
  const auto checked = CheckReceipt(closed_.receipt, {}, pair_.listed);
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->observation.evidence, EvidenceState::kMissing);
  EXPECT_TRUE(checked->findings.empty());
  EXPECT_FALSE(checked->claims.has_value());
  EXPECT_EQ(checked->observation.samples.size(), 4U);
}

TEST_F(ClosedSession, DeviceThatSignsAFalseRootConvictsItself) {
  const std::function<void(v1::Evidence&)> lies[] = {
      [](auto& e) { (*e.mutable_merkle_root())[0] ^= 1; },
      [](auto& e) { (*e.mutable_answered())[0] ^= 4; },
      [](auto& e) { e.set_session_counter(2); },
  };
  for (const auto& lie : lies) {
    const auto checked = CheckEvidence(lie);
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(checked->observation.evidence, EvidenceState::kMismatch);
    EXPECT_EQ(checked->findings, (std::vector{CryptographicFinding::kEvidenceMismatch}));
  }
}

// A landmark may sign two WELCOMEs for one HELLO2, show the device one and the verifier the other:
// every tag and root then differs, and the device must not be convicted by it.
TEST_F(ClosedSession, LandmarkThatShowsTheVerifierAnotherWelcomeFramesNobody) {
  WelcomeBytes other{};
  std::ranges::copy(AsBytes(message_.welcome()), other.begin());
  other[wire::kWelcomeNonceAt] ^= 1U;
  WelcomeBytes* const batch[] = {&other};
  SignWelcomes(pair_.keys.signing, batch);
  const auto checked = CheckChanged([&](v1::Receipt& r) {
    r.set_welcome(ToString(other));
    r.set_merkle_root(ToString(RootUnder(other, {1, 2, 4, 5})));
  });
  ASSERT_TRUE(checked.has_value()) << checked.error().message();
  EXPECT_EQ(checked->observation.evidence, EvidenceState::kMissing);
  EXPECT_TRUE(checked->findings.empty());
}

// The end of HELLO2 is ciphertext that the device did not sign. A landmark that files it twice,
// once with a bit flipped, must not make one signature look like two.
TEST_F(ClosedSession, LandmarkThatAltersTheSealedIdentityFramesNobody) {
  const auto checked = CheckChanged([&](v1::Receipt& r) {
    (*r.mutable_hello2())[wire::kHello2IdentityAt] ^= 1;
    WelcomeBytes other{};
    std::ranges::copy(AsBytes(r.welcome()), other.begin());
    std::ranges::copy(Sha256(AsBytes(r.hello2())), other.begin() + wire::kWelcomeTranscriptAt);
    WelcomeBytes* const batch[] = {&other};
    SignWelcomes(pair_.keys.signing, batch);
    r.set_welcome(ToString(other));
    r.set_merkle_root(ToString(RootUnder(other, {1, 2, 4, 5})));
  });
  ASSERT_TRUE(checked.has_value()) << checked.error().message();
  EXPECT_FALSE(CounterReused(*Check(), *checked));
}

TEST_F(ClosedSession, EvidenceThatSaysNothingOfThisSessionConvictsNobody) {
  const std::function<void(v1::Evidence&)> changes[] = {
      [](auto& e) { (*e.mutable_welcome_sha256())[0] ^= 1; },
      [](auto& e) { e.set_round(2); },
      [](auto& e) { e.mutable_answered()->push_back(0); },
      [](auto& e) { e.mutable_claims()->set_firmware_sha256("short"); },
  };
  for (const auto& change : changes) {
    const auto checked = CheckEvidence(change);
    ASSERT_TRUE(checked.has_value());
    EXPECT_EQ(checked->observation.evidence, EvidenceState::kMissing);
    EXPECT_TRUE(checked->findings.empty());
  }
  const auto foreign = CheckEvidenceBlob(
      SignBlob(BlobContext::kEvidence, SigningKeyNamed("other"), Serialise(evidence_)));
  ASSERT_TRUE(foreign.has_value());
  EXPECT_EQ(foreign->observation.evidence, EvidenceState::kMissing);
}

// The landmark knows the round key, so it can forge a PONG: that must frame nobody.
TEST_F(ClosedSession, SampleThatTheDeviceDidNotSignForConvictsNobody) {
  const auto checked = CheckChanged([this](v1::Receipt& r) {
    v1::ReceiptSample forged = r.samples(1);
    forged.set_index(3);
    *r.add_samples() = r.samples(3);
    *r.mutable_samples(3) = r.samples(2);
    *r.mutable_samples(2) = forged;
    r.set_merkle_root(ToString(RootOf({1, 2, 3, 4, 5})));
  });
  ASSERT_TRUE(checked.has_value()) << checked.error().message();
  EXPECT_EQ(checked->observation.samples.size(), 5U);
  EXPECT_EQ(checked->observation.evidence, EvidenceState::kMissing);
  EXPECT_TRUE(checked->findings.empty());
}

// A PONG that was lost on its way is in the device's bitmap and not among the samples.
TEST_F(ClosedSession, AnswerThatWasLostOnItsWayIsNoMismatch) {
  const auto checked = CheckChanged([this](v1::Receipt& r) {
    r.mutable_samples()->RemoveLast();
    r.set_merkle_root(ToString(RootOf({1, 2, 4})));
  });
  ASSERT_TRUE(checked.has_value()) << checked.error().message();
  EXPECT_EQ(checked->observation.evidence, EvidenceState::kValid);
}

TEST_F(ClosedSession, CommitmentOpensToTheSamplesAndToNoOthers) {
  v1::SampleList samples;
  *samples.mutable_samples() = message_.samples();
  v1::AgentReceipt committed;
  committed.set_welcome_sha256(
      ToString(Sha256(AsBytes(message_.welcome()).first(wire::kWelcomeLeafEnd))));
  committed.set_round(1);
  committed.set_evidence_sha256(message_.evidence_sha256());
  committed.set_samples_commitment(
      ToString(Sha256({AsBytes(message_.commitment_salt()), Serialise(samples)})));
  const Bytes agent_receipt =
      SignBlob(BlobContext::kAgentReceipt, pair_.keys.signing, Serialise(committed));
  EXPECT_EQ(OpensCommitment(agent_receipt, closed_.receipt, pair_.listed), true);
  v1::Receipt other = message_;
  other.mutable_samples(0)->set_rtt_ns(1);
  EXPECT_EQ(OpensCommitment(agent_receipt,
                            SignBlob(BlobContext::kReceipt, pair_.keys.signing, Serialise(other)),
                            pair_.listed),
            false);
  EXPECT_FALSE(OpensCommitment(closed_.receipt, closed_.receipt, pair_.listed).has_value());
}

TEST_F(ClosedSession, CounterUsedForTwoHandshakesIsFound) {
  const CheckedReceipt one = *Check();
  EXPECT_FALSE(CounterReused(one, one));
  CheckedReceipt clone = one;
  clone.identity_transcript[0] ^= 1U;
  EXPECT_TRUE(CounterReused(one, clone));
  clone.session_counter = 2;
  EXPECT_FALSE(CounterReused(one, clone));
  clone.session_counter = 1;
  clone.device = DeviceId();
  EXPECT_FALSE(CounterReused(one, clone));
}

TEST(ReceiptCheck, SessionThatHeardNothingStillYieldsAReceipt) {
  Pair pair;
  pair.Handshake();
  pair.SendTrain();
  const ClosedRound closed = pair.landmark->Close(RoundNumber(1), pair.Now(), 0);
  EXPECT_TRUE(closed.evidence.empty());
  const auto checked = CheckReceipt(closed.receipt, closed.evidence, pair.listed);
  ASSERT_TRUE(checked.has_value()) << checked.error().message();
  EXPECT_TRUE(checked->observation.samples.empty());
  EXPECT_EQ(checked->observation.pings_sent, 5U);
}

TEST(ReceiptCheck, LongestClaimsAndLongestChainFit) {
  LandmarkSessionOptions options = Pair::DefaultOptions();
  options.terms.chain_length = 256;
  Pair pair(options);
  pair.Handshake();
  AgentSession talkative({.device_key = &pair.device,
                          .claims = {.model = std::string(2 * kModelBytesMax, 'x'),
                                     .firmware_sha256 = {},
                                     .boot_count = ~std::uint64_t{0}}},
                         pair.counter, pair.listed, pair.agent_random, {}, pair.Now());
  Packet hello;
  ASSERT_TRUE(talkative.OnTimer(pair.Now(), hello));
  const Packet retry = pair.RetryTo(hello);
  ASSERT_EQ(talkative.OnDatagram(retry.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
  Packet hello2;
  ASSERT_TRUE(talkative.OnTimer(pair.Now(), hello2));
  pair.OpenLandmarkSession(hello2);
  ASSERT_EQ(talkative.OnDatagram(pair.landmark->welcome(), kLandmarkEndpoint, pair.Now()),
            Refusal::kNone);
  const std::vector<DuePing> pings = pair.SendTrain();
  for (const DuePing& ping : pings) {
    ASSERT_EQ(talkative.OnPing(ping.bytes, kLandmarkEndpoint, pair.Now(), pair.pong),
              Refusal::kNone);
    ASSERT_EQ(pair.landmark->OnPong(pair.pong, kAgentEndpoint, pair.clock.Read(), std::nullopt),
              Refusal::kNone);
  }
  pair.clock.Advance(options.terms.evidence_idle);
  Packet evidence;
  ASSERT_TRUE(talkative.OnTimer(pair.Now(), evidence));
  Packet receipt;
  ASSERT_EQ(pair.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair.clock.Read(), receipt),
            Refusal::kNone);
  ASSERT_EQ(talkative.OnDatagram(receipt.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
  const ClosedRound closed = pair.landmark->Close(RoundNumber(1), pair.Now(), 0);
  const auto checked = CheckReceipt(closed.receipt, closed.evidence, pair.listed);
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->claims->model.size(), kModelBytesMax);
  EXPECT_EQ(checked->observation.evidence, EvidenceState::kValid);
}

TEST(AnsweredPings, BitmapIsReadBackAndStrayBitsAreRefused) {
  AnsweredSet answered;
  answered.set(1);
  answered.set(8);
  answered.set(10);
  const Bytes bitmap = BitmapOf(answered, 10);
  EXPECT_EQ(bitmap, (Bytes{0x81, 0x02}));
  AnsweredSet back;
  ASSERT_EQ(ParseBitmap(bitmap, 10, back), Refusal::kNone);
  EXPECT_EQ(back, answered);
  EXPECT_EQ(ParseBitmap(bitmap, 9, back), Refusal::kNotZero);
  EXPECT_EQ(ParseBitmap(bitmap, 8, back), Refusal::kLength);
  EXPECT_EQ(ParseBitmap(bitmap, 17, back), Refusal::kLength);
}

}  // namespace
}  // namespace earshot::protocol_test
