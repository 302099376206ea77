#include "core/geo/boundary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace earshot::internal {
namespace {


// Union-find with path halving.
class Groups {
 public:
  explicit Groups(std::size_t n) : parent_(n) {
    for (std::size_t i = 0; i < n; ++i) parent_[i] = static_cast<std::uint32_t>(i);
  }
  std::uint32_t Find(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(std::uint32_t a, std::uint32_t b) { parent_[Find(a)] = Find(b); }

 private:
  std::vector<std::uint32_t> parent_;
};

// Signed area of the spherical triangle, positive when counterclockwise, modulo 4 pi.
// Van Oosterom and Strackee (1983), eq. 8: tan(E/2) = [a b c] / (1 + ab + bc + ca).
double TriangleArea(const UnitVector& a, const UnitVector& b, const UnitVector& c) {
  const double triple = a.x() * (b.y() * c.z() - b.z() * c.y()) +
                        a.y() * (b.z() * c.x() - b.x() * c.z()) +
                        a.z() * (b.x() * c.y() - b.y() * c.x());
  return 2.0 * std::atan2(triple, 1.0 + a.Dot(b) + b.Dot(c) + c.Dot(a));
}

// A stretch of arc that turns by at most a right angle.
struct Piece {
  const Circle* circle;
  UnitVector from;
  UnitVector to;
  double turn;  // radians
};

void AppendPieces(const Circle& circle, const SweepArc& arc, std::vector<Piece>& pieces) {
  const double turn =
      arc.closed ? 2.0 * std::numbers::pi : Circle::Turn(arc.begin, arc.end).radians();
  const DiamondAngle begin = arc.closed ? 0.0 : arc.begin;
  constexpr double kQuarter = 0.5 * std::numbers::pi;
  const int count = static_cast<int>(std::ceil(turn / kQuarter));
  UnitVector from = circle.PointAt(begin);
  for (int i = 1; i <= count; ++i) {
    // A right angle is one unit of the diamond angle; the last piece ends where the arc does.
    const DiamondAngle end = arc.closed ? begin + 4.0 : arc.end;
    const DiamondAngle at = i < count ? std::fmod(begin + i, 4.0) : std::fmod(end, 4.0);
    const UnitVector to = circle.PointAt(at);
    const double piece_turn = i < count ? kQuarter : turn - kQuarter * (count - 1);
    pieces.push_back({&circle, from, to, piece_turn});
    from = to;
  }
}

// Between an arc and its chord, to the left of the arc: the sector less its triangle, taken at
// whichever pole of the circle is nearer, for the other one's triangle is nearly degenerate.
double SegmentArea(const Piece& piece) {
  const Circle& circle = *piece.circle;
  if (circle.cosine >= 0) {
    const double height = 2.0 * circle.half_sine * circle.half_sine;  // 1 - cos r
    return piece.turn * height - TriangleArea(circle.centre, piece.from, piece.to);
  }
  const double height = 2.0 * circle.half_cosine * circle.half_cosine;  // 1 + cos r
  return -piece.turn * height - TriangleArea(circle.centre.Antipode(), piece.from, piece.to);
}

// An apex for the fan of triangles whose antipode is far from every corner.
UnitVector ApexFor(const std::vector<Piece>& pieces) {
  constexpr std::array<std::array<double, 3>, 6> kAxes = {
      {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}}};
  UnitVector best;
  double best_room = -std::numeric_limits<double>::infinity();
  for (const auto& axis : kAxes) {
    const UnitVector apex = UnitVector::Towards(axis[0], axis[1], axis[2]);
    double room = std::numeric_limits<double>::infinity();
    for (const Piece& piece : pieces) room = std::min(room, apex.Dot(piece.from));
    if (room > best_room) {
      best_room = room;
      best = apex;
    }
  }
  return best;
}

}  // namespace

std::vector<std::uint32_t> CurvesOf(const SweepResult& sweep) {
  const auto n = static_cast<std::uint32_t>(sweep.arcs.size());
  Groups groups(n);
  std::vector<std::pair<Crossing, std::uint32_t>> begins;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (!sweep.arcs[i].closed) begins.emplace_back(sweep.arcs[i].begin_at, i);
  }
  std::ranges::sort(begins);
  for (std::uint32_t i = 0; i < n; ++i) {
    const SweepArc& arc = sweep.arcs[i];
    if (arc.closed) continue;
    const auto next = std::ranges::lower_bound(begins, std::pair(arc.end_at, 0U));
    if (next != begins.end() && next->first == arc.end_at) {
      groups.Join(i, next->second);
      continue;
    }
    // More than two circles meet here: the curve goes on with the arc that begins nearest.
    const UnitVector end = sweep.circles[arc.circle].PointAt(arc.end);
    std::uint32_t nearest = i;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [crossing, j] : begins) {
      const SweepArc& other = sweep.arcs[j];
      const double gap = end.Haversine(sweep.circles[other.circle].PointAt(other.begin));
      if (gap < least) {
        least = gap;
        nearest = j;
      }
    }
    groups.Join(i, nearest);
  }
  std::vector<std::uint32_t> curves(n);
  std::vector<std::uint32_t> number(n, n);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    std::uint32_t& assigned = number[groups.Find(i)];
    if (assigned == n) assigned = count++;
    curves[i] = assigned;
  }
  return curves;
}

// Green's theorem on the sphere: segments between arcs and chords, and a fan of triangles over the
// chords. Each term is right modulo 4 pi wherever its corners lie, so no topology is needed.
Area AreaLeftOf(const SweepResult& sweep) {
  std::vector<Piece> pieces;
  double steradians = 0;
  for (const SweepArc& arc : sweep.arcs) {
    const Circle& circle = sweep.circles[arc.circle];
    if (arc.closed) {
      steradians += 4.0 * std::numbers::pi * circle.half_sine * circle.half_sine;
    } else {
      AppendPieces(circle, arc, pieces);
    }
  }
  const UnitVector apex = ApexFor(pieces);
  for (const Piece& piece : pieces) {
    steradians += SegmentArea(piece) + TriangleArea(apex, piece.from, piece.to);
  }
  const double share = steradians / (4.0 * std::numbers::pi);
  return Area::SquareKilometres((share - std::floor(share)) * kEarthArea.square_kilometres());
}

}  // namespace earshot::internal
