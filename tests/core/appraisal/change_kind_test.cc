#include "core/appraisal/change_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/appraisal/path_baseline.h"
#include "core/geo/wgs84.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A device in Singapore with eight landmarks around it, each at its median RTT.
struct Paths {
  Paths() {
    int i = 0;
    for (const Position place :
         {At(1.35, 103.99), At(3.14, 101.69), At(13.75, 100.5), At(22.3, 114.2), At(35.7, 139.7),
          At(19.1, 72.9), At(-33.9, 151.2), At(25.2, 55.3)}) {
      PathChange path;
      path.landmark = LandmarkId(std::string("l") + std::to_string(i++));
      path.position = place;
      path.usual = FromPlace(site, place);
      path.now = path.usual;
      all.push_back(path);
    }
  }
  static Rtt FromPlace(Position from, Position landmark) {
    return PathModel::Measured2020().Quantile(GeodesicDistance(from, landmark), 0.5);
  }
  void Add(std::size_t path, double ms) {
    all[path].now = Ms(all[path].now.milliseconds() + ms);
  }
  void AddToAll(double ms) {
    for (std::size_t i = 0; i < all.size(); ++i) Add(i, ms);
  }
  void MoveTo(Position place) {
    for (PathChange& path : all) path.now = FromPlace(place, path.position);
  }
  ChangeKindFinding Tell() const { return TellChange(site, all); }

  Position site = At(1.3, 103.8);
  std::vector<PathChange> all;
};

TEST(ChangeKind, UnchangedPathsAreNothing) {
  Paths paths;
  for (std::size_t i = 0; i < 8; ++i) paths.Add(i, i % 2 == 0 ? 0.2 : -0.2);
  const ChangeKindFinding finding = paths.Tell();
  EXPECT_EQ(finding.kind, ChangeKind::kNothing);
  EXPECT_THAT(finding.slowed, IsEmpty());
}

TEST(ChangeKind, OnePathThatJumpsIsAReroute) {
  Paths paths;
  paths.Add(5, 40);
  const ChangeKindFinding finding = paths.Tell();
  EXPECT_EQ(finding.kind, ChangeKind::kReroute);
  EXPECT_EQ(finding.reason, ChangeKindReason::kPathsHeld);
  EXPECT_THAT(finding.slowed, ElementsAre(LandmarkId("l5")));
}

TEST(ChangeKind, HalfThePathsJumpingEachByItselfIsNotNamed) {
  Paths paths;
  paths.Add(0, 25);
  paths.Add(2, 90);
  paths.Add(4, 12);
  paths.Add(6, 55);
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kCannotTell);
  EXPECT_EQ(paths.Tell().reason, ChangeKindReason::kNoneFitsAlone);
}

TEST(ChangeKind, OneDelayOnAllPathsIsCommonAndDifferencesTellIt) {
  Paths paths;
  paths.AddToAll(18);
  const ChangeKindFinding finding = paths.Tell();
  EXPECT_EQ(finding.kind, ChangeKind::kCommonDelay);
  EXPECT_EQ(finding.reason, ChangeKindReason::kDifferencesHeld);
  EXPECT_NEAR(static_cast<double>(finding.delay.count()) * 1e-6, 18, 0.01);
}

TEST(ChangeKind, CommonDelayWithARerouteBesidesIsStillCommon) {
  Paths paths;
  paths.AddToAll(18);
  paths.Add(3, 60);
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kCommonDelay);
}

TEST(ChangeKind, ShenzhenInsteadOfSingaporeIsAMove) {
  Paths paths;
  paths.MoveTo(At(22.54, 114.06));
  const ChangeKindFinding finding = paths.Tell();
  EXPECT_EQ(finding.kind, ChangeKind::kMove);
  EXPECT_EQ(finding.reason, ChangeKindReason::kPositionFits);
  ASSERT_TRUE(finding.moved_by.has_value());
  EXPECT_NEAR(finding.moved_by->kilometres(), 2'600, 1'500);
}

TEST(ChangeKind, MoveBehindOneAddedDelayIsStillAMove) {
  Paths paths;
  paths.MoveTo(At(22.54, 114.06));
  paths.AddToAll(40);
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kMove);
}

TEST(ChangeKind, PaddedMoveReadsAsCommonDelayAndNeverAsAReroute) {
  Paths paths;
  paths.MoveTo(At(22.54, 114.06));
  Duration excess(0);
  for (const PathChange& path : paths.all) {
    excess = std::max(excess, path.now.duration() - path.usual.duration());
  }
  for (PathChange& path : paths.all) {
    path.now = Rtt::FromDuration(path.usual.duration() + excess);
  }
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kCommonDelay);
  EXPECT_LT(paths.Tell().reroute, 1e-6);
}

TEST(ChangeKind, TooFewPathsCannotTell) {
  Paths paths;
  paths.Add(0, 40);
  paths.all.resize(3);
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kCannotTell);
  EXPECT_EQ(paths.Tell().reason, ChangeKindReason::kTooFewPaths);
  paths.all.clear();
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kCannotTell);
}

TEST(ChangeKind, NoisyEnrolmentHidesAJumpThatAQuietOneShows) {
  Paths paths;
  paths.Add(2, 6);
  EXPECT_EQ(paths.Tell().kind, ChangeKind::kReroute);
  for (PathChange& path : paths.all) path.spread = std::chrono::milliseconds(4);
  EXPECT_NE(paths.Tell().kind, ChangeKind::kReroute);
}

TEST(ChangeKind, UnheardPathCountsAsJumpedAndSharesStayFinite) {
  Paths paths;
  paths.all[1].now = kInfinitelySlow;
  const ChangeKindFinding one = paths.Tell();
  EXPECT_EQ(one.kind, ChangeKind::kReroute);
  for (PathChange& path : paths.all) path.now = kInfinitelySlow;
  const ChangeKindFinding all = paths.Tell();
  EXPECT_TRUE(all.nothing + all.reroute + all.common_delay + all.move <= 1 + 1e-9);
  EXPECT_NE(all.kind, ChangeKind::kReroute);
}

TEST(ChangeKind, OrderOfThePathsDoesNotMatter) {
  Paths paths;
  paths.Add(5, 40);
  const double share = paths.Tell().reroute;
  std::swap(paths.all[5], paths.all[0]);
  EXPECT_NEAR(paths.Tell().reroute, share, 1e-9);
}

}  // namespace
}  // namespace earshot
