#include "core/domain/lifecycle.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace earshot {
namespace {

using std::chrono::seconds;
using enum LifecycleState;

constexpr LifeMoments kLife = {seconds(10), seconds(20), seconds(30)};

LifecycleState At(Duration at, LifeSigns signs = {}) { return StateAt(kLife, signs, at); }

TEST(LifecycleState, StatedMomentsDecideAndEachBeginsItsOwnState) {
  EXPECT_EQ(At(seconds(10) - Duration(1)), kOrdered);
  EXPECT_EQ(At(seconds(10)), kInTransit);
  EXPECT_EQ(At(seconds(20) - Duration(1)), kInTransit);
  EXPECT_EQ(At(seconds(20)), kInstalled);
  EXPECT_EQ(At(seconds(30) - Duration(1)), kInstalled);
  EXPECT_EQ(At(seconds(30)), kRetired);
}

TEST(LifecycleState, NothingHeardChangesWhatWasStated) {
  const LifeSigns heard = {true, true, false};
  const LifeSigns late = {false, false, true};
  EXPECT_EQ(At(seconds(15), heard), kInTransit);
  EXPECT_EQ(At(seconds(15), late), kInTransit);
  EXPECT_EQ(At(seconds(30), heard), kRetired);
}

TEST(LifecycleState, WhoIsDueIsAnsweringLateOrDarkByWhatWasHeard) {
  EXPECT_EQ(At(seconds(25), {true, true, false}), kAnswering);
  EXPECT_EQ(At(seconds(25), {false, true, false}), kLate);
  EXPECT_EQ(At(seconds(25), {false, false, false}), kInstalled);
  EXPECT_EQ(At(seconds(25), {false, true, true}), kDark);
  EXPECT_EQ(At(seconds(25), {false, false, true}), kDark);
}

// It answers and signs nothing: no valid answer for too long.
TEST(LifecycleState, DeadlineOutweighsAnswersThatCountForNothing) {
  EXPECT_EQ(At(seconds(25), {true, true, true}), kDark);
}

TEST(LifecycleState, WithoutMomentsADeviceIsDueFromTheStartForGood) {
  EXPECT_EQ(StateAt({}, {true, true, false}, Duration(0)), kAnswering);
  EXPECT_EQ(StateAt({}, {true, true, false}, std::chrono::hours(24 * 366)), kAnswering);
}

TEST(LifecycleState, NamesDiffer) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLifecycleStates; ++i) {
    names.insert(LifecycleStateName(static_cast<LifecycleState>(i)));
  }
  EXPECT_EQ(names.size(), kLifecycleStates);
}

}  // namespace
}  // namespace earshot
