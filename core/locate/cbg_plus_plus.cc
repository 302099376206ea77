#include "core/locate/cbg_plus_plus.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/locate/bestline.h"
#include "core/locate/region_estimate.h"

namespace earshot {
namespace {

class CbgPlusPlus final : public LocationEstimator {
 public:
  explicit CbgPlusPlus(const CalibrationSet& known) : at_(UnitVectorsOf(known)) {
    for (std::uint32_t i = 0; i < at_.size(); ++i) {
      lines_.push_back(Bestline::Fit(known.PathsFrom(i), true));
    }
  }

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    if (answers.empty()) return {};
    return EstimateFrom(std::make_shared<const DepthRegion>(RegionOf(answers)));
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    return ScoreDeclarations(std::span(&asked, 1)).front();
  }

  std::vector<std::optional<double>> ScoreDeclarations(
      std::span<const DeclarationCase> asked) const override {
    std::vector<std::optional<double>> scores(asked.size());
    if (asked.empty() || asked.front().answers.empty()) return scores;
    const DepthRegion region = RegionOf(asked.front().answers);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      scores[i] = region.IsEmpty() ? kHalfEquator.kilometres()
                                   : DistanceTo(region, asked[i].declared).kilometres();
    }
    return scores;
  }

  bool Pad(const DeclarationCase& /*asked*/, std::span<LandmarkAnswer> padded) const override {
    for (LandmarkAnswer& answer : padded) answer.rtt = std::max(answer.rtt, kVerySlow);
    return true;
  }

 private:
  DepthRegion RegionOf(std::span<const LandmarkAnswer> answers) const {
    const Bestline baseline;
    std::vector<DomainDisc> discs;
    Disc smallest = Disc::Everything();
    for (const LandmarkAnswer& a : answers) {
      const UnitVector& at = at_[a.landmark];
      discs.push_back({Disc(at, AngleOver(lines_[a.landmark].Reach(a.rtt))), a.landmark});
      const Disc physical(at, AngleOver(baseline.Reach(a.rtt)));
      if (physical.radius() < smallest.radius()) smallest = physical;
    }
    // Discs that cover the clip, or miss it, are the same to all its points: out of the arrangement.
    const Cap clip(smallest.GrownBy(OutwardAngle(kOutwardTolerance * 2)));
    std::erase_if(discs, [&](const DomainDisc& d) {
      const Cap cap(d.disc);
      return cap.SurelyCovers(clip) || !cap.MayMeet(clip);
    });
    const int all = static_cast<int>(discs.size());
    DepthRegion consistent(discs, all, smallest);
    if (!consistent.IsEmpty()) return consistent;
    return DepthRegion(discs, consistent.depth_max(), smallest);
  }

  std::vector<UnitVector> at_;
  std::vector<Bestline> lines_;
};

}  // namespace

EstimatorMethod CbgPlusPlusMethod() {
  return {"cbg++", "Weinberg et al., IMC 2018", false,
          [](const CalibrationSet& known) { return std::make_unique<const CbgPlusPlus>(known); }};
}

}  // namespace earshot
