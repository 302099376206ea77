#include "core/crypto/aead.h"

#include <gtest/gtest.h>

#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

Secret32 Rfc8439Key() {
  return Secret32(Hex32("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
}
constexpr AeadNonce kNonce = {0x07, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47};
const char* const kPlaintext =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.";

// RFC 8439, 2.8.2.
TEST(Aead, Rfc8439VectorIsReproducedAndOpens) {
  const Bytes data = Hex("50515253c0c1c2c3c4c5c6c7");
  const Bytes sealed = AeadSeal(Rfc8439Key(), kNonce, data, AsBytes(kPlaintext));
  EXPECT_EQ(HexEncode(sealed),
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
            "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
            "3ff4def08e4b7a9de576d26586cec64b6116"
            "1ae10b594f09e26a7e902ecbd0600691");
  const auto opened = AeadOpen(Rfc8439Key(), kNonce, data, sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(ToString(*opened), kPlaintext);
}

TEST(Aead, AnyBitFlippedInSealedDataNonceOrKeyIsRefused) {
  const Bytes data = Hex("0011");
  const Bytes sealed = AeadSeal(Rfc8439Key(), kNonce, data, AsBytes("text"));
  ASSERT_TRUE(AeadOpen(Rfc8439Key(), kNonce, data, sealed).has_value());
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    const auto opened = AeadOpen(Rfc8439Key(), kNonce, data, WithBitFlipped(sealed, bit));
    ASSERT_FALSE(opened.has_value()) << bit;
    EXPECT_EQ(opened.error().code(), ErrorCode::kUnauthenticated);
  }
  for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
    EXPECT_FALSE(AeadOpen(Rfc8439Key(), kNonce, WithBitFlipped(data, bit), sealed).has_value());
  }
  for (std::size_t bit = 0; bit < kNonce.size() * 8; ++bit) {
    EXPECT_FALSE(AeadOpen(Rfc8439Key(), WithBitFlipped(kNonce, bit), data, sealed).has_value());
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Bytes32 key{};
    std::copy_n(Rfc8439Key().Expose().begin(), key.size(), key.begin());
    const Secret32 other(WithBitFlipped(key, bit));
    EXPECT_FALSE(AeadOpen(other, kNonce, data, sealed).has_value());
  }
}

TEST(Aead, TruncatedAtAnyLengthIsRefused) {
  const Bytes sealed = AeadSeal(Rfc8439Key(), kNonce, {}, AsBytes("some text"));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(AeadOpen(Rfc8439Key(), kNonce, {}, ByteSpan(sealed).first(size)).has_value());
  }
}

TEST(Aead, EmptyTextIsATagAndOpensToNothing) {
  const Bytes sealed = AeadSeal(Rfc8439Key(), kNonce, AsBytes("data"), {});
  EXPECT_EQ(sealed.size(), kAeadTagBytes);
  const auto opened = AeadOpen(Rfc8439Key(), kNonce, AsBytes("data"), sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_TRUE(opened->empty());
}

TEST(Aead, TextAtTheLimitSealsAndOneByteMoreIsRefusedOnOpening) {
  const Bytes limit(kAeadPlaintextBytesMax, 1);
  Bytes sealed = AeadSeal(Rfc8439Key(), kNonce, {}, limit);
  EXPECT_TRUE(AeadOpen(Rfc8439Key(), kNonce, {}, sealed).has_value());
  sealed.push_back(0);
  EXPECT_FALSE(AeadOpen(Rfc8439Key(), kNonce, {}, sealed).has_value());
}

}  // namespace
}  // namespace earshot
