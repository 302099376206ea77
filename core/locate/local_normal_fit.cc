#include "core/locate/local_normal_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace earshot {
namespace {

// A band of a reference with few paths is drawn towards its mean as if by so many more.
constexpr double kShrink = 3.0;

struct Mean {
  double sum = 0;
  double count = 0;

  void Add(double value) {
    sum += value;
    count += 1;
  }
  double ValueOr(double otherwise) const { return count > 0 ? sum / count : otherwise; }
};

// Calls `use` with every path into `target` from another cluster.
template <typename Use>
void ForEachPathInto(const CalibrationSet& known, std::uint32_t target, Use&& use) {
  for (const MeasuredPath& path : known.PathsTo(target)) {
    if (known.places()[path.landmark].cluster != known.places()[target].cluster) use(path);
  }
}

// The least LogExcess of the nearest landmarks of other clusters; infinite without any.
double LeastExcess(const CalibrationSet& known, std::uint32_t target,
                   const LocalNormalConstants& constants) {
  std::vector<const MeasuredPath*> paths;
  ForEachPathInto(known, target, [&](const MeasuredPath& path) { paths.push_back(&path); });
  const std::size_t count = std::min(constants.best, paths.size());
  std::ranges::partial_sort(paths, paths.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const MeasuredPath* a, const MeasuredPath* b) {
                              return a->distance != b->distance ? a->distance < b->distance
                                                                : a->landmark < b->landmark;
                            });
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < count; ++i) {
    least = std::min(least, LogExcess(paths[i]->distance, paths[i]->rtt, constants.floor));
  }
  return least;
}

LocalNormalBandValues UsualInflation(const CalibrationSet& known, Duration floor) {
  std::array<Mean, kLocalNormalBands> bands;
  Mean all;
  for (std::uint32_t target = 0; target < known.places().size(); ++target) {
    ForEachPathInto(known, target, [&](const MeasuredPath& path) {
      const double value = LogInflation(path.distance, path.rtt, floor);
      bands[LocalNormalBandOf(path.distance)].Add(value);
      all.Add(value);
    });
  }
  LocalNormalBandValues usual{};
  for (std::size_t band = 0; band < usual.size(); ++band) {
    usual[band] = bands[band].ValueOr(all.ValueOr(0));
  }
  return usual;
}

LocalNormalBandValues InflationOf(const CalibrationSet& known, std::uint32_t target,
                                  const LocalNormalBandValues& usual, Duration floor) {
  std::array<Mean, kLocalNormalBands> bands;
  Mean all;
  ForEachPathInto(known, target, [&](const MeasuredPath& path) {
    const std::size_t band = LocalNormalBandOf(path.distance);
    const double beyond = LogInflation(path.distance, path.rtt, floor) - usual[band];
    bands[band].Add(beyond);
    all.Add(beyond);
  });
  const double own = all.sum / (all.count + kShrink);
  LocalNormalBandValues inflation{};
  for (std::size_t band = 0; band < inflation.size(); ++band) {
    inflation[band] =
        usual[band] + (bands[band].sum + kShrink * own) / (bands[band].count + kShrink);
  }
  return inflation;
}

}  // namespace

LocalNormalParameters FitLocalNormal(const CalibrationSet& known,
                                     const LocalNormalConstants& constants) {
  const Duration floor = constants.floor;
  LocalNormalParameters fitted;
  fitted.constants = constants;
  fitted.usual_inflation = UsualInflation(known, floor);
  fitted.landmarks.resize(known.places().size());
  Mean excess;
  for (std::uint32_t target = 0; target < known.places().size(); ++target) {
    const double least = LeastExcess(known, target, constants);
    if (!std::isfinite(least)) continue;  // nothing is known of it
    const auto reference = static_cast<std::uint32_t>(fitted.references.size());
    const ReferencePlace& place = known.places()[target];
    fitted.references.push_back(
        {place.position, place.cluster, least,
         InflationOf(known, target, fitted.usual_inflation, floor)});
    excess.Add(least);
    ForEachPathInto(known, target, [&](const MeasuredPath& path) {
      fitted.landmarks[path.landmark].inflation.emplace_back(
          reference, LogInflation(path.distance, path.rtt, floor));
    });
  }
  fitted.usual_least_excess = excess.ValueOr(0);
  for (LocalLandmark& landmark : fitted.landmarks) {
    Mean mean;
    for (const auto& [reference, value] : landmark.inflation) mean.Add(value);
    landmark.usual = mean.ValueOr(0);
  }
  return fitted;
}

LocalNormalParameters WithoutLandmarks(LocalNormalParameters fitted) {
  fitted.landmarks.clear();
  return fitted;
}

std::vector<double> OwnScores(const LocalNormal& fitted, const CalibrationSet& known) {
  std::vector<double> scores;
  std::vector<LocalAnswer> answers;
  for (std::uint32_t target = 0; target < known.places().size(); ++target) {
    answers.clear();
    ForEachPathInto(known, target, [&](const MeasuredPath& path) {
      answers.push_back({path.distance, path.rtt, path.landmark});
    });
    if (answers.empty()) continue;
    const ReferencePlace& place = known.places()[target];
    scores.push_back(
        LocalNormal::Score(fitted.At(place.position, place.cluster), answers).value_or(0));
  }
  return scores;
}

}  // namespace earshot
