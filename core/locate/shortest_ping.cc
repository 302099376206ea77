#include "core/locate/shortest_ping.h"

#include <algorithm>
#include <vector>

#include "core/geo/wgs84.h"

namespace earshot {
namespace {

// What an attacker adds to all answers but one.
constexpr Duration kDelay = std::chrono::milliseconds(1);

const LandmarkAnswer& Fastest(std::span<const LandmarkAnswer> answers) {
  return *std::ranges::min_element(answers, {}, &LandmarkAnswer::rtt);
}

class ShortestPing final : public LocationEstimator {
 public:
  explicit ShortestPing(const CalibrationSet& known)
      : places_(known.places().begin(), known.places().end()) {}

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    LocationEstimate estimate;
    if (!answers.empty()) estimate.centre = places_[Fastest(answers).landmark].position;
    return estimate;
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    if (asked.answers.empty()) return std::nullopt;
    const auto fastest = &Fastest(asked.answers) - asked.answers.data();
    return asked.distances[static_cast<std::size_t>(fastest)].kilometres();
  }

  // The landmark nearest to the declared place answers first, all others after it.
  bool Pad(const DeclarationCase& asked, std::span<LandmarkAnswer> padded) const override {
    if (padded.empty()) return true;
    const auto nearest = static_cast<std::size_t>(
        std::ranges::min_element(asked.distances) - asked.distances.begin());
    const Rtt after = Rtt::FromDuration(padded[nearest].rtt.duration() + kDelay);
    for (std::size_t i = 0; i < padded.size(); ++i) {
      if (i != nearest) padded[i].rtt = std::max(padded[i].rtt, after);
    }
    return true;
  }

 private:
  std::vector<ReferencePlace> places_;
};

}  // namespace

EstimatorMethod ShortestPingMethod() {
  return {"shortest-ping", "Katz-Bassett et al., IMC 2006", false, [](const CalibrationSet& known) {
            return std::make_unique<const ShortestPing>(known);
          }};
}

}  // namespace earshot
