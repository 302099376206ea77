#include "core/locate/quasi_octant.h"

#include <algorithm>
#include <memory>
#include <numbers>
#include <vector>

#include "core/locate/bestline.h"
#include "core/locate/delay_hull.h"
#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

class QuasiOctant final : public LocationEstimator {
 public:
  explicit QuasiOctant(const CalibrationSet& known) : at_(UnitVectorsOf(known)) {
    for (std::uint32_t i = 0; i < at_.size(); ++i) {
      hulls_.push_back(DelayHull::Fit(known.PathsFrom(i)));
    }
  }

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    std::vector<DomainDisc> discs;
    int rings = 0;
    for (const LandmarkAnswer& a : answers) {
      const auto& hull = hulls_[a.landmark];
      if (!hull.has_value()) continue;
      ++rings;
      const UnitVector& at = at_[a.landmark];
      discs.push_back({Disc(at, AngleOver(hull->Farthest(a.rtt))), a.landmark});
      // What is at least so far from a place is what is at most so near to its antipode.
      const Angle nearest = AngleOver(hull->Nearest(a.rtt));
      discs.push_back(
          {Disc(at.Antipode(), Angle::Radians(std::numbers::pi) - nearest), a.landmark});
    }
    if (rings == 0) return {};
    return EstimateFrom(std::make_shared<const DepthRegion>(discs, rings));
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    std::optional<double> worst;
    for (std::size_t i = 0; i < asked.answers.size(); ++i) {
      const auto& hull = hulls_[asked.answers[i].landmark];
      if (!hull.has_value()) continue;
      const Rtt rtt = asked.answers[i].rtt;
      const double outside =
          std::max((asked.distances[i] - hull->Farthest(rtt)).kilometres(),
                   (hull->Nearest(rtt) - asked.distances[i]).kilometres());
      worst = std::max(worst.value_or(outside), outside);
    }
    return worst;
  }

  // Each answer as late as its ring needs to reach the declared place, and no later.
  bool Pad(const DeclarationCase& asked, std::span<LandmarkAnswer> padded) const override {
    for (std::size_t i = 0; i < padded.size(); ++i) {
      const auto& hull = hulls_[padded[i].landmark];
      if (!hull.has_value()) continue;
      padded[i].rtt = std::max(padded[i].rtt, hull->LeastRttFor(asked.distances[i]));
    }
    return true;
  }

 private:
  std::vector<UnitVector> at_;
  std::vector<std::optional<DelayHull>> hulls_;
};

}  // namespace

EstimatorMethod QuasiOctantMethod() {
  return {"quasi-octant", "Wong et al., NSDI 2007; Weinberg et al., IMC 2018", false,
          [](const CalibrationSet& known) { return std::make_unique<const QuasiOctant>(known); }};
}

}  // namespace earshot
