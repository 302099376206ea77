// What a landmark discloses of a resumed round, and whom it can convict by it.
#include <algorithm>

#include "core/crypto/hash_chain.h"
#include "core/crypto/sha256.h"
#include "core/protocol/answered_pings.h"
#include "tests/core/protocol/resumed_fixture.h"

namespace earshot::protocol_test {
namespace {

using ResumedReceipt = Resumed;

TEST_F(ResumedReceipt, LandmarkThatDisclosesFalselyIsNotBelieved) {
  Round();
  const ClosedRound second = Round();
  using Change = std::function<void(v1::Receipt&)>;
  const auto bend = [](std::string* bytes) { (*bytes)[4] = static_cast<char>((*bytes)[4] ^ 1); };
  const v1::Receipt third = ReadReceipt(Round());
  const Change changes[] = {
      [&](auto& r) { bend(r.mutable_round_key()); },
      [&](auto& r) { r.set_round_key(third.round_key()); },
      [&](auto& r) { r.clear_round_key(); },
      [&](auto& r) { r.set_ephemeral_private_key(r.round_key()); },
      [&](auto& r) { bend(r.mutable_chain_head()); },
      [&](auto& r) { r.set_chain_head(third.chain_head()); },
      [&](auto& r) { bend(r.mutable_opening()); },
      [&](auto& r) { r.clear_opening(); },
      [&](auto& r) { r.set_opening(third.opening()); },
      [&](auto& r) { r.set_round(1); },
      [&](auto& r) { r.set_round(3); },
      [&](auto& r) { r.set_round(0); },
  };
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    EXPECT_FALSE(CheckChanged(second, changes[i]).has_value()) << i;
  }
  EXPECT_TRUE(CheckChanged(second, [](auto&) {}).has_value());
}

TEST_F(ResumedReceipt, EveryFlippedBitOfALaterReceiptIsFound) {
  Round();
  const ClosedRound second = Round();
  for (std::size_t at = 0; at < second.receipt.size(); ++at) {
    Bytes bent = second.receipt;
    bent[at] = static_cast<std::uint8_t>(bent[at] ^ (1U << (at % 8)));
    EXPECT_FALSE(CheckReceipt(bent, second.evidence, pair_.listed).has_value()) << at;
  }
}

// A liar signs a second opening of the round, of a chain and a key that it chose, and shows it to
// the verifier with a root that fits: the device's EVIDENCE names the opening that the device took.
TEST_F(ResumedReceipt, LandmarkThatShowsTheVerifierAnotherOpeningFramesNobody) {
  Round();
  const ClosedRound second = Round();
  const Secret32 other_key(Bytes32{7});
  const HashChain other_chain =
      HashChain::FromLast(pair_.landmark->id().value(), 20, Bytes32{8});
  AnsweredSet answered;
  for (const std::size_t index : {1U, 2U, 4U, 5U}) answered.set(index);
  for (const bool shows_the_other : {true, false}) {
    const auto checked = CheckChanged(second, [&](v1::Receipt& r) {
      v1::AgentReceipt opening = Read<v1::AgentReceipt>(
          BlobContext::kAgentReceipt, AsBytes(r.opening()), pair_.keys.signing.public_key());
      opening.set_next_anchor(ToString(other_chain.anchor()));
      opening.set_next_commitment(ToString(CommitmentTo(other_key)));
      if (!shows_the_other) return;
      r.set_opening(ToString(
          SignBlob(BlobContext::kAgentReceipt, pair_.keys.signing, Serialise(opening))));
      r.set_round_key(ToString(other_key.Expose()));
      r.set_chain_head(ToString(other_chain.Nonce(20)));
      r.set_merkle_root(ToString(AnsweredRoot({.session_id = pair_.landmark->id().value(),
                                               .round = 2,
                                               .index = 20,
                                               .nonce = other_chain.Nonce(20)},
                                              HmacSha256Key(other_key.Expose()), answered)));
    });
    ASSERT_TRUE(checked.has_value()) << checked.error().message();
    EXPECT_EQ(checked->observation.evidence,
              shows_the_other ? EvidenceState::kMissing : EvidenceState::kValid);
    EXPECT_TRUE(checked->findings.empty());
  }
}

TEST_F(ResumedReceipt, DeviceThatSignsAFalseRootInALaterRoundConvictsItself) {
  Round();
  const ClosedRound second = Round();
  v1::Evidence evidence =
      Read<v1::Evidence>(BlobContext::kEvidence, second.evidence, pair_.device.public_key());
  const auto check = [&](const v1::Evidence& changed) {
    const Bytes blob = SignBlob(BlobContext::kEvidence, pair_.device, Serialise(changed));
    v1::Receipt receipt = ReadReceipt(second);
    receipt.set_evidence_sha256(ToString(Sha256(blob)));
    return CheckReceipt(SignBlob(BlobContext::kReceipt, pair_.keys.signing, Serialise(receipt)),
                        blob, pair_.listed);
  };
  EXPECT_EQ(check(evidence)->observation.evidence, EvidenceState::kValid);
  v1::Evidence of_no_opening = evidence;
  of_no_opening.clear_opening_sha256();
  EXPECT_EQ(check(of_no_opening)->observation.evidence, EvidenceState::kMissing);
  (*evidence.mutable_merkle_root())[0] ^= 1;
  EXPECT_EQ(check(evidence)->observation.evidence, EvidenceState::kMismatch);
}

TEST_F(ResumedReceipt, EvidenceOfOneRoundSaysNothingOfAnother) {
  const ClosedRound first = Round();
  const ClosedRound second = Round();
  v1::Receipt receipt = ReadReceipt(second);
  receipt.set_evidence_sha256(ToString(Sha256(first.evidence)));
  const auto checked =
      CheckReceipt(SignBlob(BlobContext::kReceipt, pair_.keys.signing, Serialise(receipt)),
                   first.evidence, pair_.listed);
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->observation.evidence, EvidenceState::kMissing);
  EXPECT_TRUE(checked->findings.empty());
}

}  // namespace
}  // namespace earshot::protocol_test
