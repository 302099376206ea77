#include "core/locate/nearest_landmarks.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace earshot {
namespace {

constexpr std::size_t kNearest = 3;

class NearestLandmarks final : public LocationEstimator {
 public:
  LocationEstimate Locate(std::span<const LandmarkAnswer> /*answers*/) const override { return {}; }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    if (asked.answers.empty()) return std::nullopt;
    std::array<std::size_t, kNearest> nearest{};
    std::vector<std::size_t> order(asked.answers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto end = std::partial_sort_copy(
        order.begin(), order.end(), nearest.begin(), nearest.end(), [&](auto a, auto b) {
          return asked.distances[a] != asked.distances[b] ? asked.distances[a] < asked.distances[b]
                                                          : a < b;
        });
    double least = std::numeric_limits<double>::infinity();
    for (auto at = nearest.begin(); at != end; ++at) {
      const Rtt floor = RoundTripOver(asked.distances[*at], kFibreSpeed);
      least = std::min(least, asked.answers[*at].rtt.milliseconds() - floor.milliseconds());
    }
    return least;
  }
};

}  // namespace

EstimatorMethod NearestLandmarksMethod() {
  return {"nearest-landmarks", "three nearest landmarks, least excess over fibre", true,
          [](const CalibrationSet&) { return std::make_unique<const NearestLandmarks>(); }};
}

}  // namespace earshot
