#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <utility>

#include "core/locate/local_normal_fit.h"

namespace earshot {
namespace {

// Of the references' own scores: the share of honest places that a region is to cover.
constexpr double kCoverage = 0.95;
// Points at which a region is looked at, and landmarks that its centre is fitted to.
constexpr int kPoints = 400;
constexpr std::size_t kCentreLandmarks = 5;

Distance FibreReach(Rtt rtt) {
  return Distance::Metres(ToSeconds(rtt.duration()) * kFibreSpeed.metres_per_second() / 2);
}

// `count` points spread evenly over the disc, each for the same share of its area (Vogel's spiral).
std::vector<UnitVector> PointsOf(const UnitVector& centre, Angle radius, int count) {
  // Two directions at right angles to the centre and to each other.
  const bool near_pole = std::abs(centre.z()) > 0.9;
  const double ax = near_pole ? 1 : 0;
  const double az = near_pole ? 0 : 1;
  const UnitVector east =
      UnitVector::Towards(-az * centre.y(), az * centre.x() - ax * centre.z(), ax * centre.y());
  const UnitVector north = UnitVector::Towards(centre.y() * east.z() - centre.z() * east.y(),
                                               centre.z() * east.x() - centre.x() * east.z(),
                                               centre.x() * east.y() - centre.y() * east.x());
  std::vector<UnitVector> points;
  const double depth = 1 - std::cos(radius.radians());
  for (int i = 0; i < count; ++i) {
    const double cosine = 1 - depth * (i + 0.5) / count;
    const double sine = std::sqrt(std::max(0.0, 1 - cosine * cosine));
    const double turn = i * (3 - std::sqrt(5.0)) * std::numbers::pi;
    const double x = sine * std::cos(turn);
    const double y = sine * std::sin(turn);
    points.push_back(UnitVector::Towards(cosine * centre.x() + x * east.x() + y * north.x(),
                                         cosine * centre.y() + x * east.y() + y * north.y(),
                                         cosine * centre.z() + x * east.z() + y * north.z()));
  }
  return points;
}

// The model, its landmarks, and the score that 95 % of the references stay under at home.
struct Fitted {
  LocalNormal normal;
  std::vector<UnitVector> landmarks;  // by place
  double score_max;
};

// One device's answers, looked at from any point.
class Answers {
 public:
  Answers(std::shared_ptr<const Fitted> fitted, std::span<const LandmarkAnswer> answers)
      : fitted_(std::move(fitted)), answers_(answers.begin(), answers.end()) {
    std::ranges::stable_sort(answers_, {}, &LandmarkAnswer::rtt);
  }

  const UnitVector& nearest() const { return fitted_->landmarks[answers_.front().landmark]; }
  Angle reach() const { return OutwardAngle(FibreReach(answers_.front().rtt)); }

  bool Fits(const UnitVector& point) const {
    if (point.AngleTo(nearest()) > reach()) return false;
    const auto score =
        LocalNormal::Score(fitted_->normal.At(point.ToPosition()), From(point, answers_));
    return score.has_value() && *score <= fitted_->score_max;
  }

  // How far expected and heard RTTs are apart at the quickest landmarks, on both sides.
  double Misfit(const UnitVector& point) const {
    const LocalNormal::Here here = fitted_->normal.At(point.ToPosition());
    const auto quickest = std::span(answers_).first(std::min(kCentreLandmarks, answers_.size()));
    double misfit = 0;
    for (const LocalAnswer& answer : From(point, quickest)) {
      misfit += std::abs(
          std::log((answer.rtt.milliseconds() + 1) / (here.ExpectedRtt(answer).count() + 1)));
    }
    return misfit;
  }

 private:
  std::vector<LocalAnswer> From(const UnitVector& point,
                                std::span<const LandmarkAnswer> answers) const {
    std::vector<LocalAnswer> from;
    from.reserve(answers.size());
    for (const LandmarkAnswer& answer : answers) {
      const Angle angle = point.AngleTo(fitted_->landmarks[answer.landmark]);
      from.push_back({kEquatorialRadius * angle.radians(), answer.rtt, answer.landmark});
    }
    return from;
  }

  std::shared_ptr<const Fitted> fitted_;
  std::vector<LandmarkAnswer> answers_;  // quickest first
};

class Earshot final : public LocationEstimator {
 public:
  explicit Earshot(const CalibrationSet& known) {
    LocalNormal normal(FitLocalNormal(known));
    std::vector<double> own = OwnScores(normal, known);
    std::ranges::sort(own);
    const double score_max =
        own.empty()
            ? 0
            : own[static_cast<std::size_t>(kCoverage * static_cast<double>(own.size() - 1))];
    std::vector<UnitVector> landmarks;
    for (const ReferencePlace& place : known.places()) landmarks.emplace_back(place.position);
    fitted_ = std::make_shared<const Fitted>(std::move(normal), std::move(landmarks), score_max);
  }

  LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const override {
    if (answers.empty()) return {};
    auto seen = std::make_shared<const Answers>(fitted_, answers);
    const std::vector<UnitVector> points = PointsOf(seen->nearest(), seen->reach(), kPoints);
    LocationEstimate estimate;
    std::size_t inside = 0;
    std::pair<double, UnitVector> best(seen->Misfit(seen->nearest()), seen->nearest());
    for (const UnitVector& point : points) {
      if (seen->Fits(point)) ++inside;
      best = std::min(best, {seen->Misfit(point), point}, Better);
    }
    for (const UnitVector& point :
         PointsOf(best.second, seen->reach() * (2 / std::sqrt(double{kPoints})), kPoints / 4)) {
      best = std::min(best, {seen->Misfit(point), point}, Better);
    }
    estimate.centre = best.second.ToPosition();
    estimate.area = Area::SquareKilometres(
        kEarthArea.square_kilometres() * (1 - std::cos(seen->reach().radians())) / 2 *
        static_cast<double>(inside) / static_cast<double>(points.size()));
    estimate.is_empty = inside == 0 && !seen->Fits(best.second);
    estimate.contains = [seen](Position place) { return seen->Fits(UnitVector(place)); };
    return estimate;
  }

  std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const override {
    std::vector<LocalAnswer> answers;
    answers.reserve(asked.answers.size());
    for (std::size_t i = 0; i < asked.answers.size(); ++i) {
      answers.push_back({asked.distances[i], asked.answers[i].rtt, asked.answers[i].landmark});
    }
    return LocalNormal::Score(fitted_->normal.At(asked.declared), answers);
  }

 private:
  static bool Better(const std::pair<double, UnitVector>& a,
                     const std::pair<double, UnitVector>& b) {
    return a.first < b.first;
  }

  std::shared_ptr<const Fitted> fitted_;
};

}  // namespace

EstimatorMethod EarshotMethod() {
  return {"earshot", "slowness against the reference places around the declared one", true,
          [](const CalibrationSet& known) { return std::make_unique<const Earshot>(known); }};
}

}  // namespace earshot
