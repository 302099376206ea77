// The vectors of a session that goes on for a second round.
#include <fmt/format.h>

#include <optional>

#include "core/crypto/hash_chain.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/sealed_packet.h"
#include "core/protocol/strict_parse.h"
#include "core/protocol/welcome.h"
#include "core/protocol/welcome_signer.h"
#include "earshot/v1/wire.pb.h"
#include "tests/core/protocol/vector_stage.h"

namespace earshot::protocol_test {
namespace {

constexpr std::uint32_t kLostInEachRound = 4;

SessionSecrets OpenResumableSession(Stage& s) {
  Packet hello;
  EARSHOT_CHECK(s.agent->OnTimer(s.clock.Now(), hello));
  s.record.Add("hello", hello.view());
  Packet retry;
  EARSHOT_CHECK(s.acceptor.OnHello(hello.view(), kAgentEndpoint, s.clock.Now(), retry) ==
                Refusal::kNone);
  EARSHOT_CHECK(s.agent->OnDatagram(retry.view(), kLandmarkEndpoint, s.clock.Now()) ==
                Refusal::kNone);
  Packet hello2;
  EARSHOT_CHECK(s.agent->OnTimer(s.clock.Now(), hello2));
  s.record.Add("hello2", hello2.view());
  auto session =
      LandmarkSession::Open(*s.acceptor.OpenHello2(hello2.view(), kAgentEndpoint), s.keys,
                            s.options, SessionId(kSessionId), s.landmark_random, s.clock.Read());
  EARSHOT_CHECK(session.has_value());
  s.landmark = *std::move(session);
  WelcomeBytes* const batch[] = {&s.landmark->welcome()};
  SignWelcomes(s.keys.signing, batch);
  const WelcomeBytes& welcome = s.landmark->welcome();
  s.record.Add("welcome", welcome);
  EARSHOT_CHECK(s.agent->OnDatagram(welcome, kLandmarkEndpoint, s.clock.Now()) == Refusal::kNone);

  const X25519KeyPair agent_share =
      X25519KeyPair::FromPrivate(s.record.Key("agent_ephemeral_private"));
  const X25519KeyPair share =
      X25519KeyPair::FromPrivate(s.record.Key("landmark_ephemeral_private"));
  s.record.Add("salt", Sha256(SaltedPart(welcome, true)));
  return SessionSecrets(SaltedPart(welcome, true), *agent_share.Agree(share.public_key()),
                        *agent_share.Agree(s.keys.sealing.public_key()));
}

void RecordKeys(Stage& s, const SessionSecrets& secrets, std::uint32_t round) {
  const SealingKeys sealing = secrets.Sealing(round);
  s.record.Add(fmt::format("round_key_{}", round), secrets.RoundKey(round).Expose());
  s.record.Add(fmt::format("commitment_{}", round), CommitmentTo(secrets.RoundKey(round)));
  s.record.Add(fmt::format("a2l_key_{}", round), sealing.agent_to_landmark.Expose());
  s.record.Add(fmt::format("l2a_key_{}", round), sealing.landmark_to_agent.Expose());
}

// Both trains, all answered but one; PING 1 and its PONG stand for the others.
void ExchangeTrains(Stage& s, std::uint32_t round) {
  for (std::uint32_t train = 0; train < 2; ++train) {
    EARSHOT_CHECK(s.landmark->StartTrain(s.clock.Now()));
    while (const std::optional<DuePing> ping = s.landmark->NextPing(s.clock.Now())) {
      s.landmark->OnPingSent(ping->index, s.clock.Read());
      s.clock.Advance(s.options.terms.gap);
      if (ping->index == kLostInEachRound) continue;
      PongBytes pong{};
      EARSHOT_CHECK(s.agent->OnPing(ping->bytes, kLandmarkEndpoint, s.clock.Now(), pong) ==
                    Refusal::kNone);
      EARSHOT_CHECK(s.landmark->OnPong(pong, kAgentEndpoint, s.clock.Read(), std::nullopt) ==
                    Refusal::kNone);
      if (ping->index != 1) continue;
      s.record.Add(fmt::format("ping_1_of_round_{}", round), ping->bytes);
      s.record.Add(fmt::format("pong_1_of_round_{}", round), pong);
    }
    s.clock.Advance(s.options.train_timeout);
  }
}

// EVIDENCE, RECEIPT, and on both sides the next round.
ClosedRound CloseRound(Stage& s, const SessionSecrets& secrets, std::uint32_t round) {
  Packet evidence;
  EARSHOT_CHECK(s.agent->OnTimer(s.clock.Now(), evidence));
  Packet receipt;
  EARSHOT_CHECK(s.landmark->OnEvidence(evidence.view(), kAgentEndpoint, s.clock.Read(), receipt) ==
                Refusal::kNone);
  EARSHOT_CHECK(s.agent->OnDatagram(receipt.view(), kLandmarkEndpoint, s.clock.Now()) ==
                Refusal::kNone);
  std::unique_ptr<LandmarkSession> next = s.landmark->TakeNextRound();
  EARSHOT_CHECK(next != nullptr && s.agent->terms()->round == round + 1);
  ClosedRound closed = s.landmark->Close(RoundNumber(round), s.clock.Now(), 0);
  const Bytes agent_receipt =
      *OpenSealed(receipt.view(), secrets.Sealing(round).landmark_to_agent);
  const Bytes tbs =
      *OpenBlob(BlobContext::kAgentReceipt, agent_receipt, s.keys.signing.public_key());
  s.record.Add(fmt::format("evidence_tbs_{}", round),
               *OpenBlob(BlobContext::kEvidence, closed.evidence, s.device.public_key()));
  s.record.Add(fmt::format("agent_receipt_tbs_{}", round), tbs);
  s.record.Add(fmt::format("opening_sha256_{}", round + 1), Sha256(tbs));
  s.landmark = std::move(next);
  return closed;
}

}  // namespace

VectorList RunResumedVectorSession(const VectorMap& inputs) {
  Stage s(inputs, true);
  const SessionSecrets secrets = OpenResumableSession(s);
  RecordKeys(s, secrets, 1);
  ExchangeTrains(s, 1);
  CloseRound(s, secrets, 1);
  RecordKeys(s, secrets, 2);
  s.record.AddInput("x_10_of_round_2");
  Bytes32 nonce = *ToBytes32(s.record.Input("x_10_of_round_2"));
  for (std::uint32_t index = kChainLength; index > 0; --index) {
    nonce = HashChainStep(kSessionId, index, nonce);
  }
  s.record.Add("x_0_of_round_2", nonce);
  s.record.AddInput("commitment_salt_of_round_2");
  s.record.AddInput("x_10_of_round_3");
  s.record.AddInput("commitment_salt_of_round_3");
  ExchangeTrains(s, 2);
  const ClosedRound second = CloseRound(s, secrets, 2);
  s.record.Add("evidence_blob_2", second.evidence);
  s.record.Add("verifier_receipt_blob_2", second.receipt);
  return s.record.Take();
}

}  // namespace earshot::protocol_test
