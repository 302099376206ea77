#include "core/locate/path_model.h"

#include <algorithm>
#include <cmath>

namespace earshot {
namespace {

// Bands of the measurement, each at the geometric mean of its limits; the last ends at
// 20,004 km.
constexpr std::array<PathKnot, 7> kMeasured2020 = {{
    {Distance::Kilometres(173.2), {1.77, 2.04, 5.06, 20.0, 45.5}},    // 100 to 300 km
    {Distance::Kilometres(458.3), {1.71, 1.91, 3.44, 9.27, 17.2}},    // 300 to 700
    {Distance::Kilometres(1024.7), {1.61, 1.86, 2.93, 7.12, 11.4}},   // 700 to 1,500
    {Distance::Kilometres(2121.3), {1.48, 1.72, 2.49, 4.86, 8.38}},   // 1,500 to 3,000
    {Distance::Kilometres(4242.6), {1.28, 1.38, 2.09, 4.76, 6.94}},   // 3,000 to 6,000
    {Distance::Kilometres(7746.0), {1.33, 1.42, 1.80, 3.37, 4.37}},   // 6,000 to 10,000
    {Distance::Kilometres(14143.6), {1.29, 1.39, 1.79, 2.68, 3.33}},  // beyond 10,000
}};
constexpr std::array<double, 5> kMeasured2020NearMs = {0.66, 1.2, 4.0, 16.7, 115.0};

// Half a meridian of WGS84 is 20,003.9 km.
constexpr Distance kHalfWayRound = Distance::Kilometres(20'004);

double FibreMilliseconds(Distance distance) {
  return 2e3 * distance.metres() / kFibreSpeed.metres_per_second();
}

double Between(double at, double low, double high, double low_value, double high_value) {
  return low_value + (high_value - low_value) * (at - low) / (high - low);
}

}  // namespace

const PathModel& PathModel::Measured2020() {
  static const PathModel model("wondernetwork-2020-07", kMeasured2020NearMs, kMeasured2020);
  return model;
}

PathModel::Quantiles PathModel::LogInflation(Distance distance) const {
  // The first stretch joins the times below kPathModelNear to the first band.
  Quantiles low;
  for (std::size_t i = 0; i < low.size(); ++i) {
    low[i] = std::log(std::max(near_ms_[i] / FibreMilliseconds(kPathModelNear), 1.0));
  }
  Distance low_at = kPathModelNear;
  for (const PathKnot& knot : knots_) {
    Quantiles high;
    for (std::size_t i = 0; i < high.size(); ++i) high[i] = std::log(knot.inflation[i]);
    if (distance < knot.distance) {
      Quantiles here;
      for (std::size_t i = 0; i < here.size(); ++i) {
        here[i] = Between(std::log(distance.metres()), std::log(low_at.metres()),
                          std::log(knot.distance.metres()), low[i], high[i]);
      }
      return here;
    }
    low = high;
    low_at = knot.distance;
  }
  return low;
}

PathModel::Quantiles PathModel::LogMilliseconds(Distance distance) const {
  // No two places are farther apart; NaN, which compares as nothing, becomes the farthest.
  distance = distance < kHalfWayRound ? distance : kHalfWayRound;
  Quantiles log_ms;
  if (distance < kPathModelNear) {
    const double floor_ms = FibreMilliseconds(std::max(distance, Distance()));
    for (std::size_t i = 0; i < log_ms.size(); ++i) {
      log_ms[i] = std::log(std::max(near_ms_[i], floor_ms));
    }
    return log_ms;
  }
  log_ms = LogInflation(distance);
  for (double& value : log_ms) value += std::log(FibreMilliseconds(distance));
  return log_ms;
}

Rtt PathModel::Quantile(Distance distance, double probability) const {
  const Quantiles log_ms = LogMilliseconds(distance);
  const auto& known = kPathModelProbabilities;
  // NaN compares as nothing and becomes the lowest.
  const double p =
      probability > known.front() ? std::min(probability, known.back()) : known.front();
  std::size_t i = 1;
  while (i + 1 < known.size() && p > known[i]) ++i;
  const double ms = std::exp(Between(p, known[i - 1], known[i], log_ms[i - 1], log_ms[i]));
  return Rtt::FromDuration(Duration(std::llround(ms * 1e6)));
}

double PathModel::ProbabilityAbove(Distance distance, Rtt rtt) const {
  const Quantiles log_ms = LogMilliseconds(distance);
  const auto& known = kPathModelProbabilities;
  if (rtt.duration() <= Duration(0)) return known.back();
  const double at = std::log(rtt.milliseconds());
  if (at >= log_ms.back()) return 0.0;
  if (at <= log_ms.front()) return known.back();
  std::size_t i = 1;
  while (at > log_ms[i]) ++i;
  return 1.0 - Between(at, log_ms[i - 1], log_ms[i], known[i - 1], known[i]);
}

double PathModel::PowerBeyond(Distance distance, Rtt threshold) const {
  // Between two knots ln(RTT) at a given probability is linear in ln(distance), and below the first
  // it does not fall: a threshold that a share p stays under somewhere inside a stretch, at least
  // that share stays under at one of its ends. So the least is at `distance` or at a knot.
  double least = ProbabilityAbove(distance, threshold);
  if (distance < kPathModelNear) {
    least = std::min(least, ProbabilityAbove(kPathModelNear, threshold));
  }
  for (const PathKnot& knot : knots_) {
    if (knot.distance > distance)
      least = std::min(least, ProbabilityAbove(knot.distance, threshold));
  }
  return least;
}

}  // namespace earshot
