// Random arrangements against two slow and simple rivals: search over all subsets of domains, and
// counting random points.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "core/geo/depth_region.h"
#include "tests/core/geo/random_discs.h"

namespace earshot {
namespace {

using Point = std::array<long double, 3>;

Point ToPoint(const UnitVector& v) { return {v.x(), v.y(), v.z()}; }
long double Dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point Cross(const Point& a, const Point& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
long double Norm(const Point& a) { return std::sqrt(Dot(a, a)); }
long double AngleBetween(const Point& a, const Point& b) {
  return std::atan2(Norm(Cross(a, b)), Dot(a, b));
}

struct SlowDisc {
  Point centre;
  long double radius;  // negative: empty
};

bool Holds(const SlowDisc& disc, const Point& p, long double slack) {
  return disc.radius >= 0 && AngleBetween(disc.centre, p) <= disc.radius + slack;
}

// Places at least one of which lies in the intersection of any subset whose intersection is not
// empty: where two circles cross, a place on each circle, each centre and its antipode.
std::vector<Point> Candidates(const std::vector<SlowDisc>& discs) {
  std::vector<Point> points;
  for (const SlowDisc& a : discs) {
    points.push_back(a.centre);
    points.push_back({-a.centre[0], -a.centre[1], -a.centre[2]});
    if (a.radius < 0) continue;
    Point side = Cross(a.centre, std::abs(a.centre[2]) < 0.9L ? Point{0, 0, 1} : Point{1, 0, 0});
    const long double norm = Norm(side);
    Point on{};
    for (std::size_t i = 0; i < 3; ++i) {
      on[i] = a.centre[i] * std::cos(a.radius) + side[i] / norm * std::sin(a.radius);
    }
    points.push_back(on);
    for (const SlowDisc& b : discs) {
      // The line where the planes of the two circles meet, cut with the sphere.
      const long double d = Dot(a.centre, b.centre);
      const long double det = 1 - d * d;
      if (b.radius < 0 || det <= 0) continue;
      const long double p = (std::cos(a.radius) - d * std::cos(b.radius)) / det;
      const long double q = (std::cos(b.radius) - d * std::cos(a.radius)) / det;
      const long double rest = (1 - p * p - q * q - 2 * p * q * d) / det;
      if (rest < 0) continue;
      const Point axis = Cross(a.centre, b.centre);
      for (const long double sign : {1.0L, -1.0L}) {
        Point x{};
        for (std::size_t i = 0; i < 3; ++i) {
          x[i] = p * a.centre[i] + q * b.centre[i] + sign * std::sqrt(rest) * axis[i];
        }
        points.push_back(x);
      }
    }
  }
  return points;
}

// The size of the largest set of domains whose discs, all together and with the clip, have a common
// point: every subset is tried. -1 when not even the empty set has one (the clip is empty).
int LargestSubset(const RandomCase& c, long double grown, long double slack) {
  std::vector<SlowDisc> discs;
  std::vector<std::uint32_t> domains;
  for (const DomainDisc& d : c.discs) {
    discs.push_back(
        {ToPoint(d.disc.centre()), d.disc.IsEmpty() ? -1 : d.disc.radius().radians() + grown});
    if (std::ranges::find(domains, d.domain) == domains.end()) domains.push_back(d.domain);
  }
  if (c.clip.has_value()) {
    discs.push_back(
        {ToPoint(c.clip->centre()), c.clip->IsEmpty() ? -1 : c.clip->radius().radians() + grown});
  }
  const std::vector<Point> candidates = Candidates(discs);
  // Bit i of a candidate's row: disc i holds it.
  std::vector<std::uint32_t> rows;
  for (const Point& p : candidates) {
    std::uint32_t row = 0;
    for (std::size_t i = 0; i < discs.size(); ++i) row |= Holds(discs[i], p, slack) ? 1U << i : 0U;
    rows.push_back(row);
  }
  int largest = -1;
  for (std::uint32_t subset = 0; subset < 1U << domains.size(); ++subset) {
    const int size = std::popcount(subset);
    if (size <= largest) continue;
    std::uint32_t needed = c.clip.has_value() ? 1U << c.discs.size() : 0U;
    for (std::size_t i = 0; i < c.discs.size(); ++i) {
      const auto at = std::ranges::find(domains, c.discs[i].domain) - domains.begin();
      if ((subset >> at & 1U) != 0) needed |= 1U << i;
    }
    for (const std::uint32_t row : rows) {
      if ((row & needed) == needed) largest = size;
    }
  }
  return largest;
}

TEST(DepthRegionOnRandomDiscs, DeepestPointIsTheLargestCompatibleSubset) {
  RandomDiscs random(1);
  const long double grown = 0.01L / 6356752.0L;
  int empty = 0;
  int undecided = 0;
  for (int i = 0; i < 3000; ++i) {
    const RandomCase c = random.Case(12);
    const DepthRegion region(c.discs, c.k, c.clip);
    // Sure to be there with the tolerance half used, and sure not to be with it used twice.
    const int least = LargestSubset(c, 0, grown / 2);
    const int most = LargestSubset(c, grown, grown);
    ASSERT_GE(region.depth_max(), least) << "case " << i;
    ASSERT_LE(region.depth_max(), most) << "case " << i;
    undecided += least != most ? 1 : 0;
    empty += region.IsEmpty() ? 1 : 0;
  }
  // The bracket is closed nearly always, and both outcomes occur.
  EXPECT_LT(undecided, 60);
  EXPECT_GT(empty, 300);
  EXPECT_LT(empty, 2700);
}

TEST(DepthRegionOnRandomDiscs, WitnessAndEveryArcLieInTheRegion) {
  RandomDiscs random(2);
  for (int i = 0; i < 3000; ++i) {
    const RandomCase c = random.Case(40);
    const DepthRegion region(c.discs, c.k, c.clip);
    ASSERT_EQ(region.witness().has_value(), !region.IsEmpty());
    if (region.IsEmpty()) {
      ASSERT_TRUE(region.boundary().empty());
      ASSERT_EQ(region.area(), Area());
      continue;
    }
    ASSERT_TRUE(region.Contains(*region.witness())) << "case " << i;
    ASSERT_EQ(region.boundary().empty(), region.IsEverything());
    for (const BoundaryArc& arc : region.boundary()) {
      ASSERT_TRUE(region.Contains(arc.midpoint)) << "case " << i;
      ASSERT_LT(static_cast<int>(arc.component), region.boundary_components());
    }
  }
}

TEST(DepthRegionOnRandomDiscs, ArcsOfAnUlpNameNoPlaceOutsideTheRegion) {
  RandomDiscs random(6);
  int short_arcs = 0;
  for (int i = 0; i < 20'000; ++i) {
    const RandomCase c = random.ConcurrentCase(8, random.Point());
    const DepthRegion region(c.discs, c.k);
    for (const BoundaryArc& arc : region.boundary()) {
      short_arcs += arc.turn.radians() < 1e-14 ? 1 : 0;
      ASSERT_TRUE(region.Contains(arc.midpoint)) << "case " << i << ", " << arc.turn.radians();
    }
  }
  EXPECT_GT(short_arcs, 100);
}

TEST(DepthRegionOnRandomDiscs, AreaIsWithinFourSigmaOfCountingPoints) {
  RandomDiscs random(3);
  constexpr int kCases = 300;
  constexpr int kPoints = 4000;
  double worst = 0;
  int partial = 0;
  for (int i = 0; i < kCases; ++i) {
    const RandomCase c = random.Case(20);
    const DepthRegion region(c.discs, c.k, c.clip);
    // Points are drawn from a disc that holds the region, so that small regions are resolved too.
    const UnitVector centre = region.witness().value_or(UnitVector());
    double reach = 0;
    for (const BoundaryArc& arc : region.boundary()) {
      reach = std::max(reach, centre.AngleTo(arc.midpoint).radians());
    }
    const double radius =
        reach < 0.3 && reach > 0 ? std::min(6 * reach, std::numbers::pi) : std::numbers::pi;
    int hits = 0;
    for (int p = 0; p < kPoints; ++p)
      hits += region.Contains(random.PointNear(centre, radius)) ? 1 : 0;
    const double sampled = kEarthArea.square_kilometres() * (1 - std::cos(radius)) / 2;
    const double share = region.area().square_kilometres() / sampled;
    if (radius < 3.0 && share > 0.8) continue;  // the region reaches past its arcs' midpoints
    const double sigma = std::sqrt(std::max(share * (1 - share), 1.0 / kPoints) / kPoints);
    const double z = (static_cast<double>(hits) / kPoints - share) / sigma;
    worst = std::max(worst, std::abs(z));
    EXPECT_LT(std::abs(z), 4) << "case " << i << ", share " << share;
    partial += share > 0.01 && share < 0.99 ? 1 : 0;
  }
  EXPECT_GT(partial, 100);
  RecordProperty("worst_z", std::to_string(worst));
}

}  // namespace
}  // namespace earshot
