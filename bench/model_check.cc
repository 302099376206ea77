#include "bench/model_check.h"

#include <fmt/format.h>

#include <random>
#include <span>

#include "bench/delay_bands.h"
#include "bench/rates.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

constexpr int kBootstrapDraws = 1000;
constexpr int kSimulatedPerPath = 20;
constexpr double kTail = 0.025;  // on either side of the interval
constexpr std::uint64_t kSeed = 1;

Status CheckBands(const v1::DelayModel& model) {
  double end_km = 0;
  for (const v1::DelayBand& band : model.pooled()) {
    const auto& q = band.inflation();
    const bool is_rising =
        std::is_sorted(q.begin(), q.end()) &&
        std::all_of(q.begin(), q.end(), [](double x) { return std::isfinite(x) && x > 0; });
    if (q.size() != static_cast<int>(kDelayShares.size()) || !is_rising ||
        band.from_km() < end_km || !(band.to_km() > band.from_km())) {
      return Fail(
          ErrorCode::kInvalidArgument,
          fmt::format("the model's band from {} km is none: it needs {} rising quantiles and "
                      "limits that follow the band before",
                      band.from_km(), kDelayShares.size()));
    }
    end_km = band.to_km();
  }
  if (model.pooled_size() > 0) return {};
  return Fail(ErrorCode::kInvalidArgument, "the model has no pooled bands; fit it anew");
}

// An inflation drawn from a band, as the path model draws: ln(inflation) linear in the probability
// between the quantiles that are known, and held beyond them.
double DrawFrom(const v1::DelayBand& band, double unit) {
  if (unit <= kDelayShares.front()) return band.inflation(0);
  for (std::size_t i = 1; i < kDelayShares.size(); ++i) {
    if (unit > kDelayShares[i]) continue;
    const double part = (unit - kDelayShares[i - 1]) / (kDelayShares[i] - kDelayShares[i - 1]);
    const double low = std::log(band.inflation(static_cast<int>(i) - 1));
    return std::exp(low + part * (std::log(band.inflation(static_cast<int>(i))) - low));
  }
  return band.inflation(static_cast<int>(kDelayShares.size()) - 1);
}

// How often each cluster was drawn, by replicate.
using Replicates = std::vector<std::vector<std::uint16_t>>;

Replicates Resample(std::uint32_t clusters) {
  std::mt19937_64 random(kSeed);
  Replicates replicates(kBootstrapDraws, std::vector<std::uint16_t>(clusters, 0));
  for (auto& counts : replicates) {
    for (std::uint32_t i = 0; i < clusters; ++i) ++counts[random() % clusters];
  }
  return replicates;
}

struct Interval {
  double low = 0;
  double high = 0;
};

// Of the quantile of `paths`, which are sorted by inflation.
std::array<Interval, kDelayShares.size()> Bootstrap(const MeasuredWorld& world,
                                                    std::span<const MeasuredPath> paths,
                                                    const Replicates& replicates) {
  std::array<std::vector<double>, kDelayShares.size()> found;
  std::vector<std::uint64_t> sums(paths.size());
  for (const auto& counts : replicates) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      sum += std::uint64_t{counts[world.cluster(paths[i].landmark)]} *
             counts[world.cluster(paths[i].target)];
      sums[i] = sum;
    }
    if (sum == 0) continue;
    for (std::size_t q = 0; q < kDelayShares.size(); ++q) {
      const double wanted = kDelayShares[q] * static_cast<double>(sum);
      const auto at = std::ranges::lower_bound(
          sums, wanted, {}, [](std::uint64_t s) { return static_cast<double>(s); });
      const auto index = static_cast<std::size_t>(at - sums.begin());
      found[q].push_back(InflationOf(paths[std::min(index, paths.size() - 1)]));
    }
  }
  std::array<Interval, kDelayShares.size()> intervals;
  for (std::size_t q = 0; q < kDelayShares.size(); ++q) {
    if (found[q].empty()) continue;
    std::ranges::sort(found[q]);
    intervals[q] = {QuantileOf(found[q], kTail), QuantileOf(found[q], 1 - kTail)};
  }
  return intervals;
}

void CheckBand(const MeasuredWorld& world, const v1::DelayBand& band,
               std::vector<MeasuredPath> paths, const Replicates& replicates,
               std::mt19937_64* random, v1::BandCheck* to) {
  to->set_from_km(band.from_km());
  to->set_to_km(band.to_km());
  to->set_paths(static_cast<std::uint32_t>(paths.size()));
  std::ranges::sort(paths, {}, InflationOf);
  std::vector<double> measured;
  std::vector<double> simulated;
  for (const MeasuredPath& path : paths) {
    measured.push_back(InflationOf(path));
    for (int i = 0; i < kSimulatedPerPath; ++i) {
      simulated.push_back(DrawFrom(band, UnitOf(random)));
    }
  }
  std::ranges::sort(simulated);
  const auto intervals = Bootstrap(world, paths, replicates);
  for (std::size_t q = 0; q < kDelayShares.size(); ++q) {
    v1::QuantileCheck* at = to->add_quantiles();
    at->set_share(kDelayShares[q]);
    at->set_simulated(QuantileOf(simulated, kDelayShares[q]));
    at->set_measured(QuantileOf(measured, kDelayShares[q]));
    at->set_low(intervals[q].low);
    at->set_high(intervals[q].high);
    at->set_inside(at->simulated() >= at->low() && at->simulated() <= at->high());
    const auto below =
        std::ranges::upper_bound(measured, band.inflation(static_cast<int>(q))) - measured.begin();
    at->set_measured_below_model(static_cast<double>(below) / static_cast<double>(measured.size()));
  }
}

}  // namespace

Result<v1::ModelCheck> CheckDelayModel(const v1::DelayModel& model, const MeasuredWorld& world) {
  EARSHOT_RETURN_IF_ERROR(CheckBands(model));
  v1::ModelCheck check;
  check.set_model("pooled bands");
  check.set_provenance(model.provenance());
  check.set_paths(static_cast<std::uint32_t>(world.all().paths().size()));
  check.set_clusters(world.cluster_count());
  const Replicates replicates = Resample(world.cluster_count());
  std::mt19937_64 random(kSeed);
  for (const v1::DelayBand& band : model.pooled()) {
    std::vector<MeasuredPath> inside;
    for (const MeasuredPath& path : world.all().paths()) {
      const double km = path.distance.kilometres();
      if (km >= band.from_km() && km < band.to_km()) inside.push_back(path);
    }
    if (inside.empty()) continue;
    CheckBand(world, band, std::move(inside), replicates, &random, check.add_bands());
  }
  std::uint32_t of = 0;
  std::uint32_t fitting = 0;
  for (const v1::BandCheck& band : check.bands()) {
    for (const v1::QuantileCheck& quantile : band.quantiles()) {
      ++of;
      fitting += quantile.inside() ? 1U : 0U;
    }
  }
  check.set_quantiles_inside(fitting);
  check.set_quantiles(of);
  return check;
}

}  // namespace earshot
