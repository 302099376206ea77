// The greatest depth once more, by branch and bound over S2 cells and S2's own caps.
#include <gtest/gtest.h>
#include <s2/s2cap.h>
#include <s2/s2cell.h>

#include <algorithm>
#include <queue>
#include <vector>

#include "core/geo/depth_region.h"
#include "tests/core/geo/random_discs.h"

namespace earshot {
namespace {

S2Point ToS2(const UnitVector& v) { return {v.x(), v.y(), v.z()}; }

S2Cap ToCap(const Disc& disc, double grown) {
  if (disc.IsEmpty()) return S2Cap::Empty();
  return S2Cap(ToS2(disc.centre()), S1Angle::Radians(disc.radius().radians() + grown));
}

struct Oracle {
  std::vector<std::vector<S2Cap>> domains;
  S2Cap clip = S2Cap::Full();

  Oracle(const RandomCase& c, double grown) {
    std::vector<DomainDisc> discs = c.discs;
    std::ranges::stable_sort(discs, {}, &DomainDisc::domain);
    for (std::size_t i = 0; i < discs.size(); ++i) {
      if (i == 0 || discs[i].domain != discs[i - 1].domain) domains.emplace_back();
      domains.back().push_back(ToCap(discs[i].disc, grown));
    }
    if (c.clip.has_value()) clip = ToCap(*c.clip, grown);
  }
  template <typename Holds>
  int Count(Holds holds) const {
    if (!holds(clip)) return DepthField::kOutsideClip;
    return static_cast<int>(std::ranges::count_if(
        domains, [&](const auto& caps) { return std::ranges::all_of(caps, holds); }));
  }
  int At(const S2Point& point) const {
    return Count([&](const S2Cap& cap) { return cap.Contains(point); });
  }
  int AtMostIn(const S2Cell& cell) const {
    return Count([&](const S2Cap& cap) { return cap.MayIntersect(cell); });
  }
};

struct Bracket {
  int least = DepthField::kOutsideClip;
  int most = DepthField::kOutsideClip;
};

// Splits the cell with the greatest possible depth first, until none can beat what was found.
Bracket DeepestByCells(const Oracle& oracle) {
  constexpr int kCellsMax = 3000;
  using Entry = std::pair<int, S2CellId>;
  std::priority_queue<Entry> open;
  for (int face = 0; face < 6; ++face) {
    const S2CellId id = S2CellId::FromFace(face);
    open.emplace(oracle.AtMostIn(S2Cell(id)), id);
  }
  Bracket bracket;
  for (int cells = 0; !open.empty() && cells < kCellsMax; ++cells) {
    const auto [most, id] = open.top();
    if (most <= bracket.least) break;
    open.pop();
    bracket.least = std::max(bracket.least, oracle.At(id.ToPoint()));
    if (id.is_leaf()) {
      bracket.most = std::max(bracket.most, most);
      continue;
    }
    for (S2CellId child = id.child_begin(); child != id.child_end(); child = child.next()) {
      const int possible = oracle.AtMostIn(S2Cell(child));
      if (possible > bracket.least) open.emplace(possible, child);
    }
  }
  bracket.most = std::max({bracket.least, bracket.most, open.empty() ? -1 : open.top().first});
  return bracket;
}

TEST(DepthRegionAgainstS2, DeepestPointAgreesOnTenThousandRandomCases) {
  RandomDiscs random(4);
  const double grown = OutwardAngle(kOutwardTolerance).radians();
  constexpr int kCases = 10'000;
  int open = 0;
  int empty = 0;
  for (int i = 0; i < kCases; ++i) {
    const RandomCase c = random.Case(12);
    const DepthRegion region(c.discs, c.k, c.clip);
    const Bracket bracket = DeepestByCells(Oracle(c, grown));
    ASSERT_GE(region.depth_max(), bracket.least) << "case " << i;
    ASSERT_LE(region.depth_max(), bracket.most) << "case " << i;
    open += bracket.least != bracket.most ? 1 : 0;
    empty += region.IsEmpty() ? 1 : 0;
  }
  // Discs that just touch leave S2 undecided; nearly all cases are decided, in both directions.
  EXPECT_LT(open, kCases / 50);
  EXPECT_GT(empty, kCases / 10);
  EXPECT_LT(empty, kCases * 9 / 10);
}

TEST(DepthRegionAgainstS2, DepthAtRandomPointsAgrees) {
  RandomDiscs random(6);
  const double grown = OutwardAngle(kOutwardTolerance + Distance::Metres(0.001)).radians();
  int inside = 0;
  for (int i = 0; i < 10'000; ++i) {
    const RandomCase c = random.Case(30);
    const DepthRegion region(c.discs, c.k, c.clip);
    const Oracle wider(c, grown + 2e-8);
    const Oracle narrower(c, grown - 2e-8);
    for (int p = 0; p < 5; ++p) {
      const UnitVector point =
          p == 0 ? random.Point() : random.PointNear(c.discs.front().disc.centre(), 0.2);
      const int depth = region.DepthAt(point);
      ASSERT_GE(depth, narrower.At(ToS2(point)));
      ASSERT_LE(depth, wider.At(ToS2(point)));
      inside += depth >= c.k ? 1 : 0;
    }
  }
  EXPECT_GT(inside, 1000);
}

}  // namespace
}  // namespace earshot
