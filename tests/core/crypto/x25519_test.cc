#include "core/crypto/x25519.h"

#include <gtest/gtest.h>

#include "core/crypto/operation_counts.h"
#include "core/crypto/seeded_random.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

X25519KeyPair PairOf(const char* private_key) {
  return X25519KeyPair::FromPrivate(Secret32(Hex32(private_key)));
}

// RFC 7748, 6.1.
TEST(X25519, Rfc7748AgreementIsReproducedFromBothSides) {
  const X25519KeyPair alice =
      PairOf("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const X25519KeyPair bob =
      PairOf("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  EXPECT_EQ(HexEncode(alice.public_key()),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(HexEncode(bob.public_key()),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const std::string shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(HexEncode(alice.Agree(bob.public_key()).value().Expose()), shared);
  EXPECT_EQ(HexEncode(bob.Agree(alice.public_key()).value().Expose()), shared);
}

// RFC 7748, 5.2, first vector.
TEST(X25519, Rfc7748ScalarMultiplicationIsReproduced) {
  const X25519KeyPair pair =
      PairOf("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
  const auto point = Hex32("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
  EXPECT_EQ(HexEncode(pair.Agree(point).value().Expose()),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

// The points of small order, which force the result to zero (cr.yp.to/ecdh.html).
TEST(X25519, ShareOfSmallOrderIsRefused) {
  SeededRandom random(1);
  const X25519KeyPair pair = X25519KeyPair::Generate(random);
  for (const char* share : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const auto agreed = pair.Agree(Hex32(share));
    ASSERT_FALSE(agreed.has_value()) << share;
    EXPECT_EQ(agreed.error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(X25519, AnotherPairAgreesOnAnotherSecret) {
  SeededRandom random(2);
  const X25519KeyPair a = X25519KeyPair::Generate(random);
  const X25519KeyPair b = X25519KeyPair::Generate(random);
  const X25519KeyPair c = X25519KeyPair::Generate(random);
  EXPECT_EQ(HexEncode(a.Agree(b.public_key()).value().Expose()),
            HexEncode(b.Agree(a.public_key()).value().Expose()));
  EXPECT_NE(HexEncode(a.Agree(b.public_key()).value().Expose()),
            HexEncode(a.Agree(c.public_key()).value().Expose()));
}

TEST(X25519, AgreementsAreCountedRefusedOnesIncluded) {
  SeededRandom random(3);
  const X25519KeyPair pair = X25519KeyPair::Generate(random);
  const OperationCounts before = CurrentOperationCounts();
  EXPECT_TRUE(pair.Agree(X25519KeyPair::Generate(random).public_key()).has_value());
  EXPECT_FALSE(pair.Agree(Bytes32{}).has_value());
  EXPECT_EQ(CurrentOperationCounts().key_agreement - before.key_agreement, 2U);
  EXPECT_EQ(CurrentOperationCounts().sign, before.sign);
}

}  // namespace
}  // namespace earshot
