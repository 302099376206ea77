#include "core/base/bytes.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Bytes, HexadecimalTextRoundTrips) {
  const Bytes bytes = {0x00, 0x7f, 0x80, 0xff};
  EXPECT_EQ(HexEncode(bytes), "007f80ff");
  EXPECT_EQ(HexDecode("007F80ff").value(), bytes);
}

TEST(Bytes, OddLengthAndForeignDigitsAreRefused) {
  EXPECT_EQ(HexDecode("abc").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(HexDecode("0g").error().code(), ErrorCode::kInvalidArgument);
}

TEST(Bytes, ThirtyTwoBytesMeansExactlyThirtyTwo) {
  EXPECT_TRUE(HexDecode32(std::string(64, 'a')).has_value());
  EXPECT_FALSE(HexDecode32(std::string(62, 'a')).has_value());
  EXPECT_FALSE(HexDecode32(std::string(66, 'a')).has_value());
}

TEST(Bytes, BigEndianFieldsRoundTripAtAnyOffset) {
  Bytes buffer(11, 0);
  StoreBigEndian<std::uint64_t>(buffer, 3, 0x0102030405060708ULL);
  EXPECT_EQ(buffer[3], 1);
  EXPECT_EQ(buffer[10], 8);
  EXPECT_EQ(LoadBigEndian<std::uint64_t>(buffer, 3), 0x0102030405060708ULL);
  EXPECT_EQ(LoadBigEndian<std::uint16_t>(buffer, 9), 0x0708);
  EXPECT_EQ(LoadBigEndian<std::uint8_t>(buffer, 10), 8);
}

}  // namespace
}  // namespace earshot
