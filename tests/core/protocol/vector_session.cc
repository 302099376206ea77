#include "tests/core/protocol/vector_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/crypto/hash_chain.h"
#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/hello.h"
#include "core/protocol/key_schedule.h"
#include "core/protocol/sealed_packet.h"
#include "core/protocol/strict_parse.h"
#include "core/protocol/welcome_signer.h"
#include "earshot/v1/wire.pb.h"
#include "tests/core/protocol/vector_stage.h"

namespace earshot::protocol_test {
namespace {

constexpr std::uint32_t kLost = 4;
constexpr std::uint32_t kLate = 7;

void RecordAuthority(Stage& s) {
  s.record.AddInput("root_private");
  s.record.Add("root_public", s.root.public_key().bytes());
  s.record.AddInput("landmark_private");
  s.record.Add("landmark_public", s.keys.signing.public_key().bytes());
  s.record.Add("landmark_key_id", s.keys.signing.id().value());
  s.record.AddInput("landmark_sealing_private");
  s.record.Add("landmark_sealing_public", s.keys.sealing.public_key());
  s.record.AddInput("device_private");
  s.record.Add("device_public", s.device.public_key().bytes());
  s.record.Add("device_id", s.device.id().value());
  s.record.Add("position_record", s.world.position_record);
  const Ed25519PublicKey& root = s.root.public_key();
  s.record.Add("delegation_tbs", *OpenBlob(BlobContext::kDelegation, s.world.delegation, root));
  s.record.Add("delegation", s.world.delegation);
  s.record.Add("landmark_list_tbs",
               *OpenBlob(BlobContext::kLandmarkList, s.world.landmark_list, root));
  s.record.Add("landmark_list", s.world.landmark_list);
}

Packet RecordHandshakeOfAgent(Stage& s) {
  s.record.AddInput("agent_ephemeral_private");
  const X25519KeyPair share = X25519KeyPair::FromPrivate(s.record.Key("agent_ephemeral_private"));
  s.record.Add("agent_ephemeral_public", share.public_key());
  s.record.AddInput("agent_nonce");
  Packet hello;
  EARSHOT_CHECK(s.agent->OnTimer(s.clock.Now(), hello));
  s.record.Add("hello", hello.view());
  Packet retry;
  EARSHOT_CHECK(s.acceptor.OnHello(hello.view(), kAgentEndpoint, s.clock.Now(), retry) ==
                Refusal::kNone);
  s.record.Add("retry", retry.view());
  EARSHOT_CHECK(s.agent->OnDatagram(retry.view(), kLandmarkEndpoint, s.clock.Now()) ==
                Refusal::kNone);
  Packet hello2;
  EARSHOT_CHECK(s.agent->OnTimer(s.clock.Now(), hello2));

  const Secret32 es = *share.Agree(s.keys.sealing.public_key());
  const Bytes32 transcript = IdentityTranscript(hello2.view());
  HelloIdentity identity;
  EARSHOT_CHECK(OpenIdentity(hello2.view(), es, identity) == Refusal::kNone);
  s.record.Add("es", es.Expose());
  s.record.Add("T", transcript);
  s.record.Add("identity_key", DeriveIdentityKey(transcript, es).Expose());
  s.record.Add("session_counter", Be64(identity.session_counter));
  s.record.Add("hello_signature", identity.signature);
  s.record.Add("hello2", hello2.view());
  s.record.Add("H", Sha256(hello2.view()));
  return hello2;
}

// The same leaf signed in a batch of three: path of two hashes, leaf index 1.
WelcomeBytes WelcomeInBatchOfThree(const Stage& s) {
  WelcomeBytes ours = s.landmark->welcome();
  WelcomeBytes first{};
  WelcomeBytes third{};
  WelcomeBytes* const batch[] = {&first, &ours, &third};
  SignWelcomes(s.keys.signing, batch);
  return ours;
}

void RecordWelcome(Stage& s, const Packet& hello2) {
  Bytes32 transcript{};
  EARSHOT_CHECK(s.acceptor.CheckHello2(hello2.view(), kAgentEndpoint, s.clock.Now(), transcript) ==
                Refusal::kNone);
  auto session =
      LandmarkSession::Open(*s.acceptor.OpenHello2(hello2.view(), kAgentEndpoint), s.keys,
                            s.options, SessionId(kSessionId), s.landmark_random, s.clock.Read());
  EARSHOT_CHECK(session.has_value());
  s.landmark = *std::move(session);
  WelcomeBytes* const batch[] = {&s.landmark->welcome()};
  SignWelcomes(s.keys.signing, batch);

  s.record.AddInput("landmark_ephemeral_private");
  const X25519KeyPair share =
      X25519KeyPair::FromPrivate(s.record.Key("landmark_ephemeral_private"));
  s.record.Add("landmark_ephemeral_public", share.public_key());
  s.record.AddInput("landmark_nonce");
  s.record.Add("session_id", Be64(kSessionId));
  Bytes32 nonce = *ToBytes32(s.record.Input("x_10"));
  for (std::uint32_t index = kChainLength; index > 0; --index) {
    s.record.Add(fmt::format("x_{}", index), nonce);
    nonce = HashChainStep(kSessionId, index, nonce);
  }
  s.record.Add("x_0", nonce);
  const WelcomeBytes& welcome = s.landmark->welcome();
  const ByteSpan leaf = ByteSpan(welcome).first(wire::kWelcomeLeafEnd);
  s.record.Add("welcome", welcome);
  s.record.Add("welcome_in_batch_of_3", WelcomeInBatchOfThree(s));

  const X25519KeyPair agent_share =
      X25519KeyPair::FromPrivate(s.record.Key("agent_ephemeral_private"));
  const Secret32 ee = *agent_share.Agree(share.public_key());
  const Secret32 es = *agent_share.Agree(s.keys.sealing.public_key());
  const SessionSecrets secrets(leaf, ee, es);
  const SealingKeys sealing = secrets.Sealing(s.options.terms.round);
  s.record.Add("salt", Sha256(leaf));
  s.record.Add("ee", ee.Expose());
  s.record.Add("round_key", secrets.RoundKey(s.options.terms.round).Expose());
  s.record.Add("a2l_key", sealing.agent_to_landmark.Expose());
  s.record.Add("l2a_key", sealing.landmark_to_agent.Expose());
  EARSHOT_CHECK(s.agent->OnDatagram(welcome, kLandmarkEndpoint, s.clock.Now()) == Refusal::kNone);
}

// The agent's answer, received by the landmark.
void Answer(Stage& s, const DuePing& ping) {
  PongBytes pong{};
  EARSHOT_CHECK(s.agent->OnPing(ping.bytes, kLandmarkEndpoint, s.clock.Now(), pong) ==
                Refusal::kNone);
  s.clock.Advance(std::chrono::microseconds(900));
  EARSHOT_CHECK(s.landmark->OnPong(pong, kAgentEndpoint, s.clock.Read(), std::nullopt) ==
                Refusal::kNone);
  s.record.Add(fmt::format("pong_{}", ping.index), pong);
}

void RecordTimedExchange(Stage& s) {
  for (std::uint32_t train = 0; train < 2; ++train) {
    EARSHOT_CHECK(s.landmark->StartTrain(s.clock.Now()));
    std::vector<DuePing> pings;
    while (const std::optional<DuePing> ping = s.landmark->NextPing(s.clock.Now())) {
      s.landmark->OnPingSent(ping->index, s.clock.Read());
      s.record.Add(fmt::format("ping_{}", ping->index), ping->bytes);
      pings.push_back(*ping);
      s.clock.Advance(s.options.terms.gap);
    }
    std::erase_if(pings, [](const DuePing& ping) { return ping.index == kLost; });
    // kLate and its successor change places.
    const auto late = std::ranges::find(pings, kLate, &DuePing::index);
    if (late != pings.end()) std::iter_swap(late, late + 1);
    for (const DuePing& ping : pings) Answer(s, ping);
  }
}

void RecordClosing(Stage& s) {
  Packet evidence;
  EARSHOT_CHECK(s.agent->OnTimer(s.clock.Now(), evidence));
  Packet receipt;
  EARSHOT_CHECK(s.landmark->OnEvidence(evidence.view(), kAgentEndpoint, s.clock.Read(), receipt) ==
                Refusal::kNone);
  EARSHOT_CHECK(s.agent->OnDatagram(receipt.view(), kLandmarkEndpoint, s.clock.Now()) ==
                Refusal::kNone);
  const ClosedRound closed = s.landmark->Close(RoundNumber(3), s.clock.Now(), 0);

  const Bytes evidence_tbs =
      *OpenBlob(BlobContext::kEvidence, closed.evidence, s.device.public_key());
  v1::Evidence message;
  EARSHOT_CHECK(ParseStrictly(evidence_tbs, message));
  s.record.Add("answered", AsBytes(message.answered()));
  s.record.Add("merkle_root", AsBytes(message.merkle_root()));
  s.record.Add("evidence_tbs", evidence_tbs);
  s.record.Add("evidence_blob", closed.evidence);
  s.record.Add("evidence", evidence.view());

  const Ed25519PublicKey& landmark_key = s.keys.signing.public_key();
  const Bytes receipt_tbs = *OpenBlob(BlobContext::kReceipt, closed.receipt, landmark_key);
  v1::Receipt full;
  EARSHOT_CHECK(ParseStrictly(receipt_tbs, full));
  v1::SampleList samples;
  *samples.mutable_samples() = full.samples();
  s.record.AddInput("commitment_salt");
  s.record.Add("sample_list", Serialise(samples));
  const X25519KeyPair agent_share =
      X25519KeyPair::FromPrivate(s.record.Key("agent_ephemeral_private"));
  const SealingKeys sealing =
      SessionSecrets(
          ByteSpan(s.landmark->welcome()).first(wire::kWelcomeLeafEnd),
          *agent_share.Agree(
              X25519KeyPair::FromPrivate(s.record.Key("landmark_ephemeral_private")).public_key()),
          *agent_share.Agree(s.keys.sealing.public_key()))
          .Sealing(s.options.terms.round);
  const Bytes agent_receipt = *OpenSealed(receipt.view(), sealing.landmark_to_agent);
  s.record.Add("agent_receipt_tbs",
               *OpenBlob(BlobContext::kAgentReceipt, agent_receipt, landmark_key));
  s.record.Add("agent_receipt_blob", agent_receipt);
  s.record.Add("receipt", receipt.view());
  s.record.Add("verifier_receipt_blob", closed.receipt);
}

}  // namespace

Bytes DefaultVectorInput(std::string_view name) {
  const Bytes32 value = Sha256({AsBytes("earshot vector "), AsBytes(name)});
  return Bytes(value.begin(), value.end());
}

VectorList RunVectorSession(const VectorMap& inputs) {
  Stage stage(inputs, false);
  RecordAuthority(stage);
  const Packet hello2 = RecordHandshakeOfAgent(stage);
  RecordWelcome(stage, hello2);
  RecordTimedExchange(stage);
  RecordClosing(stage);
  return stage.record.Take();
}

std::string VectorBlock(const VectorList& vectors) {
  constexpr std::size_t kDigitsMax = 96;
  std::string block;
  for (const auto& [name, value] : vectors) {
    const std::string hex = HexEncode(value);
    block += name + " = " + hex.substr(0, kDigitsMax) + "\n";
    for (std::size_t at = kDigitsMax; at < hex.size(); at += kDigitsMax) {
      block += "  " + hex.substr(at, kDigitsMax) + "\n";
    }
  }
  return block;
}

Result<std::string> ReplaceVectorBlock(std::string_view document, std::string_view fence,
                                       std::string_view block) {
  const std::size_t begin = document.find(fence);
  if (begin == std::string_view::npos) {
    return Fail(ErrorCode::kNotFound, "document has no such block of vectors");
  }
  const std::size_t content = begin + fence.size();
  const std::size_t end = document.find("```", content);
  if (end == std::string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument, "block of vectors does not end");
  }
  return std::string(document.substr(0, content)).append(block).append(document.substr(end));
}

Result<VectorMap> ParseVectors(std::string_view document, std::string_view fence) {
  const std::size_t begin = document.find(fence);
  if (begin == std::string_view::npos) {
    return Fail(ErrorCode::kNotFound, "document has no such block of vectors");
  }
  std::string_view rest = document.substr(begin + fence.size());
  rest = rest.substr(0, rest.find("```"));
  VectorMap vectors;
  std::string name;
  std::map<std::string, std::string, std::less<>> hex;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.starts_with("  ")) {
      hex[name] += line.substr(2);
    } else if (const std::size_t equals = line.find(" = "); equals != std::string_view::npos) {
      name = line.substr(0, equals);
      if (!hex.try_emplace(name, line.substr(equals + 3)).second) {
        return Fail(ErrorCode::kInvalidArgument, "vector " + name + " comes twice");
      }
    } else {
      return Fail(ErrorCode::kInvalidArgument, "not a vector line: " + std::string(line));
    }
  }
  for (const auto& [key, digits] : hex) {
    EARSHOT_ASSIGN_OR_RETURN(Bytes value, HexDecode(digits));
    vectors.emplace(key, std::move(value));
  }
  return vectors;
}

}  // namespace earshot::protocol_test
