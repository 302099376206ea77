// The timed path allocates nothing: counted in our code (operator new) and in OpenSSL's.
#include <gtest/gtest.h>

#include "core/crypto/aead.h"
#include "core/crypto/cookie.h"
#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/merkle.h"
#include "core/crypto/pooled_random.h"
#include "core/crypto/seeded_random.h"
#include "tests/support/allocation_counter.h"

namespace earshot {
namespace {

// The control: both counters do count.
TEST(Allocation, CountersSeeOurAllocationsAndThoseOfOpenssl) {
  ASSERT_TRUE(OpensslIsCounted());
  EXPECT_EQ(AllocationsIn([] { ::operator delete(::operator new(1)); }), 1U);
  SeededRandom random(1);
  const Secret32 key = Secret32::Draw(random);
  EXPECT_GE(AllocationsIn([&] { AeadSeal(key, AeadNonce{}, {}, {}); }), 2U);
}

// What the agent does between receiving a ping and sending its pong, first use included.
TEST(Allocation, ChainVerificationAndPongTagAllocateNothing) {
  SeededRandom random(1);
  const HashChain chain = HashChain::Generate(9, 100, random);
  HashChainVerifier verifier(9, chain.anchor(), 100, 16);
  const HmacSha256Key key(Bytes(32, 1));
  const Bytes ping(64, 2);
  const Bytes header(32, 3);
  Bytes32 tag{};
  bool all_accepted = true;
  EXPECT_EQ(AllocationsIn([&] {
              for (const std::uint32_t index : {1U, 10U, 5U, 26U, 27U}) {
                all_accepted &= verifier.Accept(index, chain.Nonce(index)) ==
                                HashChainAnswer::kAccepted;
                tag = key.Tag({ping, header});
              }
            }),
            0U);
  EXPECT_TRUE(all_accepted);
  EXPECT_TRUE(key.Verify({ping, header}, tag));
}

TEST(Allocation, RefusingAForgedPingAllocatesNothing) {
  SeededRandom random(1);
  const HashChain chain = HashChain::Generate(9, 100, random);
  HashChainVerifier verifier(9, chain.anchor(), 100, 16);
  const HmacSha256Key key(Bytes(32, 1));
  EXPECT_EQ(AllocationsIn([&] {
              EXPECT_EQ(verifier.Accept(16, chain.Nonce(1)), HashChainAnswer::kForged);
              EXPECT_FALSE(key.Verify({chain.anchor()}, chain.Nonce(1)));
            }),
            0U);
}

TEST(Allocation, CookiesAndPooledDrawsAllocateNothing) {
  SystemRandom random;
  const MonotonicInstant now = MonotonicInstant::FromNanoseconds(0);
  CookieMint mint(random, now);
  random.NextU64();  // OpenSSL seeds its generator on the first draw.
  const Bytes32 hello{};
  EXPECT_EQ(AllocationsIn([&] {
              const Cookie cookie = mint.Mint(Endpoint{1, 2}, hello, now);
              EXPECT_TRUE(mint.Accept(cookie, Endpoint{1, 2}, hello, now));
              EXPECT_NE(random.NextBytes32(), hello);
            }),
            0U);
}

TEST(Allocation, MerklePathVerificationAllocatesNothing) {
  const MerkleTree tree(std::vector<Bytes32>(64));
  const MerklePath path = tree.Path(37);
  EXPECT_EQ(AllocationsIn([&] {
              EXPECT_TRUE(VerifyMerklePath(Bytes32{}, 37, 64, path, tree.root()));
            }),
            0U);
}

}  // namespace
}  // namespace earshot
