#include "core/appraisal/change_watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/appraisal/change_book.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

const Position kHome = *Position::FromDegrees(1.29, 103.85);
const Position kAway = *Position::FromDegrees(22.54, 114.06);

Policy Watching() {
  Policy policy;
  policy.change_alarm_rate = 0.05;
  policy.change_block_rounds = 2;
  return policy;
}

// One round of a device at `at`: 1.6 times the time in fibre, 3 ms of access, `added` on all paths, and
// a little that differs from round to round and path to path.
std::vector<ExpectedLandmark> RoundAt(int number, Position at, double added_ms = 0) {
  const std::pair<const char*, Position> kPlaces[] = {
      {"bkk-1", *Position::FromDegrees(13.75, 100.5)},
      {"jkt-1", *Position::FromDegrees(-6.2, 106.8)},
      {"kul-1", *Position::FromDegrees(3.14, 101.69)},
      {"sin-1", *Position::FromDegrees(1.3, 103.8)},
      {"tyo-1", *Position::FromDegrees(35.68, 139.77)}};
  std::vector<ExpectedLandmark> round;
  for (std::size_t i = 0; i < std::size(kPlaces); ++i) {
    const auto& [id, position] = kPlaces[i];
    const double fibre = RoundTripOver(GeodesicDistance(position, at), kFibreSpeed).milliseconds();
    const double noise = 0.01 * ((number * 7 + static_cast<int>(i) * 5) % 13);
    const double ms = 1.6 * fibre + 3 + added_ms + noise;
    round.push_back({.id = LandmarkId(id),
                     .domain = TrustDomain(id),
                     .position = position,
                     .rtt_min = Rtt::FromDuration(Duration(std::llround(ms * 1e6))),
                     .samples = 5,
                     .covered_by_evidence = true,
                     .healthy = true});
  }
  return round;
}

// Rounds until something holds; -1 if it does not within `most`.
template <typename Happened>
int RoundsUntil(ChangeWatch& watch, Happened happened, Position at, double added_ms = 0,
                int most = 200) {
  for (int number = 0; number < most; ++number) {
    if (happened(watch)) return number;
    watch.Observe(RoundAt(number, at, added_ms));
  }
  return -1;
}
const auto kEnrolled = [](const ChangeWatch& watch) { return watch.enrolled(); };
const auto kAlarmed = [](const ChangeWatch& watch) { return watch.alarm().has_value(); };

TEST(ChangeWatch, EnrolsOnceItMayAndThenAlarmsOnlyForASlowerDevice) {
  ChangeWatch watch(Watching(), kHome);
  // Five paths at 5 %: ln(0.005) / ln(2/3) = 13.1, so 14 blocks of two rounds.
  EXPECT_EQ(RoundsUntil(watch, kEnrolled, kHome), 28);
  EXPECT_EQ(RoundsUntil(watch, kAlarmed, kHome), -1);
  ChangeWatch moved = watch;
  const int rounds = RoundsUntil(moved, kAlarmed, kAway);
  EXPECT_GT(rounds, 2);
  EXPECT_LE(rounds, 30);
  EXPECT_EQ(moved.alarm()->kind, ChangeKind::kMove);
  // Tokyo is nearer from there.
  EXPECT_EQ(moved.alarm()->slowed.size(), 4U);
  ChangeWatch delayed = watch;
  EXPECT_GT(RoundsUntil(delayed, kAlarmed, kHome, 20), 2);
  EXPECT_EQ(delayed.alarm()->kind, ChangeKind::kCommonDelay);
  EXPECT_EQ(delayed.alarm()->slowed.size(), 5U);
  ChangeWatch quicker = watch;
  EXPECT_EQ(RoundsUntil(quicker, kAlarmed, kHome, -2), -1);
}

TEST(ChangeWatch, AlarmStandsUntilItIsForgotten) {
  ChangeWatch watch(Watching(), kHome);
  ASSERT_GT(RoundsUntil(watch, kEnrolled, kHome), 0);
  ASSERT_GT(RoundsUntil(watch, kAlarmed, kAway), 0);
  const std::uint32_t block = watch.alarm()->block;
  EXPECT_EQ(RoundsUntil(watch, [](const auto& w) { return !w.alarm().has_value(); }, kHome), -1);
  EXPECT_EQ(watch.alarm()->block, block);
  watch.Restart();
  EXPECT_FALSE(watch.enrolled() || watch.alarm().has_value());
}

TEST(ChangeWatch, WhatAForgottenLandmarkMeasuredEnrolsNobody) {
  ChangeWatch watch(Watching(), kHome);
  ASSERT_GT(RoundsUntil(watch, kEnrolled, kHome), 0);
  watch.Forget({LandmarkId("nowhere")});
  EXPECT_TRUE(watch.enrolled());
  watch.Forget({LandmarkId("sin-1")});
  EXPECT_FALSE(watch.enrolled());
  for (int number = 0; number < 10; ++number) watch.Observe(RoundAt(number, kHome));
  watch.Forget({LandmarkId("sin-1")});
  // Its blocks are five behind now: the enrolment goes on with the other four when they suffice.
  EXPECT_EQ(RoundsUntil(watch, kEnrolled, kHome), 18);
}

TEST(ChangeWatch, DriftingPathsAreNotEnrolled) {
  ChangeWatch watch(Watching(), kHome);
  for (int number = 0; number < 100; ++number) {
    watch.Observe(RoundAt(number, kHome, 0.5 * number));
    EXPECT_FALSE(watch.enrolled());
  }
}

TEST(ChangeWatch, UnsignedAnswersAreNoAnswersAndSilentBlocksNoBlocks) {
  ChangeWatch watch(Watching(), kHome);
  ASSERT_GT(RoundsUntil(watch, kEnrolled, kHome), 0);
  ChangeWatch silent = watch;
  for (int number = 0; number < 100; ++number) {
    auto round = RoundAt(number, kHome);
    auto nothing = round;
    for (ExpectedLandmark& landmark : round) landmark.covered_by_evidence = false;
    for (ExpectedLandmark& landmark : nothing) {
      landmark.rtt_min.reset();
      landmark.samples = 0;
      landmark.covered_by_evidence = false;
    }
    watch.Observe(round);
    silent.Observe(nothing);
  }
  EXPECT_TRUE(watch.alarm().has_value());
  EXPECT_FALSE(silent.alarm().has_value());
}

DeviceId Device(std::uint8_t number) { return DeviceId(Bytes32{number}); }

// Rounds of six devices of one site; the first `away` of them move after enrolment.
std::map<DeviceId, std::set<Signal>> Signals(const ChangeBook& book) {
  std::map<DeviceId, std::set<Signal>> signals;
  for (std::uint8_t d = 1; d <= 6; ++d) {
    if (auto of = book.SignalsOf(Device(d)); !of.empty()) signals[Device(d)] = std::move(of);
  }
  return signals;
}

ChangeBook BookAfter(std::uint8_t away) {
  ChangeBook book(Watching());
  for (int number = 0; number < 80; ++number) {
    std::vector<WatchedRound> round;
    for (std::uint8_t d = 1; d <= 6; ++d) {
      const bool moved = number >= 30 && d <= away;
      round.push_back({Device(d), "Singapore", kHome, RoundAt(number + d, moved ? kAway : kHome)});
    }
    book.Observe(round, MonotonicInstant::FromNanoseconds(6'000'000'000LL * number));
    if (number < 30) {
      EXPECT_TRUE(Signals(book).empty()) << number;
    }
  }
  return book;
}

TEST(ChangeBook, OneDeviceIsOneAlarmAndManyOfASiteAreASitesToo) {
  const auto one = Signals(BookAfter(1));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one.at(Device(1)), std::set<Signal>{Signal::kSlowerAsIfMoved});
  const auto many = Signals(BookAfter(4));
  ASSERT_EQ(many.size(), 4U);
  for (const auto& [device, signals] : many) {
    EXPECT_EQ(signals, (std::set<Signal>{Signal::kSlowerAsIfMoved, Signal::kSlowerWithSite}));
  }
}

TEST(ChangeBook, DeviceThatIsForgottenHasNoAlarmAndMakesNoSiteAlarm) {
  ChangeBook book = BookAfter(4);
  book.Forget(Device(1));
  EXPECT_TRUE(book.SignalsOf(Device(1)).empty());
  EXPECT_FALSE(book.SignalsOf(Device(2)).empty());
  // Asked alone, who is left is no site.
  const WatchedRound alone{Device(2), "Singapore", kHome, RoundAt(82, kAway)};
  book.Observe({&alone, 1}, MonotonicInstant::FromNanoseconds(6'000'000'000LL * 80));
  EXPECT_EQ(book.SignalsOf(Device(2)), std::set<Signal>{Signal::kSlowerAsIfMoved});
}

TEST(ChangeBook, PolicyWithoutARateWatchesNobody) {
  ChangeBook book{Policy()};
  EXPECT_FALSE(book.watches());
  for (int number = 0; number < 80; ++number) {
    const WatchedRound one{Device(1), "Singapore", kHome,
                           RoundAt(number, number < 40 ? kHome : kAway)};
    book.Observe({&one, 1}, MonotonicInstant());
    EXPECT_TRUE(book.SignalsOf(Device(1)).empty());
  }
}

TEST(ChangeBook, ForgettingALandmarkEndsTheAlarmsThatRestOnIt) {
  ChangeBook book(Watching());
  const auto observe = [&](int number, Position at) {
    const WatchedRound one{Device(1), "Singapore", kHome, RoundAt(number, at)};
    book.Observe({&one, 1}, MonotonicInstant());
    return book.SignalsOf(Device(1));
  };
  for (int number = 0; number < 30; ++number) observe(number, kHome);
  for (int number = 0; number < 40; ++number) observe(number, kAway);
  EXPECT_EQ(observe(0, kAway).size(), 1U);
  book.Forget({LandmarkId("bkk-1")});
  EXPECT_TRUE(observe(0, kAway).empty());
}

}  // namespace
}  // namespace earshot
