#include "core/crypto/hkdf.h"

#include <gtest/gtest.h>

#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

Bytes Counting(std::uint8_t first, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

void ExpectVector(const Bytes& material, const Bytes& salt, const Bytes& info,
                  const std::string& extracted, const std::string& expanded) {
  const Secret32 key = HkdfExtract(salt, material);
  EXPECT_EQ(HexEncode(key.Expose()), extracted);
  Bytes out(expanded.size() / 2);
  HkdfExpand(key, info, out);
  EXPECT_EQ(HexEncode(out), expanded);
}

// RFC 5869, appendix A.1 to A.3.
TEST(Hkdf, Rfc5869VectorsAreReproduced) {
  ExpectVector(Bytes(22, 0x0b), Counting(0, 13), Counting(0xf0, 10),
               "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
               "34007208d5b887185865");
  ExpectVector(Counting(0, 80), Counting(0x60, 80), Counting(0xb0, 80),
               "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
               "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
               "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
               "cc30c58179ec3e87c14c01d5c1f3434f1d87");
  ExpectVector(Bytes(22, 0x0b), {}, {},
               "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
               "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
               "9d201395faa4b61a96c8");
}

TEST(Hkdf, OtherInfoOrSaltYieldsAnotherKey) {
  const Secret32 key = HkdfExtract(AsBytes("salt"), AsBytes("material"));
  const Secret32 other = HkdfExtract(AsBytes("tlas"), AsBytes("material"));
  EXPECT_NE(HexEncode(HkdfExpand32(key, AsBytes("a")).Expose()),
            HexEncode(HkdfExpand32(key, AsBytes("b")).Expose()));
  EXPECT_NE(HexEncode(HkdfExpand32(key, AsBytes("a")).Expose()),
            HexEncode(HkdfExpand32(other, AsBytes("a")).Expose()));
}

TEST(HkdfDeathTest, ExpandingBeyondTheLimitOfTheRfcIsOurBug) {
  const Secret32 key = HkdfExtract({}, AsBytes("material"));
  Bytes allowed(kHkdfOutputBytesMax);
  HkdfExpand(key, {}, allowed);
  Bytes beyond(kHkdfOutputBytesMax + 1);
  EXPECT_DEATH(HkdfExpand(key, {}, beyond), "check failed");
}

}  // namespace
}  // namespace earshot
