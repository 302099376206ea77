#include "core/locate/local_normal.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace earshot {
namespace {

// Stands for what is usual overall where there is no reference near: as much as one at three times
// the reach.
constexpr double kPriorWeight = 0.05;
// Mean radius of WGS84 (2 a + b) / 3.
constexpr double kRadiusKm = 6371.0088;

double FibreMs(Distance distance) {
  return 2e3 * distance.metres() / kFibreSpeed.metres_per_second();
}

double Square(double x) { return x * x; }

// The nearest answers first, at most `count`.
std::vector<const LocalAnswer*> Nearest(std::span<const LocalAnswer> answers, std::size_t count) {
  std::vector<const LocalAnswer*> order(answers.size());
  std::ranges::transform(answers, order.begin(), [](const LocalAnswer& answer) { return &answer; });
  count = std::min(count, order.size());
  // Addresses within one array rise with the index.
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const LocalAnswer* a, const LocalAnswer* b) {
                              return a->distance != b->distance ? a->distance < b->distance : a < b;
                            });
  order.resize(count);
  return order;
}

}  // namespace

std::size_t LocalNormalBandOf(Distance distance) {
  return static_cast<std::size_t>(std::ranges::upper_bound(kLocalNormalBandEnds, distance) -
                                  kLocalNormalBandEnds.begin());
}

double LogInflation(Distance distance, Rtt rtt, Duration floor) {
  // A clock too coarse to see the RTT says zero: its logarithm must stay finite.
  return std::log(std::max(rtt.milliseconds(), 1e-3) /
                  (FibreMs(distance) + FractionalMilliseconds(floor).count()));
}

LocalNormal::LocalNormal(LocalNormalParameters parameters) : parameters_(std::move(parameters)) {
  points_.reserve(parameters_.references.size());
  for (const LocalReference& reference : parameters_.references) {
    points_.emplace_back(reference.position);
  }
}

LocalNormal::Here LocalNormal::At(Position place, std::optional<std::uint32_t> without) const {
  Here here(*this);
  here.weights_.resize(points_.size());
  const UnitVector point(place);
  const double per_radian = kRadiusKm / parameters_.constants.reach.kilometres();
  for (std::size_t band = 0; band < kLocalNormalBands; ++band) {
    here.band_inflation_[band] = kPriorWeight * parameters_.usual_inflation[band];
  }
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const LocalReference& reference = parameters_.references[i];
    if (reference.cluster == without) continue;
    const double weight = std::exp(-point.AngleTo(points_[i]).radians() * per_radian);
    here.weights_[i] = weight;
    here.weight_sum_ += weight;
    for (std::size_t band = 0; band < kLocalNormalBands; ++band) {
      here.band_inflation_[band] += weight * reference.inflation[band];
    }
  }
  const double all = here.weight_sum_ + kPriorWeight;
  for (double& inflation : here.band_inflation_) inflation /= all;
  return here;
}

FractionalMilliseconds LocalNormal::Here::ExpectedRtt(const LocalAnswer& answer) const {
  double inflation = band_inflation_[LocalNormalBandOf(answer.distance)];
  const std::vector<LocalLandmark>& landmarks = normal_.parameters_.landmarks;
  if (answer.landmark.has_value() && *answer.landmark < landmarks.size() &&
      !landmarks[*answer.landmark].inflation.empty()) {
    const LocalLandmark& landmark = landmarks[*answer.landmark];
    double sum = kPriorWeight * landmark.usual;
    double weight = kPriorWeight;
    for (const auto& [reference, value] : landmark.inflation) {
      sum += weights_[reference] * value;
      weight += weights_[reference];
    }
    inflation = sum / weight;
  }
  const double floor_ms = FractionalMilliseconds(normal_.parameters_.constants.floor).count();
  return FractionalMilliseconds(std::exp(inflation) * (FibreMs(answer.distance) + floor_ms));
}

std::vector<LocalTerm> LocalNormal::Terms(const Here& here, std::span<const LocalAnswer> answers) {
  return Terms(here, answers, here.normal_.parameters_.constants.landmarks);
}

std::vector<LocalTerm> LocalNormal::Terms(const Here& here, std::span<const LocalAnswer> answers,
                                          std::size_t landmarks) {
  const LocalNormalConstants& constants = here.normal_.parameters_.constants;
  const double floor_ms = FractionalMilliseconds(constants.floor).count();
  std::vector<LocalTerm> terms;
  for (const LocalAnswer* answer : Nearest(answers, landmarks)) {
    const double heard = answer->rtt.milliseconds();
    const double expected = here.ExpectedRtt(*answer).count();
    const double fibre = FibreMs(answer->distance);
    const auto slower = [floor_ms](double a, double b) {
      return a > b ? std::log((a + floor_ms) / (b + floor_ms)) : 0.0;
    };
    terms.push_back(
        {.weight = 1 / Square(1 + answer->distance.kilometres() / constants.reach.kilometres()),
         .slowness = slower(heard, expected),
         .excess = slower(heard - fibre, std::max(0.0, expected - fibre))});
  }
  return terms;
}

std::optional<double> LocalNormal::ScoreOf(std::span<const LocalTerm> nearest,
                                           const LocalNormalConstants& constants) {
  if (nearest.empty()) return std::nullopt;
  double slowness = 0;
  double weight = 0;
  double least_excess = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    slowness += nearest[i].weight * nearest[i].slowness;
    weight += nearest[i].weight;
    if (i < constants.best) least_excess = std::min(least_excess, nearest[i].excess);
  }
  return slowness / weight + constants.best_share * least_excess;
}

std::optional<double> LocalNormal::Score(const Here& here, std::span<const LocalAnswer> answers) {
  return ScoreOf(Terms(here, answers), here.normal_.parameters_.constants);
}

}  // namespace earshot
