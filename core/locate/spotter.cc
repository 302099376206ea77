#include "core/locate/spotter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "core/geo/wgs84.h"
#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

constexpr std::size_t kClasses = 60;
constexpr std::size_t kCurvePoints = 256;
constexpr double kLeastDeviation = 50;  // km
constexpr double kMass = 0.95;

using Cubic = std::array<double, 4>;

double ValueOf(const Cubic& c, double x) { return ((c[3] * x + c[2]) * x + c[1]) * x + c[0]; }

// Least squares by the normal equations; x is within [0, 1], so four powers stay well apart.
Cubic FitCubic(std::span<const double> xs, std::span<const double> ys) {
  std::array<std::array<double, 5>, 4> m{};
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const std::array<double, 4> powers = {1, xs[i], xs[i] * xs[i], xs[i] * xs[i] * xs[i]};
    for (std::size_t r = 0; r < 4; ++r) {
      for (std::size_t c = 0; c < 4; ++c) m[r][c] += powers[r] * powers[c];
      m[r][4] += powers[r] * ys[i];
    }
  }
  for (std::size_t p = 0; p < 4; ++p) {
    std::size_t best = p;
    for (std::size_t r = p + 1; r < 4; ++r) {
      if (std::abs(m[r][p]) > std::abs(m[best][p])) best = r;
    }
    std::swap(m[p], m[best]);
    if (std::abs(m[p][p]) < 1e-12) continue;  // too few classes for so many terms
    for (std::size_t r = 0; r < 4; ++r) {
      if (r == p) continue;
      const double k = m[r][p] / m[p][p];
      for (std::size_t c = p; c < 5; ++c) m[r][c] -= k * m[p][c];
    }
  }
  Cubic fitted{};
  for (std::size_t p = 0; p < 4; ++p) {
    fitted[p] = std::abs(m[p][p]) < 1e-12 ? 0.0 : m[p][4] / m[p][p];
  }
  return fitted;
}

struct Normal {
  double mean = 0;
  double deviation = kLeastDeviation;
  double log_deviation = 0;
  double MinusLogDensity(double km) const {
    const double z = (km - mean) / deviation;
    return 0.5 * z * z + log_deviation;
  }
};

// Mean and deviation of distance by RTT, both never falling, on evenly spaced RTTs.
class Curve {
 public:
  explicit Curve(std::span<const MeasuredPath> paths) {
    std::vector<std::pair<double, double>> points;
    for (const MeasuredPath& path : paths) {
      points.emplace_back(path.rtt.milliseconds(), path.distance.kilometres());
    }
    if (points.empty()) return;
    std::ranges::sort(points);
    const std::size_t classes = std::min(kClasses, points.size());
    std::vector<double> xs;
    std::vector<double> means;
    std::vector<double> deviations;
    // The last class reaches into the tail; what lies beyond its mean is held.
    most_ = points[points.size() - 1 - points.size() / (2 * classes)].first;
    for (std::size_t c = 0; c < classes; ++c) {
      const std::size_t begin = c * points.size() / classes;
      const std::size_t end = (c + 1) * points.size() / classes;
      double t = 0;
      double sum = 0;
      double squares = 0;
      for (std::size_t i = begin; i < end; ++i) {
        t += points[i].first;
        sum += points[i].second;
        squares += points[i].second * points[i].second;
      }
      const double n = static_cast<double>(end - begin);
      xs.push_back(std::min(t / n / most_, 1.0));
      means.push_back(sum / n);
      deviations.push_back(std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n))));
    }
    const Cubic mean = FitCubic(xs, means);
    const Cubic deviation = FitCubic(xs, deviations);
    Normal at;
    for (std::size_t i = 0; i < kCurvePoints; ++i) {
      const double x = static_cast<double>(i) / (kCurvePoints - 1);
      at.mean = std::max(at.mean, ValueOf(mean, x));
      at.deviation = std::max(at.deviation, ValueOf(deviation, x));
      at.log_deviation = std::log(at.deviation);
      points_.push_back(at);
    }
  }

  Normal At(Rtt rtt) const {
    return AtIndex(std::clamp(rtt.milliseconds() / most_, 0.0, 1.0) * (kCurvePoints - 1));
  }

  // The RTT, `own` or a longer one, under which a distance is most probable. The curve is flat
  // beyond its end, so what is longer than that may as well stay.
  Rtt MostProbableFrom(Rtt own, double km) const {
    const double begin = own.milliseconds() / most_ * (kCurvePoints - 1);
    if (points_.empty() || begin >= kCurvePoints - 1) return own;
    Tried best{begin, AtIndex(begin).MinusLogDensity(km)};
    const auto first = static_cast<std::size_t>(begin) + 1;
    // Deviations never fall, so nothing beyond can be less once they alone are more.
    for (std::size_t i = first; i < kCurvePoints && points_[i].log_deviation < best.cost; ++i) {
      KeepLess({static_cast<double>(i), points_[i].MinusLogDensity(km)}, &best);
    }
    // Between points.
    double from = begin;
    for (std::size_t i = first; i < kCurvePoints; ++i) {
      const auto to = static_cast<double>(i);
      const Normal low = AtIndex(from);
      if (low.log_deviation >= best.cost) break;
      const double z = LeastDeviate(low, points_[i], km);
      if (0.5 * z * z + low.log_deviation < best.cost) KeepLess(LeastBetween(from, to, km), &best);
      from = to;
    }
    const double ms = most_ * best.index / (kCurvePoints - 1);
    return std::max(own, Rtt::FromDuration(Duration(std::llround(ms * 1e6))));
  }

 private:
  // A place on the curve, in points, and how improbable the distance is there.
  struct Tried {
    double index = 0;
    double cost = 0;
  };
  static void KeepLess(const Tried& tried, Tried* best) {
    if (tried.cost < best->cost) *best = tried;
  }

  // The least number of deviations that a distance is off between two neighbours on the curve.
  static double LeastDeviate(const Normal& a, const Normal& b, double km) {
    const double at_a = (km - a.mean) / a.deviation;
    const double at_b = (km - b.mean) / b.deviation;
    return at_a * at_b <= 0 ? 0 : std::min(std::abs(at_a), std::abs(at_b));
  }

  // By golden sections, to less than a nanosecond.
  Tried LeastBetween(double low, double high, double km) const {
    constexpr double kGolden = std::numbers::phi - 1;
    Tried best{low, AtIndex(low).MinusLogDensity(km)};
    for (int i = 0; i < 40; ++i) {
      const double a = high - kGolden * (high - low);
      const double b = low + kGolden * (high - low);
      const Tried at_a{a, AtIndex(a).MinusLogDensity(km)};
      const Tried at_b{b, AtIndex(b).MinusLogDensity(km)};
      KeepLess(at_a, &best);
      KeepLess(at_b, &best);
      (at_a.cost < at_b.cost ? high : low) = at_a.cost < at_b.cost ? b : a;
    }
    return best;
  }

  // Between points by a line; 0 is an RTT of 0.
  Normal AtIndex(double x) const {
    if (points_.empty()) return {};
    const auto below = std::min(static_cast<std::size_t>(x), kCurvePoints - 2);
    const double part = x - static_cast<double>(below);
    const Normal& a = points_[below];
    const Normal& b = points_[below + 1];
    return {a.mean + part * (b.mean - a.mean), a.deviation + part * (b.deviation - a.deviation),
            a.log_deviation + part * (b.log_deviation - a.log_deviation)};
  }

  double most_ = 1;  // ms
  std::vector<Normal> points_;
};

// A square of the grid, in degrees.
struct Cell {
  double latitude = 0;
  double longitude = 0;
  double cost = 0;
};

class Spotter final : public LocationEstimator {
 public:
  explicit Spotter(const CalibrationSet& known)
      : at_(UnitVectorsOf(known)), curve_(known.paths()) {}

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    if (answers.empty()) return {};
    std::vector<Normal> normals;
    for (const LandmarkAnswer& a : answers) normals.push_back(curve_.At(a.rtt));
    // The whole Earth in steps of 6 degrees, then the neighbourhood of the best in finer ones.
    Cell best = BestOf(Grid({0, 0}, 6, 15, 30), answers, normals);
    best = BestOf(Grid(best, 1, 6, 6), answers, normals);
    std::vector<Cell> cells = Grid(best, kCellDegrees, 12, 12);
    best = BestOf(cells, answers, normals);
    return EstimateOf(KeepMass(std::move(cells), best.cost), best);
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    if (asked.answers.empty()) return std::nullopt;
    double sum = 0;
    for (std::size_t i = 0; i < asked.answers.size(); ++i) {
      sum += curve_.At(asked.answers[i].rtt).MinusLogDensity(asked.distances[i].kilometres());
    }
    return sum / static_cast<double>(asked.answers.size());
  }

  // The score is a sum over landmarks, so each answer is chosen by itself.
  bool Pad(const DeclarationCase& asked, std::span<LandmarkAnswer> padded) const override {
    for (std::size_t i = 0; i < padded.size(); ++i) {
      padded[i].rtt = curve_.MostProbableFrom(padded[i].rtt, asked.distances[i].kilometres());
    }
    return true;
  }

 private:
  static constexpr double kCellDegrees = 0.2;

  static std::vector<Cell> Grid(const Cell& centre, double step, int rows, int columns) {
    std::vector<Cell> cells;
    for (int r = -rows; r <= rows; ++r) {
      const double latitude = centre.latitude + r * step;
      if (std::abs(latitude) > 90) continue;
      for (int c = -columns; c < columns; ++c) {
        cells.push_back({latitude, std::remainder(centre.longitude + c * step, 360.0), 0});
      }
    }
    return cells;
  }

  Cell BestOf(std::vector<Cell>&& cells, std::span<const LandmarkAnswer> answers,
              std::span<const Normal> normals) const {
    return BestOf(cells, answers, normals);
  }
  Cell BestOf(std::vector<Cell>& cells, std::span<const LandmarkAnswer> answers,
              std::span<const Normal> normals) const {
    for (Cell& cell : cells) {
      const UnitVector at(*Position::FromDegrees(cell.latitude, cell.longitude));
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const double km = (kMeanRadius * at_[answers[i].landmark].AngleTo(at).radians()).kilometres();
        cell.cost += normals[i].MinusLogDensity(km);
      }
    }
    return *std::ranges::min_element(cells, {}, &Cell::cost);
  }

  // The most probable cells that together hold kMass of what all do.
  static std::vector<Cell> KeepMass(std::vector<Cell> cells, double least) {
    const auto mass = [&](const Cell& cell) {
      return std::exp(least - cell.cost) * std::cos(Angle::Degrees(cell.latitude).radians());
    };
    std::ranges::sort(cells, {}, &Cell::cost);
    double all = 0;
    for (const Cell& cell : cells) all += mass(cell);
    double kept = 0;
    std::size_t count = 0;
    while (count < cells.size() && kept < kMass * all) kept += mass(cells[count++]);
    cells.resize(count);
    return cells;
  }

  static LocationEstimate EstimateOf(std::vector<Cell> kept, const Cell& best) {
    LocationEstimate estimate;
    estimate.centre = *Position::FromDegrees(best.latitude, best.longitude);
    const double side = kMeanRadius.kilometres() * Angle::Degrees(kCellDegrees).radians();
    double area = 0;
    for (const Cell& cell : kept) {
      area += side * side * std::cos(Angle::Degrees(cell.latitude).radians());
    }
    estimate.area = Area::SquareKilometres(area);
    estimate.contains = [kept = std::move(kept)](Position place) {
      return std::ranges::any_of(kept, [&](const Cell& cell) {
        const double east =
            std::remainder(place.longitude_degrees() - cell.longitude, 360.0);
        return std::abs(place.latitude_degrees() - cell.latitude) <= kCellDegrees / 2 &&
               std::abs(east) <= kCellDegrees / 2;
      });
    };
    return estimate;
  }

  std::vector<UnitVector> at_;
  Curve curve_;
};

}  // namespace

EstimatorMethod SpotterMethod() {
  return {"spotter", "Laki et al., INFOCOM 2011", false,
          [](const CalibrationSet& known) { return std::make_unique<const Spotter>(known); }};
}

}  // namespace earshot
