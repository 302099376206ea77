// tests/core/protocol/resumed_fixture.h: a session that goes on from round to round.
#ifndef EARSHOT_TESTS_CORE_PROTOCOL_RESUMED_FIXTURE_H_
#define EARSHOT_TESTS_CORE_PROTOCOL_RESUMED_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/crypto/signed_blob.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/sealed_packet.h"
#include "core/protocol/strict_parse.h"
#include "core/protocol/welcome.h"
#include "earshot/v1/wire.pb.h"
#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {

template <typename Message>
Message Read(BlobContext context, ByteSpan blob, const Ed25519PublicKey& signer) {
  Message message;
  EXPECT_TRUE(ParseStrictly(*OpenBlob(context, blob, signer), message));
  return message;
}

// Two machines in a session that goes on: trains, EVIDENCE, RECEIPT, next round.
class Resumed : public testing::Test {
 protected:
  void SetUp() override {
    pair_.Handshake();
    hello2_ = pair_.landmark->transcript_sha256();
  }

  // All that the landmark and the device have to do in a round up to the EVIDENCE.
  void Exchange() {
    pings_ = pair_.SendTrain();
    for (const std::size_t i : {0U, 3U, 1U, 4U}) {
      ASSERT_EQ(pair_.Exchange(pings_[i], std::chrono::milliseconds(3)), Refusal::kNone);
    }
    evidence_ = pair_.Evidence();
    ASSERT_EQ(TakeEvidence(evidence_, receipt_), Refusal::kNone);
  }
  Refusal TakeEvidence(const Packet& evidence, Packet& receipt) {
    return pair_.landmark->OnEvidence(evidence.view(), kAgentEndpoint, pair_.clock.Read(), receipt);
  }
  Refusal ToAgent(const Packet& packet) {
    return pair_.agent.OnDatagram(packet.view(), kLandmarkEndpoint, pair_.Now());
  }
  // The round is over for the landmark; the one that it opened takes its place.
  ClosedRound Close() {
    next_ = pair_.landmark->TakeNextRound();
    return pair_.landmark->Close(RoundNumber(9), pair_.Now(), 0);
  }
  void GoOn() {
    ASSERT_NE(next_, nullptr);
    previous_ = std::move(pair_.landmark);
    pair_.landmark = std::move(next_);
  }
  // One whole round, the RECEIPT taken.
  ClosedRound Round() {
    Exchange();
    EXPECT_EQ(ToAgent(receipt_), Refusal::kNone);
    ClosedRound closed = Close();
    GoOn();
    return closed;
  }
  Result<CheckedReceipt> Check(const ClosedRound& closed) const {
    return CheckReceipt(closed.receipt, closed.evidence, pair_.listed);
  }
  v1::Receipt ReadReceipt(const ClosedRound& closed) const {
    return Read<v1::Receipt>(BlobContext::kReceipt, closed.receipt,
                             pair_.keys.signing.public_key());
  }
  Result<CheckedReceipt> CheckChanged(const ClosedRound& closed,
                                      const std::function<void(v1::Receipt&)>& change) const {
    v1::Receipt changed = ReadReceipt(closed);
    change(changed);
    return CheckReceipt(SignBlob(BlobContext::kReceipt, pair_.keys.signing, Serialise(changed)),
                        closed.evidence, pair_.listed);
  }
  // The RECEIPT as a landmark would seal and sign it that lies in `change`.
  Packet LyingReceipt(const Packet& receipt, const std::function<void(v1::AgentReceipt&)>& change) {
    const SealingKeys keys = Secrets().Sealing(pair_.landmark->round());
    v1::AgentReceipt message =
        Read<v1::AgentReceipt>(BlobContext::kAgentReceipt,
                               *OpenSealed(receipt.view(), keys.landmark_to_agent),
                               pair_.keys.signing.public_key());
    change(message);
    Packet lie;
    WriteSealed({.type = MessageType::kReceipt,
                 .suite = kSuite1,
                 .session_id = pair_.landmark->id().value(),
                 .round = pair_.landmark->round()},
                keys.landmark_to_agent,
                SignBlob(BlobContext::kAgentReceipt, pair_.keys.signing, Serialise(message)), lie);
    return lie;
  }
  // What the landmark knows of the session, drawn again from its seed.
  SessionSecrets Secrets() {
    SeededRandom random(1, 1);
    static_cast<void>(HandshakeAcceptor(pair_.keys, random, MonotonicInstant()));
    const X25519KeyPair share = X25519KeyPair::Generate(random);
    const WelcomeBytes& welcome = pair_.landmark->welcome();
    Welcome content;
    EXPECT_EQ(ParseWelcome(welcome, content), Refusal::kNone);
    EXPECT_EQ(share.public_key(), content.share);
    const Bytes32 agent_share = AgentShare();
    return SessionSecrets(SaltedPart(welcome, true), *share.Agree(agent_share),
                          *pair_.keys.sealing.Agree(agent_share));
  }
  Bytes32 AgentShare() {
    SeededRandom random(1, 2);
    return X25519KeyPair::Generate(random).public_key();
  }

  Pair pair_;
  Bytes32 hello2_{};
  std::vector<DuePing> pings_;
  Packet evidence_;
  Packet receipt_;
  std::unique_ptr<LandmarkSession> next_;
  std::unique_ptr<LandmarkSession> previous_;
};

}  // namespace earshot::protocol_test

#endif  // EARSHOT_TESTS_CORE_PROTOCOL_RESUMED_FIXTURE_H_
