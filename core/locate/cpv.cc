#include "core/locate/cpv.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

constexpr std::size_t kNearest = 10;
constexpr double kUnfittedKmPerMs = 50;  // a quarter of light's speed, one way

// Heron's formula. Sides that fail to meet give a strip as wide as they fail by: more area than any
// flat triangle, and the more the worse.
double AreaOf(double a, double b, double c) {
  const double longest = std::max({a, b, c});
  const double excess = 2 * longest - (a + b + c);
  if (excess > 0) return 0.5 * excess * longest;
  const double s = (a + b + c) / 2;
  return std::sqrt(std::max(0.0, s * (s - a) * (s - b) * (s - c)));
}

double KmBetween(const UnitVector& a, const UnitVector& b) {
  return kMeanRadius.kilometres() * a.AngleTo(b).radians();
}

double Determinant(const UnitVector& a, const UnitVector& b, const UnitVector& c) {
  return a.x() * (b.y() * c.z() - b.z() * c.y()) - a.y() * (b.x() * c.z() - b.z() * c.x()) +
         a.z() * (b.x() * c.y() - b.y() * c.x());
}

// Whether a place lies within the triangle of three others on the sphere.
bool Surround(const UnitVector& a, const UnitVector& b, const UnitVector& c, const UnitVector& place) {
  const double side = Determinant(a, b, c) < 0 ? -1 : 1;
  return side * Determinant(a, b, place) > 0 && side * Determinant(b, c, place) > 0 &&
         side * Determinant(c, a, place) > 0;
}

class Cpv final : public LocationEstimator {
 public:
  explicit Cpv(const CalibrationSet& known) : at_(UnitVectorsOf(known)) {
    std::vector<double> speeds;
    for (const MeasuredPath& path : known.paths()) {
      if (path.rtt > Rtt()) speeds.push_back(path.distance.kilometres() / path.rtt.milliseconds());
    }
    if (speeds.empty()) return;
    const auto middle = speeds.begin() + static_cast<std::ptrdiff_t>(speeds.size() / 2);
    std::nth_element(speeds.begin(), middle, speeds.end());
    km_per_ms_ = *middle;
  }

  LocationEstimate Locate(std::span<const LandmarkAnswer> /*answers*/) const override { return {}; }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    std::vector<std::size_t> order(asked.answers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t count = std::min(order.size(), kNearest);
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count), {},
                              [&](std::size_t i) { return std::pair(asked.distances[i], i); });
    const UnitVector declared(asked.declared);
    std::optional<double> least;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        for (std::size_t k = 0; k < j; ++k) {
          const auto excess =
              ExcessOf(asked.answers[order[i]], asked.answers[order[j]], asked.answers[order[k]],
                       declared);
          if (excess.has_value()) least = std::min(least.value_or(*excess), *excess);
        }
      }
    }
    return least;
  }

  // Raising all answers alike is not always best, so the harness has to search.
  bool Pad(const DeclarationCase& /*asked*/, std::span<LandmarkAnswer> /*padded*/) const override {
    return false;
  }

 private:
  // By how much the device's triangles exceed the landmarks' own, relative to it.
  std::optional<double> ExcessOf(const LandmarkAnswer& a, const LandmarkAnswer& b,
                                 const LandmarkAnswer& c, const UnitVector& declared) const {
    const UnitVector& va = at_[a.landmark];
    const UnitVector& vb = at_[b.landmark];
    const UnitVector& vc = at_[c.landmark];
    if (!Surround(va, vb, vc, declared)) return std::nullopt;
    const double ab = KmBetween(va, vb);
    const double bc = KmBetween(vb, vc);
    const double ca = KmBetween(vc, va);
    const double whole = AreaOf(ab, bc, ca);
    if (!(whole > 0)) return std::nullopt;
    const double to_a = km_per_ms_ * a.rtt.milliseconds();
    const double to_b = km_per_ms_ * b.rtt.milliseconds();
    const double to_c = km_per_ms_ * c.rtt.milliseconds();
    return (AreaOf(to_a, to_b, ab) + AreaOf(to_b, to_c, bc) + AreaOf(to_c, to_a, ca)) / whole - 1;
  }

  std::vector<UnitVector> at_;
  double km_per_ms_ = kUnfittedKmPerMs;
};

}  // namespace

EstimatorMethod CpvMethod() {
  return {"cpv", "Abdou et al., TDSC 2017", false,
          [](const CalibrationSet& known) { return std::make_unique<const Cpv>(known); }};
}

}  // namespace earshot
