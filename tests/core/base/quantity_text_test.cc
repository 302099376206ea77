#include "core/base/quantity_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(ParseDuration, NumberAndUnitAreRead) {
  EXPECT_EQ(ParseDuration("20 s").value(), seconds(20));
  EXPECT_EQ(ParseDuration("1.5ms").value(), microseconds(1500));
  EXPECT_EQ(ParseDuration("2 min").value(), seconds(120));
}

TEST(ParseDuration, MissingUnitSaysWhatToWrite) {
  const auto result = ParseDuration("5");
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message(), HasSubstr("has no unit; write \"5 s\""));
}

TEST(ParseDuration, ForeignUnitNonNumberAndOverflowAreRefused) {
  for (const char* text : {"5 km", "fast", "", "nan s", "inf s", "1e30 d", "5 s s"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

TEST(ParseDistance, KilometresAndMetresAreReadAndSecondsAreNot) {
  EXPECT_DOUBLE_EQ(ParseDistance("25 km").value().metres(), 25000);
  EXPECT_DOUBLE_EQ(ParseDistance("300 m").value().metres(), 300);
  EXPECT_FALSE(ParseDistance("3 s").has_value());
  EXPECT_FALSE(ParseDistance("1e308 km").has_value());
}

TEST(DurationText, ShortestExactFormIsReadBack) {
  EXPECT_EQ(DurationText(seconds(20)), "20 s");
  EXPECT_EQ(DurationText(microseconds(1500)), "1500 us");
  EXPECT_EQ(ParseDuration(DurationText(Duration(1234567))).value(), Duration(1234567));
}

TEST(DurationText, NothingIsInSeconds) { EXPECT_EQ(DurationText(Duration(0)), "0 s"); }

TEST(UtcText, WholeSecondsRoundedDownAlsoBefore1970) {
  EXPECT_EQ(UtcText(WallInstant::FromNanoseconds(1'795'372'445'999'999'999)),
            "2026-11-22 18:34:05 UTC");
  EXPECT_EQ(UtcText(WallInstant::FromNanoseconds(0)), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(UtcText(WallInstant::FromNanoseconds(-1)), "1969-12-31 23:59:59 UTC");
}

}  // namespace
}  // namespace earshot
