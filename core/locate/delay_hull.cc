#include "core/locate/delay_hull.h"

#include <algorithm>
#include <cmath>

#include "core/locate/bestline.h"

namespace earshot {
namespace {

// Kilometres a millisecond of RTT.
constexpr double kFastest = 100;
constexpr double kSlowest = 55;
constexpr double kSlowestStart = 55;  // ms
constexpr double kFarBeyond = 1000;   // ms; where the tails' second point is put

// Between order statistics, as numpy's default does.
double Percentile(std::span<const double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

// side 1: the upper hull, -1: the lower. Of points at one RTT only the outermost counts.
DelayHull::Chain DelayHull::HullOf(std::span<const Point> sorted, double side) {
  Chain hull;
  for (const Point& p : sorted) {
    if (!hull.empty() && hull.back().ms == p.ms) {
      if (side * (p.km - hull.back().km) <= 0) continue;
      hull.pop_back();
    }
    while (hull.size() >= 2) {
      const Point& o = hull[hull.size() - 2];
      const Point& a = hull.back();
      const double turn = (a.ms - o.ms) * (p.km - o.km) - (a.km - o.km) * (p.ms - o.ms);
      if (side * turn < 0) break;
      hull.pop_back();
    }
    hull.push_back(p);
  }
  return hull;
}

double DelayHull::Along(const Chain& chain, double ms) {
  std::size_t i = 1;
  while (i + 1 < chain.size() && ms > chain[i].ms) ++i;
  const Point& a = chain[i - 1];
  const Point& b = chain[i];
  return a.km + (b.km - a.km) * (ms - a.ms) / (b.ms - a.ms);
}

DelayHull::Chain DelayHull::Cut(const Chain& hull, double at, double slope) {
  const Point cut{at, Along(hull, at)};
  Chain kept;
  for (const Point& p : hull) {
    if (p.ms < at) kept.push_back(p);
  }
  kept.push_back(cut);
  kept.push_back({kFarBeyond, cut.km + slope * (kFarBeyond - at)});
  return kept;
}

std::optional<DelayHull> DelayHull::Fit(std::span<const MeasuredPath> paths) {
  std::vector<Point> points;
  for (const MeasuredPath& path : paths) {
    const Point p{path.rtt.milliseconds(), path.distance.kilometres()};
    if (p.ms * kFastest >= p.km && (p.ms - kSlowestStart) * kSlowest <= p.km) points.push_back(p);
  }
  std::ranges::sort(points, [](const Point& a, const Point& b) {
    return a.ms != b.ms ? a.ms < b.ms : a.km < b.km;
  });
  if (points.size() < 3 || points.front().ms == points.back().ms) return std::nullopt;
  std::vector<double> times;
  for (const Point& p : points) times.push_back(p.ms);
  DelayHull hull;
  hull.upper_ = Cut(HullOf(points, 1), Percentile(times, 0.50), kSlowest);
  hull.lower_ = Cut(HullOf(points, -1), Percentile(times, 0.75), kFastest);
  return hull;
}

Distance DelayHull::Farthest(Rtt rtt) const {
  return Distance::Kilometres(
      std::clamp(Along(upper_, rtt.milliseconds()), 0.0, kHalfEquator.kilometres()));
}

Distance DelayHull::Nearest(Rtt rtt) const {
  return Distance::Kilometres(
      std::clamp(Along(lower_, rtt.milliseconds()), 0.0, kHalfEquator.kilometres()));
}

Rtt DelayHull::LeastRttFor(Distance distance) const {
  // The upper hull may fall again before its cut; the first crossing is what is asked for.
  const double km = std::min(distance, kHalfEquator).kilometres();
  for (std::size_t i = 1; i < upper_.size(); ++i) {
    const Point& a = upper_[i - 1];
    const Point& b = upper_[i];
    const bool is_last = i + 1 == upper_.size();
    const bool rises = b.km > a.km;
    if (a.km >= km && i > 1) return Rtt::FromDuration(Duration(std::llround(a.ms * 1e6)));
    if (rises && (b.km >= km || is_last)) {
      const double ms = a.ms + (b.ms - a.ms) * (km - a.km) / (b.km - a.km);
      return Rtt::FromDuration(Duration(static_cast<std::int64_t>(std::ceil(ms * 1e6))));
    }
  }
  return Rtt::FromDuration(Duration(std::llround(upper_.back().ms * 1e6)));
}

}  // namespace earshot
