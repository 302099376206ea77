#include "sim/path/path_weather.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

namespace earshot {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr PhiloxKey kDevice{7};

Times Stated(Duration from, std::optional<Duration> until) {
  Times when;
  when.from = from;
  when.until = until;
  return when;
}

Times Drawn(Duration every, Duration lasts = Duration(0)) {
  Times when;
  when.every = every;
  when.lasts = lasts;
  return when;
}

PathWeather OneRoute(const Times& when, double share = 1) {
  PathWeather weather;
  weather.routes.push_back({when, milliseconds(40), share, 0});
  return weather;
}

PathWeather OneQueue(const Times& when, PhiloxKey place = {3}) {
  PathWeather weather;
  weather.queues.push_back({when, milliseconds(25), 0, place});
  return weather;
}

TEST(PathWeather, NothingStatedIsCalmAndAddsNothing) {
  const PathWeather weather;
  EXPECT_TRUE(weather.calm());
  EXPECT_EQ(weather.Extra(kDevice, hours(5)), Duration(0));
  EXPECT_FALSE(weather.CutAt(Duration(0)));
  EXPECT_FALSE(OneRoute(Stated(seconds(1), {})).calm());
}

TEST(RhythmExtra, IsARaisedCosineOfTheHourWithinAHundredth) {
  const DailyRhythm rhythm{milliseconds(100), hours(20)};
  for (int minute = 0; minute < 24 * 60; minute += 7) {
    const double away = (minute / 60.0 - 20) * std::numbers::pi / 12;
    const double exact = 100 * (1 + std::cos(away)) / 2;
    const double added = static_cast<double>(RhythmExtra(rhythm, minutes(minute)).count()) / 1e6;
    EXPECT_NEAR(added, exact, 0.9) << minute;
    EXPECT_GE(added, 0);
  }
}

TEST(RhythmExtra, AllAtItsHourNothingHalfADayFromItAndTheSameEveryDay) {
  const DailyRhythm rhythm{milliseconds(8), hours(20)};
  EXPECT_EQ(RhythmExtra(rhythm, hours(20)), milliseconds(8));
  EXPECT_EQ(RhythmExtra(rhythm, hours(8)), Duration(0));
  EXPECT_EQ(RhythmExtra(rhythm, hours(14)), milliseconds(4));
  EXPECT_EQ(RhythmExtra(rhythm, hours(24 * 9 + 14)), milliseconds(4));
  EXPECT_EQ(RhythmExtra(rhythm, hours(-10)), milliseconds(4));
}

TEST(PathWeather, HourIsThatOfThePlaceAndNotOfGreenwich) {
  PathWeather weather;
  weather.rhythm = {milliseconds(8), hours(20)};
  weather.solar_offset = hours(7);  // 105 degrees east
  EXPECT_EQ(weather.SharedExtra(hours(13)), milliseconds(8));
  weather.solar_offset = -hours(7);
  EXPECT_LT(weather.SharedExtra(hours(13)), milliseconds(1));
}

TEST(PathWeather, CutHoldsFromItsMomentUntilJustBeforeItHeals) {
  PathWeather weather;
  weather.cuts = {Stated(seconds(7), seconds(19))};
  EXPECT_FALSE(weather.CutAt(seconds(7) - Duration(1)));
  EXPECT_TRUE(weather.CutAt(seconds(7)));
  EXPECT_TRUE(weather.CutAt(seconds(19) - Duration(1)));
  EXPECT_FALSE(weather.CutAt(seconds(19)));
  EXPECT_TRUE(weather.CutThroughout(seconds(7), seconds(19)));
  EXPECT_FALSE(weather.CutThroughout(seconds(7), seconds(19) + Duration(1)));
  EXPECT_FALSE(weather.CutThroughout(seconds(6), seconds(8)));
}

TEST(PathWeather, CutsThatFollowOneAnotherAreOneAndAGapPartsThem) {
  PathWeather weather;
  weather.cuts = {Stated(seconds(12), {}), Stated(seconds(7), seconds(12))};
  EXPECT_TRUE(weather.CutThroughout(seconds(8), hours(9)));
  EXPECT_EQ(weather.PassedUntil(seconds(30)), seconds(7));
  weather.cuts[1].until = seconds(11);
  EXPECT_FALSE(weather.CutThroughout(seconds(8), hours(9)));
  EXPECT_EQ(weather.PassedUntil(seconds(30)), seconds(12));
  EXPECT_EQ(weather.PassedUntil(seconds(11) + milliseconds(500)), seconds(11) + milliseconds(500));
}

TEST(PathWeather, WhatWasCutFromTheStartNeverPassed) {
  PathWeather weather;
  weather.cuts = {Stated(Duration(0), seconds(5))};
  EXPECT_LT(weather.PassedUntil(seconds(4)), Duration(0));
  EXPECT_EQ(weather.PassedUntil(seconds(6)), seconds(6));
}

TEST(PathWeather, StatedRouteAddsItsOwnDrawWhileItLasts) {
  const PathWeather weather = OneRoute(Stated(seconds(7), seconds(13)));
  const Duration during = weather.RouteExtra(kDevice, seconds(7));
  EXPECT_GT(during, Duration(0));
  EXPECT_LE(during, milliseconds(40));
  EXPECT_EQ(weather.RouteExtra(kDevice, seconds(13) - Duration(1)), during);
  EXPECT_EQ(weather.RouteExtra(kDevice, seconds(7) - Duration(1)), Duration(0));
  EXPECT_EQ(weather.RouteExtra(kDevice, seconds(13)), Duration(0));
  EXPECT_NE(weather.RouteExtra({8}, seconds(7)), during);
  PathWeather elsewhere = weather;
  elsewhere.landmark = 1;
  EXPECT_NE(elsewhere.RouteExtra(kDevice, seconds(7)), during);
}

TEST(PathWeather, ShareOfThePathsTakesTheNewRouteAndNoneOrAllAtTheEnds) {
  const auto taken = [](double share) {
    const PathWeather weather = OneRoute(Stated(Duration(0), {}), share);
    int count = 0;
    for (std::uint64_t device = 0; device < 1000; ++device) {
      count += weather.RouteExtra({device}, seconds(1)) > Duration(0) ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(taken(0), 0);
  EXPECT_GE(taken(1), 999);
  EXPECT_NEAR(taken(0.3), 300, 60);  // four standard deviations
}

TEST(PathWeather, DrawnRouteChangesOnceInEachStretchAndIsTheFirstBeforeThat) {
  const PathWeather weather = OneRoute(Drawn(hours(1)));
  EXPECT_EQ(weather.RouteExtra(kDevice, Duration(0)), Duration(0));
  std::set<Duration> routes;
  int changes = 0;
  Duration last = weather.RouteExtra(kDevice, Duration(0));
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const Duration now = weather.RouteExtra(kDevice, minutes(minute));
    EXPECT_LE(now, milliseconds(40));
    EXPECT_GE(now, Duration(0));
    changes += now != last ? 1 : 0;
    last = now;
    routes.insert(now);
  }
  EXPECT_GE(changes, 23);  // the last may come in the last minute
  EXPECT_LE(changes, 24);
  EXPECT_EQ(routes.size(), static_cast<std::size_t>(changes) + 1);
}

TEST(PathWeather, MomentsOfDrawnRoutesAreSpreadOverTheStretch) {
  int early = 0;
  for (std::uint64_t device = 0; device < 1000; ++device) {
    early += OneRoute(Drawn(hours(1))).RouteExtra({device}, minutes(15)) > Duration(0) ? 1 : 0;
  }
  EXPECT_NEAR(early, 250, 56);
}

TEST(PathWeather, DrawnQueueLastsAsLongAsStatedOnceInEachStretch) {
  const PathWeather weather = OneQueue(Drawn(hours(1), minutes(10)));
  for (int stretch = 0; stretch < 24; ++stretch) {
    int full = 0;
    for (int second = 0; second < 3600; ++second) {
      const Duration extra = weather.SharedExtra(hours(stretch) + seconds(second));
      EXPECT_TRUE(extra == Duration(0) || extra == milliseconds(25));
      full += extra > Duration(0) ? 1 : 0;
    }
    EXPECT_NEAR(full, 600, 1) << stretch;
  }
}

TEST(PathWeather, QueuesOfTwoPlacesComeAtMomentsOfTheirOwn) {
  const PathWeather here = OneQueue(Drawn(hours(1), minutes(10)));
  const PathWeather there = OneQueue(Drawn(hours(1), minutes(10)), {4});
  int differ = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    differ += here.SharedExtra(minutes(minute)) != there.SharedExtra(minutes(minute)) ? 1 : 0;
  }
  EXPECT_GT(differ, 100);
}

// The same on every machine: these were written down once.
TEST(PathWeather, DrawsAreCommitted) {
  const PathWeather route = OneRoute(Drawn(hours(1)));
  EXPECT_EQ(route.RouteExtra(kDevice, hours(9)).count(), 585'902);
  const PathWeather queue = OneQueue(Drawn(seconds(10), seconds(1)));
  int first = 0;
  while (queue.SharedExtra(milliseconds(first)) == Duration(0)) ++first;
  EXPECT_EQ(first, 7350);
}

}  // namespace
}  // namespace earshot
