#include "core/crypto/hmac.h"

#include <gtest/gtest.h>

#include <string>

#include "core/crypto/secret.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

struct TagVector {
  Bytes key;
  Bytes data;
  std::string tag;
};

// RFC 4231, 4.2 to 4.8 without the truncated case.
std::vector<TagVector> Rfc4231() {
  const auto text = [](std::string_view s) { return Bytes(s.begin(), s.end()); };
  return {
      {Bytes(20, 0x0b), text("Hi There"),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {text("Jefe"), text("what do ya want for nothing?"),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {Bytes(20, 0xaa), Bytes(50, 0xdd),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {Hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {Bytes(131, 0xaa), text("Test Using Larger Than Block-Size Key - Hash Key First"),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {Bytes(131, 0xaa),
       text("This is a test using a larger than block-size key and a larger than block-size data. "
            "The key needs to be hashed before being used by the HMAC algorithm."),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
}

TEST(Hmac, Rfc4231TagsAreReproduced) {
  for (const TagVector& vector : Rfc4231()) {
    const HmacSha256Key key(vector.key);
    EXPECT_EQ(HexEncode(key.Tag({vector.data})), vector.tag);
    EXPECT_TRUE(key.Verify({vector.data}, Hex(vector.tag)));
  }
}

TEST(Hmac, OneKeyTagsManyMessagesIndependently) {
  const HmacSha256Key key(Bytes(20, 0x0b));
  const Bytes32 first = key.Tag({AsBytes("Hi There")});
  EXPECT_NE(key.Tag({AsBytes("Hi there")}), first);
  EXPECT_EQ(key.Tag({AsBytes("Hi "), AsBytes("There")}), first);
}

TEST(Hmac, TagOrMessageOrKeyWithAnyBitFlippedIsRefused) {
  const Bytes secret(32, 0x5a);
  const Bytes message(96, 0x33);
  const HmacSha256Key key(secret);
  const Bytes32 tag = key.Tag({message});
  ASSERT_TRUE(key.Verify({message}, tag));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_FALSE(key.Verify({message}, WithBitFlipped(tag, bit)));
    EXPECT_FALSE(HmacSha256Key(WithBitFlipped(secret, bit)).Verify({message}, tag));
  }
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    EXPECT_FALSE(key.Verify({WithBitFlipped(message, bit)}, tag));
  }
}

TEST(Hmac, TruncatedOrExtendedTagIsRefused) {
  const HmacSha256Key key(Bytes(32, 1));
  const Bytes32 tag = key.Tag({AsBytes("m")});
  EXPECT_FALSE(key.Verify({AsBytes("m")}, ByteSpan(tag).first(31)));
  EXPECT_FALSE(key.Verify({AsBytes("m")}, ByteSpan()));
  Bytes longer(tag.begin(), tag.end());
  longer.push_back(0);
  EXPECT_FALSE(key.Verify({AsBytes("m")}, longer));
}

TEST(HmacDeathTest, MovedKeyTagsAndItsSourceMayNotBeUsed) {
  HmacSha256Key source(Bytes(32, 7));
  const Bytes32 tag = source.Tag({AsBytes("m")});
  const HmacSha256Key target = std::move(source);
  EXPECT_EQ(target.Tag({AsBytes("m")}), tag);
  EXPECT_DEATH(static_cast<void>(source.Tag({AsBytes("m")})), "check failed");
}

}  // namespace
}  // namespace earshot
