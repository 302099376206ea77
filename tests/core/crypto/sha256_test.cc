#include "core/crypto/sha256.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

// FIPS 180-4 example values.
TEST(Sha256, PublishedDigestsAreReproduced) {
  EXPECT_EQ(HexEncode(Sha256(ByteSpan())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexEncode(Sha256(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexEncode(Sha256(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(HexEncode(Sha256(Bytes(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PartsHashAsOneStringWhereverTheyAreCut) {
  Bytes message(150);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
  const ByteSpan whole(message);
  const Bytes32 expected = Sha256(whole);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(Sha256({whole.first(cut), whole.subspan(cut)}), expected) << cut;
  }
  EXPECT_NE(Sha256({whole, whole.first(1)}), expected);
}

TEST(Sha256, CopiedStateForksTheComputation) {
  Sha256State common;
  common.Update(AsBytes("ab"));
  Sha256State other = common;
  common.Update(AsBytes("c"));
  other.Update(AsBytes("d"));
  EXPECT_EQ(common.Finish(), Sha256(AsBytes("abc")));
  EXPECT_EQ(other.Finish(), Sha256(AsBytes("abd")));
}

}  // namespace
}  // namespace earshot
