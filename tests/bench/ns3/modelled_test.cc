// Modelled cryptography says yes to what is right and no to what is wrong, as the real one does.
#include <gtest/gtest.h>

#include "core/crypto/aead.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/hkdf.h"
#include "core/crypto/hmac.h"
#include "core/crypto/sha256.h"
#include "core/crypto/siphash.h"
#include "core/crypto/x25519.h"

namespace earshot {
namespace {

Secret32 SecretOf(std::uint8_t byte) {
  Bytes32 bytes{};
  bytes.fill(byte);
  return Secret32(std::move(bytes));
}

Bytes Counting(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + 1);
  return bytes;
}

// This program must not hold the real hash, whose digest of nothing is known.
TEST(ModelledHash, IsNotTheRealOne) {
  EXPECT_NE(HexEncode(Sha256(ByteSpan())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ModelledHash, DoesNotDependOnHowTheBytesWereCutUp) {
  const Bytes bytes = Counting(100);
  const Bytes32 whole = Sha256(bytes);
  for (std::size_t a = 0; a <= bytes.size(); a += 3) {
    for (std::size_t b = a; b <= bytes.size(); b += 7) {
      const ByteSpan all(bytes);
      EXPECT_EQ(Sha256({all.first(a), all.subspan(a, b - a), all.subspan(b)}), whole);
    }
  }
}

TEST(ModelledHash, AnyOtherBitOrLengthIsAnotherDigest) {
  const Bytes bytes = Counting(58);
  const Bytes32 digest = Sha256(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    Bytes other = bytes;
    other[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_NE(Sha256(other), digest) << bit;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_NE(Sha256(longer), digest);
}

TEST(ModelledTag, VerifiesUnderItsKeyOverItsMessageAlone) {
  const HmacSha256Key key(Counting(32));
  const HmacSha256Key other(Counting(31));
  const Bytes message = Counting(96);
  const Bytes32 tag = key.Tag({ByteSpan(message)});
  EXPECT_TRUE(key.Verify({ByteSpan(message).first(40), ByteSpan(message).subspan(40)}, tag));
  EXPECT_FALSE(other.Verify({ByteSpan(message)}, tag));
  EXPECT_FALSE(key.Verify({ByteSpan(message).first(95)}, tag));
  EXPECT_FALSE(key.Verify({ByteSpan(message)}, ByteSpan(tag).first(31)));
}

TEST(ModelledSignature, StandsForItsKeyAndMessageAlone) {
  const auto key = Ed25519PrivateKey::FromSeed(SecretOf(1));
  const auto other = Ed25519PrivateKey::FromSeed(SecretOf(2));
  const Bytes message = Counting(200);
  Ed25519Signature signature = key.Sign(message);
  EXPECT_TRUE(key.public_key().Verify(message, signature));
  EXPECT_FALSE(other.public_key().Verify(message, signature));
  EXPECT_FALSE(key.public_key().Verify(ByteSpan(message).first(199), signature));
  signature[63] ^= 1U;
  EXPECT_FALSE(key.public_key().Verify(message, signature));
}

TEST(ModelledAgreement, BothSidesAgreeAndAThirdDoesNot) {
  const auto a = X25519KeyPair::FromPrivate(SecretOf(3));
  const auto b = X25519KeyPair::FromPrivate(SecretOf(4));
  const auto c = X25519KeyPair::FromPrivate(SecretOf(5));
  const auto ab = a.Agree(b.public_key());
  const auto ba = b.Agree(a.public_key());
  const auto cb = c.Agree(b.public_key());
  ASSERT_TRUE(ab.has_value() && ba.has_value() && cb.has_value());
  EXPECT_TRUE(ConstantTimeEqual(ab->Expose(), ba->Expose()));
  EXPECT_FALSE(ConstantTimeEqual(ab->Expose(), cb->Expose()));
  EXPECT_FALSE(a.Agree(Bytes32{}).has_value());
}

TEST(ModelledSeal, OpensUnderItsKeyNonceAndDataAlone) {
  const Secret32 key = SecretOf(6);
  const AeadNonce nonce{1};
  const Bytes data = Counting(10);
  const Bytes plaintext = Counting(300);
  Bytes sealed = AeadSeal(key, nonce, data, plaintext);
  EXPECT_FALSE(std::equal(plaintext.begin(), plaintext.end(), sealed.begin()));
  EXPECT_EQ(AeadOpen(key, nonce, data, sealed).value_or(Bytes{}), plaintext);
  EXPECT_FALSE(AeadOpen(SecretOf(7), nonce, data, sealed).has_value());
  EXPECT_FALSE(AeadOpen(key, AeadNonce{2}, data, sealed).has_value());
  EXPECT_FALSE(AeadOpen(key, nonce, plaintext, sealed).has_value());
  sealed[0] ^= 1U;
  EXPECT_FALSE(AeadOpen(key, nonce, data, sealed).has_value());
}

TEST(ModelledDerivation, OtherInfoOrSaltIsAnotherKey) {
  const Bytes salt = Counting(8);
  const Secret32 extracted = HkdfExtract(salt, Counting(32));
  EXPECT_FALSE(ConstantTimeEqual(extracted.Expose(), HkdfExtract({}, Counting(32)).Expose()));
  const Secret32 a = HkdfExpand32(extracted, AsBytes("a"));
  EXPECT_TRUE(ConstantTimeEqual(a.Expose(), HkdfExpand32(extracted, AsBytes("a")).Expose()));
  EXPECT_FALSE(ConstantTimeEqual(a.Expose(), HkdfExpand32(extracted, AsBytes("b")).Expose()));
}

TEST(ModelledMark, DependsOnKeyAndBytes) {
  const SipHashKey key(SecretOf(8));
  const Bytes bytes = Counting(40);
  EXPECT_EQ(key.Tag({ByteSpan(bytes)}), key.Tag({ByteSpan(bytes).first(3), ByteSpan(bytes).subspan(3)}));
  EXPECT_NE(key.Tag({ByteSpan(bytes)}), SipHashKey(SecretOf(9)).Tag({ByteSpan(bytes)}));
  EXPECT_NE(key.Tag({ByteSpan(bytes)}), key.Tag({ByteSpan(bytes).first(39)}));
}

}  // namespace
}  // namespace earshot
