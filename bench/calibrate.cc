#include "bench/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "core/locate/bestline.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

constexpr std::array<double, 9> kBandEndsKm = {0,    100,  300,   700,  1500,
                                               3000, 6000, 10000, 20038};
constexpr std::array<double, 5> kShares = {0.01, 0.05, 0.50, 0.95, 0.99};
constexpr std::array<int, 3> kChecked = {1, 2, 3};  // of kShares
// Added to the time in fibre, so that short paths are not all access: a host and a landmark in data
// centres rarely need more than this to leave them.
constexpr double kAccessMs = 1;
constexpr int kCrossValidationFolds = 10;

double FibreMs(Distance distance) { return RoundTripOver(distance, kFibreSpeed).milliseconds(); }
double InflationOf(const MeasuredPath& path) {
  return path.rtt.milliseconds() / (FibreMs(path.distance) + kAccessMs);
}

std::size_t BandOf(Distance distance) {
  const auto above =
      std::upper_bound(kBandEndsKm.begin() + 1, kBandEndsKm.end() - 1, distance.kilometres());
  return static_cast<std::size_t>(above - kBandEndsKm.begin()) - 1;
}

// The smallest value that at least the share does not exceed; `values` sorted, not empty.
double QuantileOf(const std::vector<double>& values, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
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
  for (const double share : kShares) to->add_inflation(QuantileOf(values, share));
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
    excess.push_back(path.rtt.milliseconds() - FibreMs(path.distance));
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
  std::array<double, kShares.size()> below{};
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
      for (std::size_t q = 0; q < kShares.size(); ++q) {
        below[q] += InflationOf(path) <= QuantileOf(known, kShares[q]) ? 1 : 0;
      }
    }
  }
  if (all == 0) return;
  model->set_left_out_below_5(below[1] / all);
  model->set_left_out_below_50(below[2] / all);
  model->set_left_out_below_95(below[3] / all);
}

Status CheckBands(const v1::DelayModel& model) {
  double end_km = 0;
  for (const v1::DelayBand& band : model.pooled()) {
    const auto& q = band.inflation();
    const bool is_rising = std::is_sorted(q.begin(), q.end()) &&
                           std::all_of(q.begin(), q.end(), [](double x) { return std::isfinite(x); });
    if (q.size() != static_cast<int>(kShares.size()) || !is_rising || band.from_km() < end_km ||
        !(band.to_km() > band.from_km())) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the model's band from {} km is none: it needs {} rising quantiles and "
                              "limits that follow the band before",
                              band.from_km(), kShares.size()));
    }
    end_km = band.to_km();
  }
  if (model.pooled_size() > 0) return {};
  return Fail(ErrorCode::kInvalidArgument, "the model has no pooled bands; fit it anew");
}

void CheckBand(const v1::DelayBand& band, std::vector<MeasuredPath> paths, v1::BandCheck* to) {
  to->set_from_km(band.from_km());
  to->set_to_km(band.to_km());
  to->set_paths(static_cast<std::uint32_t>(paths.size()));
  std::ranges::sort(paths, {}, &MeasuredPath::distance);
  const Distance middle = paths[paths.size() / 2].distance;
  std::vector<double> rtts;
  for (const MeasuredPath& path : paths) rtts.push_back(path.rtt.milliseconds());
  std::ranges::sort(rtts);
  for (const int q : kChecked) {
    to->add_model_ms(band.inflation(q) * (FibreMs(middle) + kAccessMs));
    to->add_measured_ms(QuantileOf(rtts, kShares[static_cast<std::size_t>(q)]));
    const auto is_below = [&](const MeasuredPath& path) {
      return InflationOf(path) <= band.inflation(q);
    };
    to->add_share_below(static_cast<double>(std::ranges::count_if(paths, is_below)) /
                        static_cast<double>(paths.size()));
  }
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

Result<v1::ModelCheck> CheckDelayModel(const v1::DelayModel& model, const MeasuredWorld& world) {
  EARSHOT_RETURN_IF_ERROR(CheckBands(model));
  v1::ModelCheck check;
  check.set_model("pooled bands");
  check.set_provenance(model.provenance());
  check.set_paths(static_cast<std::uint32_t>(world.all().paths().size()));
  for (const v1::DelayBand& band : model.pooled()) {
    std::vector<MeasuredPath> inside;
    for (const MeasuredPath& path : world.all().paths()) {
      const double km = path.distance.kilometres();
      if (km >= band.from_km() && km < band.to_km()) inside.push_back(path);
    }
    if (!inside.empty()) CheckBand(band, std::move(inside), check.add_bands());
  }
  return check;
}

}  // namespace earshot
