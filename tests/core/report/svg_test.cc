#include "core/report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace earshot {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Svg, TextCannotOpenAnElement) {
  const std::string text = SvgText(1, 2, "<script>a & b</script>");
  EXPECT_THAT(text, HasSubstr("&lt;script&gt;a &amp; b&lt;/script&gt;"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
}

TEST(Svg, TextThatNeedsNoEscapeStaysAsItIs) {
  EXPECT_EQ(SvgText(1, 2.25, "31.5 %", "fill=\"#666\""),
            "<text x=\"1.0\" y=\"2.2\" fill=\"#666\">31.5 %</text>\n");
}

TEST(Svg, LinesOfAPictureDifferUntilColoursAndDashesAreUsedUp) {
  std::set<std::string> strokes;
  for (std::size_t i = 0; i < 21; ++i) strokes.insert(SvgStroke(i));
  EXPECT_EQ(strokes.size(), 21U);
  EXPECT_EQ(SvgStroke(21), SvgStroke(0));
}

}  // namespace
}  // namespace earshot
