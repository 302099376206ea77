#include "core/locate/speed_limit.h"

#include <algorithm>

namespace earshot {
namespace {

constexpr double kLeastMilliseconds = 1e-6;

class SpeedLimit final : public LocationEstimator {
 public:
  LocationEstimate Locate(std::span<const LandmarkAnswer> /*answers*/) const override { return {}; }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    if (asked.answers.empty()) return std::nullopt;
    double fastest = 0;
    for (std::size_t i = 0; i < asked.answers.size(); ++i) {
      const double ms = std::max(asked.answers[i].rtt.milliseconds(), kLeastMilliseconds);
      fastest = std::max(fastest, 2 * asked.distances[i].kilometres() / ms);
    }
    return fastest;
  }

  bool Pad(const DeclarationCase& /*asked*/, std::span<LandmarkAnswer> padded) const override {
    for (LandmarkAnswer& answer : padded) answer.rtt = std::max(answer.rtt, kVerySlow);
    return true;
  }
};

}  // namespace

EstimatorMethod SpeedLimitMethod() {
  return {"speed-limit", "Cho et al., TMA 2024", false,
          [](const CalibrationSet&) { return std::make_unique<const SpeedLimit>(); }};
}

}  // namespace earshot
