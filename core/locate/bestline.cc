#include "core/locate/bestline.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace earshot {
namespace {

constexpr double kLeastSlope = 0.01;  // ms per km

struct Point {
  double km;
  double ms;
};

double Cross(const Point& o, const Point& a, const Point& b) {
  return (a.km - o.km) * (b.ms - o.ms) - (a.ms - o.ms) * (b.km - o.km);
}

// The slope of the lower hull (Andrew's chain) at `km`, from the left.
double HullSlopeAt(std::vector<Point> points, double km) {
  std::ranges::sort(points, [](const Point& a, const Point& b) {
    return a.km != b.km ? a.km < b.km : a.ms < b.ms;
  });
  std::vector<Point> hull;
  for (const Point& p : points) {
    if (!hull.empty() && hull.back().km == p.km) continue;  // a higher one at the same distance
    while (hull.size() >= 2 && Cross(hull[hull.size() - 2], hull.back(), p) <= 0) hull.pop_back();
    hull.push_back(p);
  }
  for (std::size_t i = 1; i < hull.size(); ++i) {
    if (hull[i].km >= km) {
      return (hull[i].ms - hull[i - 1].ms) / (hull[i].km - hull[i - 1].km);
    }
  }
  return kLeastSlope;  // all at one distance
}

Duration FromMilliseconds(double ms) { return Duration(std::llround(ms * 1e6)); }

}  // namespace

Bestline Bestline::Fit(std::span<const MeasuredPath> paths, bool keep_above_slowline) {
  std::vector<Point> points;
  double sum = 0;
  for (const MeasuredPath& path : paths) {
    points.push_back({path.distance.kilometres(), path.rtt.milliseconds()});
    sum += points.back().km;
  }
  Bestline line;
  if (points.empty()) return line;
  const double mean = sum / static_cast<double>(points.size());
  // The slowline's end binds the line but is no datum: it is not part of the mean.
  if (keep_above_slowline) points.push_back({kHalfEquator.kilometres(), kSlowlineRtt.milliseconds()});
  double most_slope = std::numeric_limits<double>::infinity();  // through the origin
  for (const Point& p : points) {
    if (p.km > 0) most_slope = std::min(most_slope, p.ms / p.km);
  }
  if (most_slope < kLeastSlope) return line;
  line.slope_ = std::clamp(HullSlopeAt(points, mean), kLeastSlope, most_slope);
  double intercept = std::numeric_limits<double>::infinity();
  for (const Point& p : points) intercept = std::min(intercept, p.ms - line.slope_ * p.km);
  line.intercept_ = std::max(intercept, 0.0);
  return line;
}

Distance Bestline::Reach(Rtt rtt) const {
  return Distance::Kilometres(std::max(0.0, (rtt.milliseconds() - intercept_) / slope_));
}
Rtt Bestline::intercept() const { return Rtt::FromDuration(FromMilliseconds(intercept_)); }
Rtt Bestline::per_1000_km() const { return Rtt::FromDuration(FromMilliseconds(1000 * slope_)); }

}  // namespace earshot
