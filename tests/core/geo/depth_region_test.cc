#include "core/geo/depth_region.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/geo/wgs84.h"
#include "tests/core/geo/random_discs.h"

namespace earshot {
namespace {

constexpr double kPi = std::numbers::pi;

UnitVector At(double latitude, double longitude) {
  return UnitVector(Position::FromDegrees(latitude, longitude).value());
}
Disc Degrees(const UnitVector& centre, double radius) { return {centre, Angle::Degrees(radius)}; }

// Every disc in a domain of its own.
DepthRegion Region(const std::vector<Disc>& discs, int k, const std::optional<Disc>& clip = {}) {
  std::vector<DomainDisc> list;
  for (const Disc& disc : discs) list.push_back({disc, static_cast<std::uint32_t>(list.size())});
  return DepthRegion(list, k, clip);
}
double CapShare(double radius_degrees) {
  return 0.5 * (1.0 - std::cos(radius_degrees * kPi / 180.0));
}
double Share(const DepthRegion& region) {
  return region.area().square_kilometres() / kEarthArea.square_kilometres();
}

TEST(DepthRegion, OneDiscIsItself) {
  const DepthRegion region = Region({Degrees(At(10, 20), 5)}, 1);
  EXPECT_EQ(region.depth_max(), 1);
  EXPECT_NEAR(Share(region), CapShare(5), 1e-9);
  EXPECT_EQ(region.boundary_components(), 1);
  ASSERT_EQ(region.boundary().size(), 1U);
  EXPECT_DOUBLE_EQ(region.boundary()[0].turn.radians(), 2 * kPi);
  EXPECT_TRUE(region.Contains(At(10, 20)));
  EXPECT_FALSE(region.Contains(At(10, 26)));
}

TEST(DepthRegion, NoDiscsLeaveDepthZeroEverywhere) {
  EXPECT_TRUE(Region({}, 0).IsEverything());
  EXPECT_TRUE(Region({}, 1).IsEmpty());
  EXPECT_EQ(Region({}, 1).area(), Area());
}

TEST(DepthRegion, DepthBelowOneIsTheWholeClip) {
  const DepthRegion region = Region({Degrees(At(0, 0), 1)}, 0, Degrees(At(50, 50), 3));
  EXPECT_EQ(region.depth_max(), 0);
  EXPECT_NEAR(Share(region), CapShare(3), 1e-9);
  EXPECT_NEAR(Share(Region({Degrees(At(0, 0), 1)}, -7, Degrees(At(50, 50), 3))), CapShare(3), 1e-9);
}

TEST(DepthRegion, DepthAboveTheNumberOfDomainsIsEmpty) {
  const DepthRegion region = Region({Degrees(At(0, 0), 40), Degrees(At(0, 5), 40)}, 3);
  EXPECT_TRUE(region.IsEmpty());
  EXPECT_EQ(region.depth_max(), 2);
  EXPECT_FALSE(region.witness().has_value());
}

TEST(DepthRegion, HoleTooSmallToCountIsFilledForEveryQuestionAndAGreaterOneForNone) {
  const Disc disc = Degrees(At(10, 20), 5);
  const UnitVector on_circle = Region({disc}, 1).boundary()[0].midpoint;
  const auto without = [&](double hole) {
    return Region({disc, Disc(on_circle.Antipode(), Angle::Radians(kPi - hole))}, 2);
  };
  const DepthRegion filled = without(1.9e-5);
  ASSERT_EQ(filled.boundary().size(), 1U);
  EXPECT_TRUE(filled.Contains(filled.boundary()[0].midpoint));
  EXPECT_TRUE(filled.Contains(on_circle));
  const DepthRegion bitten = without(2.1e-5);
  ASSERT_EQ(bitten.boundary().size(), 2U);
  for (const BoundaryArc& arc : bitten.boundary()) EXPECT_TRUE(bitten.Contains(arc.midpoint));
  EXPECT_FALSE(bitten.Contains(on_circle));
  // The clip likewise.
  const Disc clip(on_circle.Antipode(), Angle::Radians(kPi - 1.9e-5));
  EXPECT_TRUE(Region({disc}, 1, clip).Contains(on_circle));
}

TEST(DepthRegion, DiscsOfOneDomainCountTogether) {
  const std::vector<DomainDisc> discs = {
      {Degrees(At(0, 0), 10), 7}, {Degrees(At(0, 50), 10), 7}, {Degrees(At(0, 5), 10), 9}};
  const DepthRegion region(discs, 1);
  EXPECT_EQ(region.domain_count(), 2);
  EXPECT_EQ(region.depth_max(), 1);
  EXPECT_FALSE(region.Contains(At(0, -7)));  // in one disc of domain 7, not in the other
  EXPECT_TRUE(region.Contains(At(0, 14)));   // in domain 9
}

TEST(DepthRegion, OneLiarDoesNotEmptyTheRegionAtDepthNMinusOne) {
  const std::vector<Disc> discs = {Degrees(At(0, 0), 10), Degrees(At(0, 10), 10),
                                   Degrees(At(-50, 100), 1)};
  EXPECT_TRUE(Region(discs, 3).IsEmpty());
  const DepthRegion tolerant = Region(discs, 2);
  EXPECT_FALSE(tolerant.IsEmpty());
  EXPECT_TRUE(tolerant.Contains(At(0, 5)));
  EXPECT_FALSE(tolerant.Contains(At(-50, 100)));
}

TEST(DepthRegion, EmptyDiscSilencesItsDomainAndEverythingDiscSaysNothing) {
  EXPECT_EQ(Region({Disc::Empty(), Degrees(At(0, 0), 10)}, 2).depth_max(), 1);
  const DepthRegion region = Region({Disc::Everything(), Degrees(At(0, 0), 10)}, 2);
  EXPECT_EQ(region.depth_max(), 2);
  EXPECT_NEAR(Share(region), CapShare(10), 1e-9);
  EXPECT_TRUE(Region({Disc::Everything(), Disc::Everything()}, 2).IsEverything());
  EXPECT_EQ(Region({Disc::Everything()}, 1, Disc::Empty()).depth_max(), DepthField::kOutsideClip);
}

TEST(DepthRegion, PointDiscsMeetWhenTheyAreOnePointAndNotOtherwise) {
  const Disc point(At(12, 77), Angle());
  EXPECT_EQ(Region({point, point}, 2).depth_max(), 2);
  EXPECT_EQ(Region({point, Disc(At(12, 77.000001), Angle())}, 2).depth_max(), 1);
  EXPECT_TRUE(Region({point}, 1).Contains(At(12, 77)));
}

TEST(DepthRegion, EqualDiscsCountAsManyTimesAsTheyOccur) {
  const Disc disc = Degrees(At(1, 104), 3);
  for (int k = 1; k <= 3; ++k) {
    const DepthRegion region = Region({disc, disc, disc}, k);
    EXPECT_EQ(region.depth_max(), 3);
    EXPECT_NEAR(Share(region), CapShare(3), 1e-9) << k;
    EXPECT_EQ(region.boundary_components(), 1) << k;
  }
  EXPECT_TRUE(Region({disc, disc, disc}, 4).IsEmpty());
}

TEST(DepthRegion, DiscsThatDifferByRoundingBehaveAsEqualOnes) {
  const UnitVector centre = At(1.3521, 103.8198);
  const UnitVector moved =
      UnitVector::Towards(std::nextafter(centre.x(), 2), centre.y(), std::nextafter(centre.z(), 2));
  for (const double radius : {1e-6, 0.01, 1.0, 89.99, 90.0, 150.0}) {
    const std::vector<Disc> discs = {Degrees(centre, radius), Degrees(moved, radius),
                                     Degrees(centre, radius * (1 + 3e-16))};
    for (int k = 1; k <= 3; ++k) {
      const DepthRegion region = Region(discs, k);
      EXPECT_EQ(region.depth_max(), 3) << radius;
      EXPECT_NEAR(Share(region), CapShare(radius), 1e-8) << radius << " " << k;
    }
  }
}

TEST(DepthRegion, TangentDiscsMeetFromOutsideAndAMetreApartTheyDoNot) {
  const UnitVector a = At(0, 0);
  const UnitVector b = At(0, 30);
  const double gap = 1.0 / 111'000;
  EXPECT_EQ(Region({Degrees(a, 10), Degrees(b, 20)}, 2).depth_max(), 2);
  EXPECT_EQ(Region({Degrees(a, 10), Degrees(b, 20 - gap)}, 2).depth_max(), 1);
}

TEST(DepthRegion, DiscTangentFromInsideIsTheRegion) {
  const DepthRegion region = Region({Degrees(At(0, 0), 10), Degrees(At(0, 5), 5)}, 2);
  EXPECT_EQ(region.depth_max(), 2);
  EXPECT_NEAR(Share(region), CapShare(5), 1e-8);
}

TEST(DepthRegion, ThreeCirclesThroughOnePointMeetThere) {
  const UnitVector truth = At(22.3, 114.2);
  std::vector<Disc> discs;
  for (const auto& [latitude, longitude] :
       {std::pair{60.0, 114.2}, {-10.0, 70.0}, {-10.0, 160.0}}) {
    const UnitVector centre = At(latitude, longitude);
    discs.emplace_back(centre, centre.AngleTo(truth));
  }
  const DepthRegion region = Region(discs, 3);
  EXPECT_EQ(region.depth_max(), 3);
  EXPECT_TRUE(region.Contains(truth));
  EXPECT_LT(region.area().square_kilometres(), 0.01);
  EXPECT_LT(region.witness()->AngleTo(truth).radians() * 6.4e6, 1.0);
}

TEST(DepthRegion, DiscsAboveNinetyDegreesThatCoverTheSphereLeaveABand) {
  const DepthRegion both = Region({Degrees(At(90, 0), 120), Degrees(At(-90, 0), 120)}, 2);
  EXPECT_NEAR(Share(both), std::sin(30 * kPi / 180), 1e-8);
  EXPECT_EQ(both.boundary_components(), 2);
  EXPECT_TRUE(both.Contains(At(0, 77)));
  EXPECT_FALSE(both.Contains(At(89, 0)));
  EXPECT_TRUE(Region({Degrees(At(90, 0), 120), Degrees(At(-90, 0), 120)}, 1).IsEverything());
}

TEST(DepthRegion, ComplementaryDiscsMeetInTheirCircle) {
  const UnitVector centre = At(20, 30);
  const DepthRegion region = Region({Degrees(centre, 70), Degrees(centre.Antipode(), 110)}, 2);
  EXPECT_EQ(region.depth_max(), 2);
  EXPECT_EQ(region.boundary_components(), 2);
  EXPECT_LT(region.area().square_kilometres(), 2000);  // a band 2 cm wide
  EXPECT_TRUE(Region({Degrees(centre, 70), Degrees(centre.Antipode(), 109.999)}, 2).IsEmpty());
}

TEST(DepthRegion, HoleLeavesAnAnnulusWithTwoCurves) {
  // Within 20 degrees of a point, and within 170 degrees of its antipode: not within 10 degrees.
  const UnitVector centre = At(-33, 151);
  const DepthRegion region = Region({Degrees(centre, 20), Degrees(centre.Antipode(), 170)}, 2);
  EXPECT_NEAR(Share(region), CapShare(20) - CapShare(10), 1e-8);
  EXPECT_EQ(region.boundary_components(), 2);
  EXPECT_FALSE(region.Contains(centre));
  EXPECT_TRUE(region.Contains(*region.witness()));
}

TEST(DepthRegion, SeveralPiecesEachHaveACurve) {
  const DepthRegion region =
      Region({Degrees(At(0, 0), 5), Degrees(At(0, 40), 6), Degrees(At(70, 100), 7)}, 1);
  EXPECT_EQ(region.boundary_components(), 3);
  EXPECT_NEAR(Share(region), CapShare(5) + CapShare(6) + CapShare(7), 1e-8);
}

TEST(DepthRegion, TwoHemispheresMeetInALune) {
  const DepthRegion region = Region({Degrees(At(0, 0), 90), Degrees(At(0, 60), 90)}, 2);
  EXPECT_NEAR(Share(region), 120.0 / 360.0, 1e-8);
  EXPECT_EQ(region.boundary_components(), 1);
  EXPECT_TRUE(region.Contains(At(90, 0)));
  EXPECT_TRUE(region.Contains(At(-90, 0)));
}

TEST(DepthRegion, NothingHappensAtPolesAndTheAntimeridian) {
  // The same figure, turned about: same depth, area and number of curves wherever it lies.
  const double area =
      Region({Degrees(At(0, -4), 6), Degrees(At(0, 4), 6)}, 2).area().square_kilometres();
  for (const auto& [a, b] : {std::pair{At(0, 176), At(0, -176)},
                             {At(86, 0), At(86, 180)},
                             {At(-86, 90), At(-86, -90)}}) {
    const double apart = a.AngleTo(b).radians() * 180 / kPi;
    const DepthRegion region = Region({Degrees(a, apart * 0.75), Degrees(b, apart * 0.75)}, 2);
    EXPECT_EQ(region.depth_max(), 2);
    EXPECT_NEAR(region.area().square_kilometres(), area, area * 0.01);
    EXPECT_EQ(region.boundary_components(), 1);
  }
}

TEST(DepthRegion, NearlyEverythingHasNearlyTheWholeArea) {
  const DepthRegion region = Region({Degrees(At(12, 34), 179.99)}, 1);
  EXPECT_FALSE(region.IsEverything());
  EXPECT_NEAR(Share(region), 1, 1e-7);
  EXPECT_EQ(region.boundary_components(), 1);
  EXPECT_FALSE(region.Contains(At(12, 34).Antipode()));
  // 120 m around the antipode are not told from nothing, 130 m are.
  EXPECT_TRUE(Region({Disc(At(12, 34), Angle::Radians(kPi - 1.9e-5))}, 1).IsEverything());
  EXPECT_FALSE(Region({Disc(At(12, 34), Angle::Radians(kPi - 2.1e-5))}, 1).IsEverything());
}

TEST(DepthRegion, ClipDecidesWhereTheRegionMayBe) {
  const std::vector<Disc> discs = {Degrees(At(0, 0), 10), Degrees(At(0, 15), 10)};
  EXPECT_EQ(Region(discs, 2, Degrees(At(0, 7), 1)).depth_max(), 2);
  const DepthRegion elsewhere = Region(discs, 2, Degrees(At(0, 0), 1));
  EXPECT_EQ(elsewhere.depth_max(), 1);
  EXPECT_TRUE(elsewhere.IsEmpty());
  EXPECT_EQ(elsewhere.DepthAt(At(0, 7)), DepthField::kOutsideClip);
}

TEST(DepthRegion, AngleToIsZeroInsideAndTheGapOutside) {
  const DepthRegion region = Region({Degrees(At(0, 0), 10), Degrees(At(0, 15), 10)}, 2);
  EXPECT_EQ(region.AngleTo(At(0, 7)).radians(), 0);
  EXPECT_NEAR(region.AngleTo(At(0, 30)).degrees(), 20, 1e-6);
  EXPECT_NEAR(region.AngleTo(At(0, -30)).degrees(), 35, 1e-6);
  // Beside the lens its tip is nearest, not either circle.
  const UnitVector tip = region.boundary()[0].begin;
  EXPECT_NEAR(region.AngleTo(At(60, 7.5)).radians(),
              std::min(tip.AngleTo(At(60, 7.5)).radians(),
                       region.boundary()[0].end.AngleTo(At(60, 7.5)).radians()),
              1e-9);
  EXPECT_NEAR(Region({Disc::Empty()}, 1).AngleTo(At(0, 0)).radians(), kPi, 1e-12);
}

TEST(DepthRegion, AngleToAnArcOfMoreThanHalfACircleIsMeasuredBesideIt) {
  // The large disc cuts a small piece from the west of the small one.
  const DepthRegion region = Region({Degrees(At(0, 0), 5), Degrees(At(0, 16), 20)}, 2);
  ASSERT_EQ(region.boundary().size(), 2U);
  ASSERT_GT(region.boundary()[0].turn.radians(), kPi);
  EXPECT_NEAR(region.AngleTo(At(0, 20)).degrees(), 15, 1e-6);
  EXPECT_NEAR(region.AngleTo(At(90, 0)).degrees(), 85, 1e-6);
  EXPECT_NEAR(region.AngleTo(At(0, -20)).degrees(), 16, 1e-6);
}

TEST(DepthRegion, NoPointOfTheRegionIsNearerThanAngleTo) {
  RandomDiscs random(10);
  int inside = 0;
  for (int i = 0; i < 2000; ++i) {
    const RandomCase c = random.Case(15);
    const DepthRegion region(c.discs, c.k, c.clip);
    if (region.IsEmpty()) continue;
    for (int p = 0; p < 10; ++p) {
      const UnitVector point = random.PointNear(*region.witness(), 0.2 * random.Unit());
      const UnitVector other = random.PointNear(point, 0.5 * random.Unit());
      if (!region.Contains(point)) continue;
      ++inside;
      ASSERT_LE(region.AngleTo(other).radians(), point.AngleTo(other).radians() + 1e-8);
    }
  }
  EXPECT_GT(inside, 2000);
}

TEST(DepthRegion, WhatLiesJustBeyondAnArcIsOutside) {
  RandomDiscs random(8);
  int outside = 0;
  int arcs = 0;
  for (int i = 0; i < 2000; ++i) {
    const RandomCase c = random.Case(20);
    const DepthRegion region(c.discs, c.k, c.clip);
    for (const BoundaryArc& arc : region.boundary()) {
      // A metre out, along the way from the circle's centre.
      const double s = 1.0 / 6.4e6 / std::sin(arc.radius.radians());
      if (arc.turn.radians() * std::sin(arc.radius.radians()) < 1e-5 || s > 0.1) continue;
      const UnitVector& m = arc.midpoint;
      const UnitVector& o = arc.centre;
      const double along = std::cos(arc.radius.radians());
      const UnitVector beyond = UnitVector::Towards(m.x() + s * (m.x() * along - o.x()),
                                                    m.y() + s * (m.y() * along - o.y()),
                                                    m.z() + s * (m.z() * along - o.z()));
      ++arcs;
      outside += region.Contains(beyond) ? 0 : 1;
    }
  }
  EXPECT_GT(arcs, 3000);
  // Another circle may run within that metre; hardly ever.
  EXPECT_GT(outside, arcs * 0.999);
}

}  // namespace
}  // namespace earshot
