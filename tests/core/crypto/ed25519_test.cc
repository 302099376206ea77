#include "core/crypto/ed25519.h"

#include <gtest/gtest.h>

#include "core/crypto/operation_counts.h"
#include "core/crypto/seeded_random.h"
#include "core/crypto/sha256.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032, 7.1, tests 1 to 3.
constexpr Vector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
     "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};

Ed25519PrivateKey KeyOf(const char* seed) {
  return Ed25519PrivateKey::FromSeed(Secret32(Hex32(seed)));
}

// The group order L = 2^252 + 27742317777372353535851937790883648493, little-endian.
const char* const kGroupOrder = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

TEST(Ed25519, Rfc8032SignaturesAreReproducedAndVerify) {
  for (const Vector& vector : kRfc8032) {
    const Ed25519PrivateKey key = KeyOf(vector.seed);
    EXPECT_EQ(HexEncode(key.public_key().bytes()), vector.public_key);
    EXPECT_EQ(HexEncode(key.Sign(Hex(vector.message))), vector.signature);
    const auto parsed = Ed25519PublicKey::Parse(Hex(vector.public_key));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(*parsed, key.public_key());
    EXPECT_TRUE(parsed->Verify(Hex(vector.message), Hex(vector.signature)));
  }
}

TEST(Ed25519, AnyBitFlippedInSignatureMessageOrKeyIsRefused) {
  const Ed25519PrivateKey key = KeyOf(kRfc8032[0].seed);
  const Bytes message(8, 0x11);
  const Ed25519Signature signature = key.Sign(message);
  ASSERT_TRUE(key.public_key().Verify(message, signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    EXPECT_FALSE(key.public_key().Verify(message, WithBitFlipped(signature, bit))) << bit;
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    EXPECT_FALSE(key.public_key().Verify(WithBitFlipped(message, bit), signature)) << bit;
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    const auto other = Ed25519PublicKey::Parse(WithBitFlipped(key.public_key().bytes(), bit));
    EXPECT_FALSE(other.has_value() && other->Verify(message, signature)) << bit;
  }
}

TEST(Ed25519, SignatureOfAnotherLengthIsRefused) {
  const Ed25519PrivateKey key = KeyOf(kRfc8032[0].seed);
  const Ed25519Signature signature = key.Sign({});
  Bytes longer(signature.begin(), signature.end());
  longer.push_back(0);
  EXPECT_FALSE(key.public_key().Verify({}, longer));
  EXPECT_FALSE(key.public_key().Verify({}, ByteSpan(signature).first(63)));
  EXPECT_FALSE(key.public_key().Verify({}, {}));
}

// S and S + L satisfy the same equation; only the smaller may count (RFC 8032, 5.1.7), else one
// signed object would exist in two forms with two hashes.
TEST(Ed25519, SignatureWithTheGroupOrderAddedIsRefused) {
  const Ed25519PrivateKey key = KeyOf(kRfc8032[0].seed);
  Ed25519Signature signature = key.Sign({});
  const Bytes32 order = Hex32(kGroupOrder);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned>(signature[32 + i]) + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8U;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_FALSE(key.public_key().Verify({}, signature));
}

TEST(Ed25519, PublicKeysOfSmallOrderAreRefusedInEveryEncoding) {
  for (const char* text : {"0000000000000000000000000000000000000000000000000000000000000000",
                           "0100000000000000000000000000000000000000000000000000000000000000",
                           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const Bytes32 point = Hex32(text);
    EXPECT_FALSE(Ed25519PublicKey::Parse(point).has_value()) << text;
    EXPECT_FALSE(Ed25519PublicKey::Parse(WithBitFlipped(point, 255)).has_value()) << text;
  }
}

TEST(Ed25519, PublicKeyOfAnotherLengthIsRefused) {
  EXPECT_FALSE(Ed25519PublicKey::Parse(Bytes(31, 5)).has_value());
  EXPECT_FALSE(Ed25519PublicKey::Parse(Bytes(33, 5)).has_value());
}

TEST(Ed25519, KeysAreNamedByTheHashOfThePublicKey) {
  const Ed25519PrivateKey key = KeyOf(kRfc8032[1].seed);
  EXPECT_EQ(key.id(), KeyId(Sha256(Hex(kRfc8032[1].public_key))));
  EXPECT_NE(key.id(), KeyOf(kRfc8032[2].seed).id());
}

TEST(Ed25519, GeneratedKeyIsTheOneOfTheDrawnSeed) {
  SeededRandom random(1);
  SeededRandom again(1);
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  EXPECT_EQ(key.public_key(),
            Ed25519PrivateKey::FromSeed(Secret32(again.NextBytes32())).public_key());
  EXPECT_NE(Ed25519PrivateKey::Generate(random).public_key(), key.public_key());
}

TEST(Ed25519, MovedKeySigns) {
  Ed25519PrivateKey source = KeyOf(kRfc8032[0].seed);
  const Ed25519PrivateKey target = std::move(source);
  EXPECT_EQ(HexEncode(target.Sign({})), kRfc8032[0].signature);
  EXPECT_EQ(HexEncode(target.seed().Expose()), kRfc8032[0].seed);
}

TEST(Ed25519, OperationsAreCountedAndCheapRefusalsAreNot) {
  const Ed25519PrivateKey key = KeyOf(kRfc8032[0].seed);
  const OperationCounts before = CurrentOperationCounts();
  const Ed25519Signature signature = key.Sign({});
  EXPECT_TRUE(key.public_key().Verify({}, signature));
  EXPECT_FALSE(key.public_key().Verify({}, WithBitFlipped(signature, 3)));
  EXPECT_FALSE(key.public_key().Verify({}, ByteSpan(signature).first(10)));
  const OperationCounts after = CurrentOperationCounts();
  EXPECT_EQ(after.sign - before.sign, 1U);
  EXPECT_EQ(after.verify - before.verify, 2U);
  EXPECT_EQ(after.key_agreement, before.key_agreement);
}

}  // namespace
}  // namespace earshot
