#include "sim/path/philox.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/bytes.h"

namespace earshot {
namespace {

// The known answers of the Random123 distribution (kat_vectors, philox4x32, 10 rounds).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(PhiloxAt(PhiloxKey{0}, 0, 0, 0),
            (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(PhiloxAt(PhiloxKey{~std::uint64_t{0}}, ~std::uint64_t{0}, 0xffffffff, 0xffffffff),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Philox, StreamDependsOnSeedEntityAndPurpose) {
  std::set<std::uint64_t> keys;
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const char* entity : {"a", "b", "ab"}) {
      for (const char* purpose : {"path", "agent"}) {
        keys.insert(PhiloxKey::For(seed, entity, purpose).value);
      }
    }
  }
  EXPECT_EQ(keys.size(), 12U);
  EXPECT_NE(PhiloxKey::For(1, "a", "bc").value, PhiloxKey::For(1, "ab", "c").value);
  EXPECT_EQ(PhiloxKey::For(1, "a", "bc").value, PhiloxKey::For(1, "a", "bc").value);
}

TEST(PhiloxRandom, BytesDoNotDependOnHowDrawsAreCut) {
  PhiloxRandom whole(PhiloxKey{7});
  PhiloxRandom pieces(PhiloxKey{7});
  Bytes a(100);
  Bytes b(100);
  whole.Fill(a);
  for (std::size_t at = 0, step = 1; at < b.size(); at += step, step = step % 9 + 1) {
    step = std::min(step, b.size() - at);
    pieces.Fill(MutableByteSpan(b).subspan(at, step));
  }
  EXPECT_EQ(a, b);
}

TEST(PhiloxRandom, OtherKeyOtherBytes) {
  EXPECT_NE(PhiloxRandom(PhiloxKey{7}).NextU64(), PhiloxRandom(PhiloxKey{8}).NextU64());
}

}  // namespace
}  // namespace earshot
