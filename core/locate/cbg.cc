#include "core/locate/cbg.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/locate/bestline.h"
#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

class Cbg final : public LocationEstimator {
 public:
  explicit Cbg(const CalibrationSet& known) : at_(UnitVectorsOf(known)) {
    for (std::uint32_t i = 0; i < at_.size(); ++i) {
      lines_.push_back(Bestline::Fit(known.PathsFrom(i), false));
    }
  }

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    std::vector<DomainDisc> discs;
    for (const LandmarkAnswer& a : answers) {
      discs.push_back({Disc(at_[a.landmark], AngleOver(lines_[a.landmark].Reach(a.rtt))), a.landmark});
    }
    return EstimateFrom(std::make_shared<const DepthRegion>(discs, static_cast<int>(discs.size())));
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    if (asked.answers.empty()) return std::nullopt;
    double worst = -kHalfEquator.kilometres();
    for (std::size_t i = 0; i < asked.answers.size(); ++i) {
      const LandmarkAnswer& a = asked.answers[i];
      worst = std::max(worst,
                       (asked.distances[i] - lines_[a.landmark].Reach(a.rtt)).kilometres());
    }
    return worst;
  }

  bool Pad(const DeclarationCase& /*asked*/, std::span<LandmarkAnswer> padded) const override {
    for (LandmarkAnswer& answer : padded) answer.rtt = std::max(answer.rtt, kVerySlow);
    return true;
  }

 private:
  std::vector<UnitVector> at_;
  std::vector<Bestline> lines_;
};

}  // namespace

EstimatorMethod CbgMethod() {
  return {"cbg", "Gueye et al., ToN 2006", false,
          [](const CalibrationSet& known) { return std::make_unique<const Cbg>(known); }};
}

}  // namespace earshot
