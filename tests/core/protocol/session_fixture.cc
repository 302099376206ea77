#include "tests/core/protocol/session_fixture.h"

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/strict_parse.h"
#include "earshot/v1/wire.pb.h"

namespace earshot::protocol_test {
namespace {

constexpr std::uint64_t kSessionId = 0x0102030405060708;

ListedLandmark OnlyEntry(const Bytes& list, const Ed25519PublicKey& root) {
  ListTrust trust(root);
  Result<LandmarkListContent> content = trust.AcceptLandmarkList(list);
  EARSHOT_CHECK(content.has_value() && content->landmarks.size() == 1);
  return content->landmarks[0];
}

// The default world, signed and verified once: fuzzers make thousands of pairs a second.
const SignedWorld& DefaultWorld(const Ed25519PrivateKey& root, const LandmarkKeys& keys) {
  static const SignedWorld world = MakeSignedWorld(root, keys);
  return world;
}
const ListedLandmark& DefaultListed(const SignedWorld& world, const Ed25519PublicKey& root) {
  static const ListedLandmark listed = OnlyEntry(world.landmark_list, root);
  return listed;
}

}  // namespace

Ed25519PrivateKey SigningKeyNamed(std::string_view name) {
  return Ed25519PrivateKey::FromSeed(Secret32(Sha256(AsBytes(name))));
}
X25519KeyPair SealingKeyNamed(std::string_view name) {
  return X25519KeyPair::FromPrivate(Secret32(Sha256(AsBytes(name))));
}

Result<std::uint64_t> MemoryCounter::Next() {
  if (broken) return Fail(ErrorCode::kUnavailable, "counter file is gone");
  return ++last;
}

Sample ResolveOnRawClock(std::uint32_t index, const ProbeStamps& stamps) {
  return {.index = index,
          .rtt = Rtt::FromDuration(stamps.after_receive.monotonic - stamps.before_send.monotonic),
          .stamps = StampKind::kUserSpace,
          .taint = Taint::kNone,
          .sent_at = stamps.before_send.monotonic};
}

SignedWorld MakeSignedWorld(const Ed25519PrivateKey& root, const LandmarkKeys& keys,
                            const ListOptions& options) {
  SignedWorld world;
  v1::PositionRecord position;
  position.set_landmark_id(keys.id.value());
  position.set_city("Singapore");
  position.set_latitude_e7(13'521'000);
  position.set_longitude_e7(1'038'198'000);
  position.set_uncertainty_m(100);
  position.set_trust_domain("alpha");
  position.set_operator_name("Alpha Example");
  position.set_jurisdiction("SG");
  world.position_record = Serialise(position);

  v1::Delegation delegation;
  delegation.set_role(static_cast<v1::Role>(options.role));
  delegation.set_subject(options.subject);
  delegation.set_public_key(ToString(keys.signing.public_key().bytes()));
  delegation.set_position_record_sha256(ToString(Sha256(world.position_record)));
  delegation.set_not_before_s(options.not_before_s);
  delegation.set_not_after_s(options.not_after_s);
  const Bytes delegation_tbs = Serialise(delegation);
  world.delegation = SignBlob(BlobContext::kDelegation, root, delegation_tbs);

  v1::LandmarkList list;
  list.set_version(options.version);
  list.set_epoch_s(options.epoch_s);
  list.set_expires_s(options.expires_s);
  v1::LandmarkEntry& entry = *list.add_landmarks();
  entry.set_landmark_id(keys.id.value());
  entry.set_endpoint(kLandmarkEndpoint.ToText());
  entry.set_sealing_key(ToString(keys.sealing.public_key()));
  *entry.mutable_delegation() = SignBlobMessage(BlobContext::kDelegation, root, delegation_tbs);
  world.landmark_list = SignBlob(BlobContext::kLandmarkList, root, Serialise(list));
  return world;
}

LandmarkSessionOptions Pair::DefaultOptions() {
  LandmarkSessionOptions options;
  options.terms.chain_length = 20;
  options.resolve = &ResolveOnRawClock;
  return options;
}

Pair::Pair(LandmarkSessionOptions session_options, std::uint64_t seed)
    : root(SigningKeyNamed("root")),
      keys{.id = LandmarkId("sin-1"),
           .signing = SigningKeyNamed("landmark"),
           .sealing = SealingKeyNamed("sealing")},
      device(SigningKeyNamed("device")),
      world(DefaultWorld(root, keys)),
      listed(DefaultListed(world, root.public_key())),
      landmark_random(seed, 1),
      agent_random(seed, 2),
      options(session_options),
      acceptor(keys, landmark_random, MonotonicInstant()),
      agent({.device_key = &device,
             .claims = {.model = "GX-100", .firmware_sha256 = {}, .boot_count = 7}},
            counter, listed, agent_random, {}, MonotonicInstant()) {
  clock.Set({.monotonic = MonotonicInstant::FromNanoseconds(1'000'000'000),
             .wall = WallInstant::FromNanoseconds(1'767'225'600'000'000'000)});
}

Packet Pair::Hello() {
  Packet hello;
  EXPECT_TRUE(agent.OnTimer(Now(), hello));
  return hello;
}

Packet Pair::RetryTo(const Packet& hello) {
  Packet retry;
  EXPECT_EQ(acceptor.OnHello(hello.view(), kAgentEndpoint, Now(), retry), Refusal::kNone);
  EXPECT_LE(retry.size, hello.size);
  return retry;
}

Packet Pair::Hello2After(const Packet& retry) {
  EXPECT_EQ(agent.OnDatagram(retry.view(), kLandmarkEndpoint, Now()), Refusal::kNone);
  Packet hello2;
  EXPECT_TRUE(agent.OnTimer(Now(), hello2));
  return hello2;
}

void Pair::OpenLandmarkSession(const Packet& hello2) {
  Bytes32 transcript{};
  ASSERT_EQ(acceptor.CheckHello2(hello2.view(), kAgentEndpoint, Now(), transcript), Refusal::kNone);
  tl::expected<OpenedHello, Refusal> opened = acceptor.OpenHello2(hello2.view(), kAgentEndpoint);
  ASSERT_TRUE(opened.has_value()) << RefusalName(opened.error());
  EXPECT_EQ(opened->transcript_sha256, transcript);
  auto session = LandmarkSession::Open(*std::move(opened), keys, options, SessionId(kSessionId),
                                       landmark_random, clock.Read());
  ASSERT_TRUE(session.has_value()) << session.error().message();
  landmark = *std::move(session);
  WelcomeBytes* const batch[] = {&landmark->welcome()};
  SignWelcomes(keys.signing, batch);
}

void Pair::Welcome() {
  ASSERT_EQ(agent.OnDatagram(landmark->welcome(), kLandmarkEndpoint, Now()), Refusal::kNone);
  ASSERT_EQ(agent.state(), AgentState::kOpen);
}

void Pair::Handshake() {
  OpenLandmarkSession(Hello2After(RetryTo(Hello())));
  Welcome();
}

std::vector<DuePing> Pair::SendTrain() {
  std::vector<DuePing> pings;
  EXPECT_TRUE(landmark->StartTrain(Now()));
  for (std::uint8_t i = 0; i < options.terms.train_length; ++i) {
    const std::optional<DuePing> ping = landmark->NextPing(Now());
    if (!ping.has_value()) break;
    landmark->OnPingSent(ping->index, clock.Read());
    pings.push_back(*ping);
    clock.Advance(options.terms.gap);
  }
  return pings;
}

Refusal Pair::Exchange(const DuePing& ping, Duration rtt) {
  clock.Advance(rtt / 2);
  const Refusal refusal = agent.OnPing(ping.bytes, kLandmarkEndpoint, Now(), pong);
  if (refusal != Refusal::kNone) return refusal;
  clock.Advance(rtt - rtt / 2);
  return landmark->OnPong(pong, kAgentEndpoint, clock.Read(), std::nullopt);
}

Packet Pair::Evidence() {
  clock.Advance(options.terms.evidence_idle);
  Packet evidence;
  EXPECT_TRUE(agent.OnTimer(Now(), evidence));
  EXPECT_EQ(agent.state(), AgentState::kAwaitReceipt);
  return evidence;
}

}  // namespace earshot::protocol_test
