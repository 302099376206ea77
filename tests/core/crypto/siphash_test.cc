#include "core/crypto/siphash.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/seeded_random.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

SipHashKey KeyOfTheReference() {
  Bytes32 bytes{};
  for (std::size_t i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return SipHashKey(Secret32(std::move(bytes)));
}

// The authors' vectors for 128-bit tags (github.com/veorq/SipHash, vectors.h): input 00, 01, ...
TEST(SipHash, TagsOfTheReferenceAreReproduced) {
  const SipHashKey key = KeyOfTheReference();
  const Bytes input = {0, 1, 2};
  EXPECT_EQ(HexEncode(key.Tag({})), "a3817f04ba25a8e66df67214c7550293");
  EXPECT_EQ(HexEncode(key.Tag({ByteSpan(input).first(1)})), "da87c1d86b99af44347659119b22fc45");
  EXPECT_EQ(HexEncode(key.Tag({ByteSpan(input).first(2)})), "8177228da4a45dc7fca38bdef60affe4");
  EXPECT_EQ(HexEncode(key.Tag({input})), "9c70b60c5267a94e5f33b6b02985ed51");
}

TEST(SipHash, PartsCountAsOneStringAndATagLeavesNothingBehind) {
  const SipHashKey key = KeyOfTheReference();
  const Bytes input = {0, 1, 2};
  const SipHashTag whole = key.Tag({input});
  EXPECT_EQ(key.Tag({ByteSpan(input).first(1), ByteSpan(input).subspan(1)}), whole);
  EXPECT_NE(key.Tag({ByteSpan(input).first(2)}), whole);
  EXPECT_EQ(key.Tag({input}), whole);
}

TEST(SipHash, OtherKeysGiveOtherTagsAlsoAfterAMove) {
  SeededRandom random(1);
  SipHashKey key = SipHashKey::Draw(random);
  const SipHashKey other = SipHashKey::Draw(random);
  const SipHashTag tag = key.Tag({AsBytes("text")});
  EXPECT_NE(other.Tag({AsBytes("text")}), tag);
  const SipHashKey moved = std::move(key);
  EXPECT_EQ(moved.Tag({AsBytes("text")}), tag);
}

}  // namespace
}  // namespace earshot
