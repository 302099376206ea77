#include <gtest/gtest.h>

#include "core/crypto/operation_counts.h"
#include "core/crypto/sha256.h"
#include "core/protocol/hello.h"
#include "core/protocol/retry.h"
#include "core/protocol/welcome.h"
#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

TEST(Handshake, HonestOneOpensBothSides) {
  Pair pair;
  pair.Handshake();
  EXPECT_EQ(pair.agent.state(), AgentState::kOpen);
  EXPECT_EQ(pair.landmark->device().value(), pair.device.id().value());
  EXPECT_EQ(pair.landmark->session_counter(), 1U);
  EXPECT_EQ(*pair.agent.terms(), pair.options.terms);
}

TEST(Handshake, HelloNamesNoDevice) {
  Pair pair;
  const Packet hello = pair.Hello();
  const Packet hello2 = pair.Hello2After(pair.RetryTo(hello));
  for (const Packet* packet : {&hello, &hello2}) {
    for (const Bytes32& secret :
         {pair.device.public_key().bytes(), Bytes32(pair.device.id().value())}) {
      const ByteSpan bytes = packet->view();
      EXPECT_EQ(std::search(bytes.begin(), bytes.end(), secret.begin(), secret.end()), bytes.end());
    }
  }
}

TEST(Handshake, EveryReplyIsShorterThanItsRequest) {
  Pair pair;
  const Packet hello = pair.Hello();
  const Packet retry = pair.RetryTo(hello);
  EXPECT_LT(retry.size, hello.size);
  const Packet hello2 = pair.Hello2After(retry);
  pair.OpenLandmarkSession(hello2);
  EXPECT_LT(pair.landmark->welcome().size(), hello2.size);
}

TEST(Handshake, NoPublicKeyOperationBeforeTheAddressIsKnown) {
  Pair pair;
  const Packet hello = pair.Hello();
  Packet hello2 = pair.Hello2After(pair.RetryTo(hello));
  hello2.bytes[wire::kHello2CookieAt] ^= 1U;
  const OperationCounts before = CurrentOperationCounts();
  for (int i = 0; i < 1000; ++i) {
    Packet retry;
    EXPECT_EQ(pair.acceptor.OnHello(hello.view(), kStranger, pair.Now(), retry), Refusal::kNone);
    Bytes32 transcript{};
    EXPECT_EQ(pair.acceptor.CheckHello2(hello2.view(), kAgentEndpoint, pair.Now(), transcript),
              Refusal::kCookie);
  }
  EXPECT_EQ(CurrentOperationCounts(), before);
}

TEST(Handshake, CookieServesItsAddressItsHelloAndItsTimeOnly) {
  Pair pair;
  const Packet hello = pair.Hello();
  const Packet hello2 = pair.Hello2After(pair.RetryTo(hello));
  Bytes32 transcript{};
  const auto check = [&](const Packet& packet, const Endpoint& from) {
    return pair.acceptor.CheckHello2(packet.view(), from, pair.Now(), transcript);
  };
  EXPECT_EQ(check(hello2, kAgentEndpoint), Refusal::kNone);
  EXPECT_EQ(check(hello2, kStranger), Refusal::kCookie);
  EXPECT_EQ(check(hello2, {.address = kAgentEndpoint.address, .port = 1}), Refusal::kCookie);
  Packet other_share = hello2;
  other_share.bytes[wire::kHelloShareAt] ^= 1U;
  EXPECT_EQ(check(other_share, kAgentEndpoint), Refusal::kCookie);
  pair.clock.Advance(std::chrono::seconds(120));
  EXPECT_EQ(check(hello2, kAgentEndpoint), Refusal::kNone);
  pair.clock.Advance(std::chrono::seconds(121));
  EXPECT_EQ(check(hello2, kAgentEndpoint), Refusal::kCookie);
}

TEST(Handshake, HelloForAnotherLandmarkIsRefused) {
  Pair pair;
  Packet hello = pair.Hello();
  hello.bytes[wire::kHelloLandmarkAt] ^= 1U;
  Packet retry;
  EXPECT_EQ(pair.acceptor.OnHello(hello.view(), kAgentEndpoint, pair.Now(), retry),
            Refusal::kLandmark);
  EXPECT_EQ(retry.size, 0U);
}

TEST(Handshake, EveryZeroByteOfHelloIsChecked) {
  Pair pair;
  const Packet hello = pair.Hello();
  for (std::size_t at = wire::kHelloSuitesAt + 1; at < hello.size; ++at) {
    if (at >= wire::kHelloLandmarkAt && at < wire::kHelloResumptionAt) continue;
    Packet bent = hello;
    bent.bytes[at] = at == wire::kHelloResumptionAt ? std::uint8_t{2} : std::uint8_t{1};
    HelloOffer offer;
    const Refusal refusal = ParseHello(bent.view(), offer);
    // The byte after the first suite is a second suite, which is no fault; nor is an offer of
    // resumption (resumption_test), but 2 is none.
    const Refusal expected = at == wire::kHelloSuitesAt + 1   ? Refusal::kNone
                             : at == wire::kHelloResumptionAt ? Refusal::kField
                                                              : Refusal::kNotZero;
    EXPECT_EQ(refusal, expected) << at;
  }
}

TEST(Handshake, SuiteOneMustBeOffered) {
  Pair pair;
  Packet hello = pair.Hello();
  HelloOffer offer;
  hello.bytes[wire::kHelloSuitesAt] = 2;
  EXPECT_EQ(ParseHello(hello.view(), offer), Refusal::kSuite);
  hello.bytes[wire::kHelloSuitesAt + 1] = kSuite1;
  EXPECT_EQ(ParseHello(hello.view(), offer), Refusal::kNone);
  hello.bytes[wire::kHelloSuitesAt] = 0;
  EXPECT_EQ(ParseHello(hello.view(), offer), Refusal::kSuite);
}

TEST(Handshake, EveryBitOfHello2Counts) {
  Pair pair;
  const Packet hello2 = pair.Hello2After(pair.RetryTo(pair.Hello()));
  for (std::size_t bit = 0; bit < hello2.size * 8; ++bit) {
    Packet bent = hello2;
    bent.bytes[bit / 8] = static_cast<std::uint8_t>(bent.bytes[bit / 8] ^ (1U << (bit % 8)));
    Bytes32 transcript{};
    const Refusal refusal =
        pair.acceptor.CheckHello2(bent.view(), kAgentEndpoint, pair.Now(), transcript);
    if (refusal != Refusal::kNone) continue;
    // Only the sealed identity is beyond the reach of zeros, constants and the cookie.
    ASSERT_GE(bit / 8, wire::kHello2IdentityAt);
    ASSERT_LT(bit / 8, wire::kHello2IdentityEnd);
    const auto opened = pair.acceptor.OpenHello2(bent.view(), kAgentEndpoint);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error(), Refusal::kSeal);
  }
}

TEST(Handshake, IdentitySignedByAnotherKeyIsRefused) {
  Pair pair;
  const Packet hello = pair.Hello();
  const Packet retry = pair.RetryTo(hello);
  const X25519KeyPair share = X25519KeyPair::FromPrivate(Secret32(Sha256(AsBytes("share"))));
  Packet own_hello;
  WriteHello({.landmark_key_id = pair.keys.signing.id().value(), .share = share.public_key()},
             own_hello);
  Packet hello2;
  WriteHello2(own_hello.view(), ByteSpan(retry.bytes).subspan(wire::kRetryCookieAt, 32),
              pair.device, 5, *share.Agree(pair.keys.sealing.public_key()), hello2);
  HelloIdentity identity;
  ASSERT_EQ(OpenIdentity(hello2.view(), *share.Agree(pair.keys.sealing.public_key()), identity),
            Refusal::kNone);
  identity.device_key = SigningKeyNamed("other device").public_key().bytes();
  EXPECT_EQ(VerifyIdentity(hello2.view(), identity), Refusal::kSignature);
  identity.device_key = pair.device.public_key().bytes();
  ++identity.session_counter;
  EXPECT_EQ(VerifyIdentity(hello2.view(), identity), Refusal::kSignature);
}

TEST(Handshake, ShareOfSmallOrderIsRefused) {
  Pair pair;
  Packet hello2 = pair.Hello2After(pair.RetryTo(pair.Hello()));
  std::fill_n(hello2.bytes.begin() + wire::kHelloShareAt, 32, std::uint8_t{0});
  const auto opened = pair.acceptor.OpenHello2(hello2.view(), kAgentEndpoint);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error(), Refusal::kKeyAgreement);
}

TEST(Handshake, RetryToAnotherHelloIsRefused) {
  Pair pair;
  const Packet hello = pair.Hello();
  Packet retry = pair.RetryTo(hello);
  for (std::size_t bit = 0; bit < 32 * 8; ++bit) {
    Packet bent = retry;
    std::uint8_t& byte = bent.bytes[wire::kRetryHelloHashAt + bit / 8];
    byte = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
    EXPECT_EQ(pair.agent.OnDatagram(bent.view(), kLandmarkEndpoint, pair.Now()),
              Refusal::kHelloHash);
  }
  EXPECT_EQ(pair.agent.OnDatagram(retry.view(), kStranger, pair.Now()), Refusal::kSource);
  EXPECT_EQ(pair.agent.state(), AgentState::kAwaitRetry);
  EXPECT_EQ(pair.counter.last, 0U);
  EXPECT_EQ(pair.agent.OnDatagram(retry.view(), kLandmarkEndpoint, pair.Now()), Refusal::kNone);
  EXPECT_EQ(pair.agent.OnDatagram(retry.view(), kLandmarkEndpoint, pair.Now()), Refusal::kDuplicate);
  Packet hello2;
  EXPECT_TRUE(pair.agent.OnTimer(pair.Now(), hello2));
  EXPECT_EQ(pair.counter.last, 1U);
}

TEST(Handshake, EveryBitOfWelcomeCounts) {
  Pair pair;
  pair.OpenLandmarkSession(pair.Hello2After(pair.RetryTo(pair.Hello())));
  const WelcomeBytes welcome = pair.landmark->welcome();
  for (std::size_t bit = 0; bit < welcome.size() * 8; ++bit) {
    WelcomeBytes bent = welcome;
    bent[bit / 8] = static_cast<std::uint8_t>(bent[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_NE(pair.agent.OnDatagram(bent, kLandmarkEndpoint, pair.Now()), Refusal::kNone) << bit;
  }
  EXPECT_EQ(pair.agent.state(), AgentState::kAwaitWelcome);
  pair.Welcome();
}

TEST(Handshake, WelcomeOfAnotherLandmarkOrSessionIsRefused) {
  Pair pair;
  pair.OpenLandmarkSession(pair.Hello2After(pair.RetryTo(pair.Hello())));
  WelcomeBytes forged = pair.landmark->welcome();
  WelcomeBytes* const batch[] = {&forged};
  SignWelcomes(SigningKeyNamed("another landmark"), batch);
  EXPECT_EQ(pair.agent.OnDatagram(forged, kLandmarkEndpoint, pair.Now()), Refusal::kSignature);

  Pair other(Pair::DefaultOptions(), 2);
  other.OpenLandmarkSession(other.Hello2After(other.RetryTo(other.Hello())));
  EXPECT_EQ(pair.agent.OnDatagram(other.landmark->welcome(), kLandmarkEndpoint, pair.Now()),
            Refusal::kTranscript);
}

TEST(Handshake, WelcomeThatAsksTooMuchIsRefused) {
  const auto refusal_of = [](auto change) {
    LandmarkSessionOptions options = Pair::DefaultOptions();
    change(options.terms);
    Pair pair(options);
    pair.OpenLandmarkSession(pair.Hello2After(pair.RetryTo(pair.Hello())));
    return pair.agent.OnDatagram(pair.landmark->welcome(), kLandmarkEndpoint, pair.Now());
  };
  EXPECT_EQ(refusal_of([](SessionTerms&) {}), Refusal::kNone);
  EXPECT_EQ(refusal_of([](SessionTerms& t) { t.pings_per_second = 2001; }), Refusal::kLimit);
  EXPECT_EQ(refusal_of([](SessionTerms& t) { t.lifetime = std::chrono::minutes(11); }),
            Refusal::kLimit);
}

TEST(Handshake, TermsOutsideTheWireAreNotOffered) {
  const auto change_is_refused = [](auto change) {
    SessionTerms terms;
    change(terms);
    return !TermsFit(terms);
  };
  EXPECT_TRUE(TermsFit(SessionTerms{}));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.chain_length = 0; }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.chain_length = 257; }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.train_length = 0; }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.train_length = 9; }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.trains_outstanding = 3; }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.gap = Duration(1); }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.gap = std::chrono::seconds(1); }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.lifetime = Duration(0); }));
  EXPECT_TRUE(change_is_refused([](SessionTerms& t) { t.round = 0; }));
}

TEST(Handshake, IdenticalHello2IsAnsweredThreeTimesMore) {
  Pair pair;
  const Packet hello2 = pair.Hello2After(pair.RetryTo(pair.Hello()));
  pair.OpenLandmarkSession(hello2);
  const WelcomeBytes welcome = pair.landmark->welcome();
  EXPECT_EQ(pair.landmark->OnHello2Again(kStranger), Refusal::kSource);
  for (std::uint32_t i = 0; i < kWelcomeRepeatsMax; ++i) {
    EXPECT_EQ(pair.landmark->OnHello2Again(kAgentEndpoint), Refusal::kNone);
    EXPECT_EQ(pair.landmark->welcome(), welcome);
  }
  EXPECT_EQ(pair.landmark->OnHello2Again(kAgentEndpoint), Refusal::kRepeated);
}

class WelcomeBatch : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, WelcomeBatch, testing::Values(1, 2, 3, 4, 7, 33, 63, 64));

TEST_P(WelcomeBatch, OneSignatureServesEveryWelcomeAndNoOther) {
  const Ed25519PrivateKey key = SigningKeyNamed("landmark");
  std::vector<WelcomeBytes> welcomes(GetParam());
  std::vector<WelcomeBytes*> batch;
  for (std::size_t i = 0; i < welcomes.size(); ++i) {
    welcomes[i] = WriteWelcome({.session_id = i + 1});
    batch.push_back(&welcomes[i]);
  }
  const OperationCounts before = CurrentOperationCounts();
  SignWelcomes(key, batch);
  EXPECT_EQ(CurrentOperationCounts().sign, before.sign + 1);
  for (WelcomeBytes& welcome : welcomes) {
    EXPECT_EQ(VerifyWelcomeSignature(welcome, key.public_key()), Refusal::kNone);
    welcome[wire::kWelcomeNonceAt] ^= 1U;
    EXPECT_EQ(VerifyWelcomeSignature(welcome, key.public_key()), Refusal::kSignature);
  }
}

TEST(WelcomeBatch, MalformedPathIsRefusedWithoutASignatureCheck) {
  const Ed25519PrivateKey key = SigningKeyNamed("landmark");
  WelcomeBytes welcome = WriteWelcome({.session_id = 1});
  WelcomeBytes* const batch[] = {&welcome};
  SignWelcomes(key, batch);
  const OperationCounts before = CurrentOperationCounts();
  const auto refusal_with = [&](std::size_t at, std::uint8_t value) {
    WelcomeBytes bent = welcome;
    bent[at] = value;
    return VerifyWelcomeSignature(bent, key.public_key());
  };
  EXPECT_EQ(refusal_with(wire::kWelcomePathLengthAt, 7), Refusal::kField);
  EXPECT_EQ(refusal_with(wire::kWelcomeLeafIndexAt, 1), Refusal::kField);
  EXPECT_EQ(refusal_with(wire::kWelcomePaddingAt, 1), Refusal::kNotZero);
  EXPECT_EQ(refusal_with(wire::kWelcomePathAt, 1), Refusal::kNotZero);
  EXPECT_EQ(CurrentOperationCounts(), before);
}

}  // namespace
}  // namespace earshot::protocol_test
