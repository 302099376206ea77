#include "sim/adversary/deaf_landmark.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/base/bytes.h"

namespace earshot {
namespace {

using std::chrono::seconds;

MonotonicInstant Moment(Duration d) { return MonotonicInstant() + d; }

// Draws nearly 0 and nearly 1, in turn.
class InTurn final : public Random {
 public:
  void Fill(MutableByteSpan out) override {
    std::ranges::fill(out, static_cast<std::uint8_t>(high_ ? 0xff : 0x00));
    high_ = !high_;
  }

 private:
  bool high_ = false;
};

TEST(DeafLandmark, CutLineBringsNothingFromThenOnAndNobodyCountsIt) {
  DeafLandmark cut(Moment(seconds(5)), 0, nullptr);
  EXPECT_TRUE(cut.Hears(Moment(seconds(5) - Duration(1))));
  EXPECT_FALSE(cut.Hears(Moment(seconds(5))));
  EXPECT_FALSE(cut.Hears(Moment(seconds(500))));
  EXPECT_EQ(cut.dropped(), 0U);
}

TEST(DeafLandmark, FullQueueDropsItsShareAndCountsIt) {
  DeafLandmark flooded(std::nullopt, 0.5, std::make_unique<InTurn>());
  int heard = 0;
  for (int i = 0; i < 10; ++i) heard += flooded.Hears(Moment(seconds(i))) ? 1 : 0;
  EXPECT_EQ(heard, 5);
  EXPECT_EQ(flooded.dropped(), 5U);
}

TEST(DeafLandmark, LandmarkLeftAloneHearsEverything) {
  DeafLandmark well(std::nullopt, 0, nullptr);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(well.Hears(Moment(seconds(i))));
  EXPECT_EQ(well.dropped(), 0U);
}

}  // namespace
}  // namespace earshot
