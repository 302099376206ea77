#include "bench/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "bench/delay_bands.h"
#include "core/locate/bestline.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

constexpr std::array<double, 9> kBandEndsKm = {0,    100,  300,   700,  1500,
                                               3000, 6000, 10000, 20038};
constexpr int kCrossValidationFolds = 10;

std::size_t BandOf(Distance distance) {
  const auto above =
      std::upper_bound(kBandEndsKm.begin() + 1, kBandEndsKm.end() - 1, distance.kilometres());
  return static_cast<std::size_t>(above - kBandEndsKm.begin()) - 1;
}

// Inflations by band.
using Banded = std::array<std::vector<double>, kBandEndsKm.size() - 1>;

Banded Collect(std::span<const MeasuredPath> paths,
               const std::function<bool(const MeasuredPath&)>& wanted) {
  Banded banded;
  for (const MeasuredPath& path : paths) {
    if (wanted(path)) banded[BandOf(path.distance)].push_back(InflationOf(path));
  }
  for (auto& values : banded) std::ranges::sort(values);
  return banded;
}

void WriteBand(std::size_t band, const std::vector<double>& values, std::string_view from,
               v1::DelayBand* to) {
  to->set_from_km(kBandEndsKm[band]);
  to->set_to_km(kBandEndsKm[band + 1]);
  to->set_paths(static_cast<std::uint32_t>(values.size()));
  to->set_pooled_with(std::string(from));
  for (const double share : kDelayShares) to->add_inflation(QuantileOf(values, share));
}

double MedianJitterMs(const MeasuredWorld& world, std::optional<std::uint32_t> landmark) {
  std::vector<double> all;
  for (const MeasuredRtt& m : world.measured().rtts) {
    if (!m.jitter.has_value() || (landmark.has_value() && m.source != world.NodeOf(*landmark))) {
      continue;
    }
    all.push_back(1e3 * ToSeconds(*m.jitter));
  }
  if (all.empty()) return 0;
  std::ranges::sort(all);
  return QuantileOf(all, 0.5);
}

void FitLandmark(const MeasuredWorld& world, std::uint32_t landmark, const Banded& pooled,
                 v1::LandmarkDelays* to) {
  const auto own = world.all().PathsFrom(landmark);
  const Banded banded = Collect(own, [](const MeasuredPath&) { return true; });
  const std::string& region = world.node(landmark).region;
  const Banded regional = Collect(world.all().paths(), [&](const MeasuredPath& path) {
    return !region.empty() && world.node(path.landmark).region == region;
  });
  to->set_id(world.node(landmark).id);
  to->set_paths(static_cast<std::uint32_t>(own.size()));
  const Bestline line = Bestline::Fit(own, true);
  to->set_bestline_ms_per_1000_km(line.per_1000_km().milliseconds());
  to->set_bestline_intercept_ms(line.intercept().milliseconds());
  std::vector<double> excess;
  for (const MeasuredPath& path : own) {
    excess.push_back(path.rtt.milliseconds() - InFibre(path.distance).count());
  }
  std::ranges::sort(excess);
  if (!excess.empty()) to->set_access_overhead_ms(QuantileOf(excess, 0.05));
  to->set_jitter_ms(MedianJitterMs(world, landmark));
  for (std::size_t band = 0; band < banded.size(); ++band) {
    if (banded[band].size() >= kBandPathsMin) {
      WriteBand(band, banded[band], "itself", to->add_bands());
    } else if (regional[band].size() >= kBandPathsMin) {
      WriteBand(band, regional[band], "region", to->add_bands());
    } else if (!pooled[band].empty()) {
      WriteBand(band, pooled[band], "all", to->add_bands());
    }
  }
}

// How many left-out paths lie below quantiles of the others: a path is left out when either end's
// cluster is in the fold.
void CrossValidate(const MeasuredWorld& world, v1::DelayModel* model) {
  std::array<double, kDelayShares.size()> below{};
  double all = 0;
  for (int fold = 0; fold < kCrossValidationFolds; ++fold) {
    const auto is_in = [&](std::uint32_t place) {
      return static_cast<int>(world.cluster(place) % kCrossValidationFolds) == fold;
    };
    const Banded others = Collect(world.all().paths(), [&](const MeasuredPath& path) {
      return !is_in(path.landmark) && !is_in(path.target);
    });
    for (const MeasuredPath& path : world.all().paths()) {
      const auto& known = others[BandOf(path.distance)];
      if (!is_in(path.target) || known.empty()) continue;
      ++all;
      for (std::size_t q = 0; q < kDelayShares.size(); ++q) {
        below[q] += InflationOf(path) <= QuantileOf(known, kDelayShares[q]) ? 1 : 0;
      }
    }
  }
  if (all == 0) return;
  model->set_left_out_below_5(below[1] / all);
  model->set_left_out_below_50(below[2] / all);
  model->set_left_out_below_95(below[3] / all);
}

}  // namespace

v1::DelayModel FitDelayModel(const MeasuredWorld& world, const CalibrateOptions& options) {
  v1::DelayModel model;
  model.set_provenance(fmt::format("{}", fmt::join(options.files, ", ")));
  model.set_places(static_cast<std::uint32_t>(world.size()));
  model.set_clusters(world.cluster_count());
  model.set_paths(static_cast<std::uint32_t>(world.all().paths().size()));
  model.set_jitter_ms(MedianJitterMs(world, std::nullopt));
  const Banded pooled =
      Collect(world.all().paths(), [](const MeasuredPath&) { return true; });
  for (std::size_t band = 0; band < pooled.size(); ++band) {
    if (!pooled[band].empty()) WriteBand(band, pooled[band], "all", model.add_pooled());
  }
  CrossValidate(world, &model);
  if (options.pooled_only) return model;
  for (std::uint32_t place = 0; place < world.size(); ++place) {
    if (world.all().PathsFrom(place).empty()) continue;
    FitLandmark(world, place, pooled, model.add_landmarks());
  }
  return model;
}

}  // namespace earshot
