#include "core/locate/verloc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

constexpr std::size_t kReferences = 40;
constexpr double kTolerance = 0.8;
constexpr double kFibreKmPerMs = 299.792458 * 2 / 3;
constexpr double kLeastMilliseconds = 1e-6;
// So small that it only orders devices whose shares are equal.
constexpr double kTieWeight = 1e-4;

// One way, in km/ms.
double SpeedOver(double km) {
  const double metres = km * 1e3;
  const double speed = 58.17 * std::exp(1.645e-7 * metres) - 47.85 * std::exp(-2.812e-6 * metres);
  return std::min(speed, kFibreKmPerMs);
}

// RTT over a distance on the curve, on evenly spaced distances; rises throughout.
class Curve {
 public:
  Curve() {
    for (std::size_t i = 0; i < rtts_.size(); ++i) {
      const double km = kStep * static_cast<double>(i);
      rtts_[i] = 2 * km / SpeedOver(km);
      if (i > 0) rtts_[i] = std::max(rtts_[i], rtts_[i - 1]);
    }
  }
  double RttAt(double km) const { return 2 * km / SpeedOver(km); }
  double DistanceAt(double ms) const {
    const auto above = std::ranges::upper_bound(rtts_, ms);
    if (above == rtts_.begin()) return 0;
    if (above == rtts_.end()) return kStep * static_cast<double>(rtts_.size() - 1);
    const auto i = static_cast<std::size_t>(above - rtts_.begin());
    return kStep * (static_cast<double>(i - 1) + (ms - rtts_[i - 1]) / (rtts_[i] - rtts_[i - 1]));
  }

 private:
  static constexpr double kStep = 20;  // km
  std::array<double, 1002> rtts_;
};

class VerLoc final : public LocationEstimator {
 public:
  explicit VerLoc(const CalibrationSet& known) : at_(UnitVectorsOf(known)) {}

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    if (answers.empty()) return {};
    std::vector<LandmarkAnswer> fastest(answers.begin(), answers.end());
    std::ranges::sort(fastest, {}, &LandmarkAnswer::rtt);
    fastest.resize(std::min(fastest.size(), kReferences));
    // Downhill from the fastest landmark in shrinking steps: the sum has one deep valley.
    UnitVector at = at_[fastest.front().landmark];
    double least = CostAt(at, fastest);
    for (double step = 0.25; step > 2e-4;) {
      const UnitVector better = BestNeighbour(at, step, fastest);
      const double cost = CostAt(better, fastest);
      if (cost < least) {
        least = cost;
        at = better;
      } else {
        step /= 2;
      }
    }
    LocationEstimate estimate;
    estimate.centre = at.ToPosition();
    return estimate;
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    const std::vector<std::size_t> nearest = Nearest(asked);
    if (nearest.empty()) return std::nullopt;
    double disagreeing = 0;
    double off = 0;
    for (const std::size_t i : nearest) {
      const double km = asked.distances[i].kilometres();
      const double ms = std::max(asked.answers[i].rtt.milliseconds(), kLeastMilliseconds);
      const double speed = 2 * km / ms;
      const double low = kTolerance * SpeedOver(km);
      if (speed >= low && speed <= kFibreKmPerMs) continue;
      ++disagreeing;
      off += speed < low ? std::min(low - speed, low) : std::min(speed - kFibreKmPerMs, speed);
    }
    const double count = static_cast<double>(nearest.size());
    return disagreeing / count + kTieWeight * off / (count * kFibreKmPerMs);
  }

  // Answers that are too fast for the place come as late as the curve has them, at the next whole
  // nanosecond: one less, and where the curve is cut they would be faster than fibre.
  bool Pad(const DeclarationCase& asked, std::span<LandmarkAnswer> padded) const override {
    for (std::size_t i = 0; i < padded.size(); ++i) {
      const double ms = curve_.RttAt(asked.distances[i].kilometres());
      const auto late = static_cast<std::int64_t>(std::floor(ms * 1e6)) + 1;
      padded[i].rtt = std::max(padded[i].rtt, Rtt::FromDuration(Duration(late)));
    }
    return true;
  }

 private:
  static std::vector<std::size_t> Nearest(const DeclarationCase& asked) {
    std::vector<std::size_t> order(asked.answers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t count = std::min(order.size(), kReferences);
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count), {},
                              [&](std::size_t i) { return std::pair(asked.distances[i], i); });
    order.resize(count);
    return order;
  }

  double CostAt(const UnitVector& place, std::span<const LandmarkAnswer> answers) const {
    double cost = 0;
    double weights = 0;
    for (const LandmarkAnswer& a : answers) {
      const double ms = std::max(a.rtt.milliseconds(), kLeastMilliseconds);
      const double km = kMeanRadius.kilometres() * at_[a.landmark].AngleTo(place).radians();
      const double off = km - curve_.DistanceAt(ms);
      cost += off * off / ms;
      weights += 1 / ms;
    }
    return cost / weights;
  }

  UnitVector BestNeighbour(const UnitVector& at, double step,
                           std::span<const LandmarkAnswer> answers) const {
    UnitVector best = at;
    double least = CostAt(at, answers);
    for (int axis = 0; axis < 6; ++axis) {
      const double side = axis % 2 == 0 ? step : -step;
      const UnitVector tried =
          UnitVector::Towards(at.x() + (axis / 2 == 0 ? side : 0), at.y() + (axis / 2 == 1 ? side : 0),
                              at.z() + (axis / 2 == 2 ? side : 0));
      const double cost = CostAt(tried, answers);
      if (cost < least) {
        least = cost;
        best = tried;
      }
    }
    return best;
  }

  std::vector<UnitVector> at_;
  Curve curve_;
};

}  // namespace

EstimatorMethod VerLocMethod() {
  return {"verloc", "Kohls and Diaz, USENIX Security 2022", false,
          [](const CalibrationSet& known) { return std::make_unique<const VerLoc>(known); }};
}

}  // namespace earshot
