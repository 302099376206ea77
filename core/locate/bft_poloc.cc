#include "core/locate/bft_poloc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/locate/bestline.h"
#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

constexpr int kDirections = 16;
constexpr double kFourNinths = 4.0 / 9.0 * 299.792458 / 2;  // km a millisecond of RTT

// The farthest place of a landmark's paths that were no slower, by RTT.
class Envelope {
 public:
  explicit Envelope(std::span<const MeasuredPath> paths) {
    for (const MeasuredPath& path : paths) {
      steps_.push_back({path.rtt, path.distance.kilometres()});
    }
    std::ranges::sort(steps_, {}, &Step::rtt);
    double farthest = 0;
    for (Step& step : steps_) farthest = step.km = std::max(farthest, step.km);
  }
  double At(Rtt rtt) const {
    const auto above = std::ranges::upper_bound(steps_, rtt, {}, &Step::rtt);
    const double seen = above == steps_.begin() ? 0.0 : std::prev(above)->km;
    return std::max(seen, kFourNinths * rtt.milliseconds());
  }

 private:
  struct Step {
    Rtt rtt;
    double km;
  };
  std::vector<Step> steps_;
};

// Where a landmark stands seen from the declared place: cosine and sine of its direction.
struct Bearing {
  double cosine;
  double sine;
};
Bearing BearingTo(const UnitVector& from, const UnitVector& to) {
  // East is the pole crossed with the place; at a pole any direction will do.
  const double horizontal = std::hypot(from.x(), from.y());
  const double ex = horizontal > 0 ? -from.y() / horizontal : 0.0;
  const double ey = horizontal > 0 ? from.x() / horizontal : 1.0;
  const double east = ex * to.x() + ey * to.y();
  const double nx = -from.z() * ey;
  const double ny = from.z() * ex;
  const double nz = from.x() * ey - from.y() * ex;
  const double north = nx * to.x() + ny * to.y() + nz * to.z();
  const double length = std::hypot(east, north);
  return length > 0 ? Bearing{east / length, north / length} : Bearing{1, 0};
}

class BftPoloc final : public LocationEstimator {
 public:
  explicit BftPoloc(const CalibrationSet& known) : at_(UnitVectorsOf(known)) {
    for (std::uint32_t i = 0; i < at_.size(); ++i) envelopes_.emplace_back(known.PathsFrom(i));
    for (int i = 0; i < kDirections; ++i) {
      const double theta = 2 * std::numbers::pi * i / kDirections;
      directions_.push_back({std::cos(theta), std::sin(theta)});
    }
  }

  LocationEstimate Locate(std::span<const LandmarkAnswer> /*answers*/) const override { return {}; }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    if (asked.answers.empty()) return std::nullopt;
    const UnitVector declared(asked.declared);
    std::vector<double> least(directions_.size(), kHalfEquator.kilometres());
    for (std::size_t i = 0; i < asked.answers.size(); ++i) {
      const LandmarkAnswer& a = asked.answers[i];
      const double reach = envelopes_[a.landmark].At(a.rtt);
      const double away = asked.distances[i].kilometres();
      const Bearing bearing = BearingTo(declared, at_[a.landmark]);
      for (std::size_t k = 0; k < directions_.size(); ++k) {
        const double towards =
            bearing.cosine * directions_[k].cosine + bearing.sine * directions_[k].sine;
        const double across = away * away * (1 - towards * towards);
        // The centre of the disc is towards the landmark: one may go that much further there.
        const double square = reach * reach - across;
        const double limit = square < 0 ? 0.0 : std::max(0.0, std::sqrt(square) + away * towards);
        // Outside the disc nothing is left in any direction.
        least[k] = std::min(least[k], reach < away ? 0.0 : limit);
      }
    }
    return *std::ranges::max_element(least);
  }

 private:
  std::vector<UnitVector> at_;
  std::vector<Envelope> envelopes_;
  std::vector<Bearing> directions_;
};

}  // namespace

EstimatorMethod BftPolocMethod() {
  return {"bft-poloc", "Sheng et al., 2024", true,
          [](const CalibrationSet& known) { return std::make_unique<const BftPoloc>(known); }};
}

}  // namespace earshot
