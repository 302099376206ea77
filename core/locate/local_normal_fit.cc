#include "core/locate/local_normal_fit.h"

#include <array>
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

bool HasPathInto(const CalibrationSet& known, std::uint32_t target) {
  bool has = false;
  ForEachPathInto(known, target, [&](const MeasuredPath& /*path*/) { has = true; });
  return has;
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
  for (std::uint32_t target = 0; target < known.places().size(); ++target) {
    if (!HasPathInto(known, target)) continue;  // nothing is known of it
    const auto reference = static_cast<std::uint32_t>(fitted.references.size());
    const ReferencePlace& place = known.places()[target];
    fitted.references.push_back(
        {place.position, place.cluster,
         InflationOf(known, target, fitted.usual_inflation, floor)});
    ForEachPathInto(known, target, [&](const MeasuredPath& path) {
      fitted.landmarks[path.landmark].inflation.emplace_back(
          reference, LogInflation(path.distance, path.rtt, floor));
    });
  }
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
