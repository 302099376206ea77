#include "bench/drawn_worlds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "bench/delay_bands.h"
#include "bench/rates.h"
#include "core/geo/wgs84.h"
#include "core/locate/local_normal_fit.h"

namespace earshot {
namespace {

constexpr std::uint32_t kClustersMin = 10;

// Fisher and Yates, the same on every machine.
template <typename T>
void Shuffle(std::vector<T>* items, std::mt19937_64* random) {
  for (std::size_t i = items->size(); i > 1; --i) {
    std::swap((*items)[i - 1], (*items)[(*random)() % i]);
  }
}

class DrawnWorld {
 public:
  DrawnWorld(const MeasuredWorld& measured, std::size_t landmarks, std::mt19937_64* random)
      : measured_(measured), is_model_(ModelHalf(measured, random)), normal_(Fit(is_model_)) {
    std::vector<bool> is_delay = is_model_;
    is_delay.flip();
    for (std::uint32_t place = 0; place < measured.size(); ++place) {
      if (is_model_[place]) {
        places_.push_back(place);
        continue;
      }
      std::vector<MeasuredPath> paths;
      for (const MeasuredPath& path : measured.all().PathsTo(place)) {
        if (is_delay[path.landmark]) paths.push_back(path);
      }
      if (paths.empty()) continue;
      std::ranges::sort(paths, {}, &MeasuredPath::distance);
      hosts_.push_back(std::move(paths));
    }
    landmarks_ = places_;
    Shuffle(&landmarks_, random);
    landmarks_.resize(std::min(landmarks_.size(), landmarks));
  }

  bool IsUsable() const { return !hosts_.empty() && !landmarks_.empty(); }

  // The score of one more honest host at its own place.
  double ScoreHost(std::mt19937_64* random) {
    const auto& like = hosts_[(*random)() % hosts_.size()];
    const Position near = measured_.node(places_[(*random)() % places_.size()]).position;
    const Position at = Destination(near, Angle::Radians(2 * std::numbers::pi * UnitOf(random)),
                                    kClusterReach * std::sqrt(UnitOf(random)));
    answers_.clear();
    for (const std::uint32_t landmark : landmarks_) {
      const Distance distance = GeodesicDistance(measured_.node(landmark).position, at);
      const double ms =
          InflationAt(like, distance) * (InFibre(distance) + kAccess).count();
      answers_.push_back(
          {distance, Rtt::FromDuration(Duration(std::llround(ms * 1e6))), std::nullopt});
    }
    return *LocalNormal::Score(normal_.At(at), answers_);
  }

 private:
  static std::vector<bool> ModelHalf(const MeasuredWorld& measured, std::mt19937_64* random) {
    std::vector<std::uint32_t> clusters(measured.cluster_count());
    std::iota(clusters.begin(), clusters.end(), 0U);
    Shuffle(&clusters, random);
    std::vector<bool> in_half(clusters.size(), false);
    for (std::size_t i = 0; i < clusters.size() / 2; ++i) in_half[clusters[i]] = true;
    std::vector<bool> half(measured.size());
    for (std::uint32_t place = 0; place < measured.size(); ++place) {
      half[place] = in_half[measured.cluster(place)];
    }
    return half;
  }
  LocalNormal Fit(const std::vector<bool>& kept) const {
    std::vector<bool> aside = kept;
    aside.flip();
    return LocalNormal(WithoutLandmarks(FitLocalNormal(measured_.Without(aside))));
  }
  // Of the path whose length is nearest.
  static double InflationAt(const std::vector<MeasuredPath>& paths, Distance distance) {
    auto above = std::ranges::lower_bound(paths, distance, {}, &MeasuredPath::distance);
    if (above == paths.end()) --above;
    if (above != paths.begin() &&
        distance - std::prev(above)->distance < above->distance - distance) {
      --above;
    }
    return InflationOf(*above);
  }

  const MeasuredWorld& measured_;
  std::vector<bool> is_model_;  // by place: what is normal is fitted on it
  LocalNormal normal_;
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> landmarks_;
  std::vector<std::vector<MeasuredPath>> hosts_;  // of the other half, by length
  std::vector<LocalAnswer> answers_;
};

Status CheckOptions(const MeasuredWorld& measured, const DrawnWorldsOptions& options) {
  if (options.worlds < 2 || options.tested == 0 || options.landmarks == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "at least two worlds, with hosts to test and landmarks, are needed");
  }
  if (measured.cluster_count() < kClustersMin) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} clusters of nodes are too few to deal into halves; {} are needed",
                            measured.cluster_count(), kClustersMin));
  }
  for (const double rate : options.rates) {
    if (rate > 0 && rate < 1 && options.calibrating + 1.0 >= 1 / rate) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} hosts cannot calibrate a rate of {}; 1/rate - 1 are needed",
                            options.calibrating, rate));
  }
  return {};
}

void Summarise(const std::vector<double>& shares, DrawnRate* into) {
  const auto n = static_cast<double>(shares.size());
  into->mean = std::accumulate(shares.begin(), shares.end(), 0.0) / n;
  double squares = 0;
  for (const double share : shares) squares += (share - into->mean) * (share - into->mean);
  constexpr double kTwoSided = 1.96;  // 95 % of a normal distribution
  const double reach = kTwoSided * std::sqrt(squares / (n - 1) / n);
  into->low = std::max(0.0, into->mean - reach);
  into->high = into->mean + reach;
}

}  // namespace

Result<DrawnWorldsFindings> StudyDrawnWorlds(const MeasuredWorld& measured,
                                             const DrawnWorldsOptions& options) {
  EARSHOT_RETURN_IF_ERROR(CheckOptions(measured, options));
  DrawnWorldsFindings findings;
  for (const double rate : options.rates) findings.rates.push_back({.asked = rate});
  std::vector<std::vector<double>> shares(options.rates.size());  // by rate, then world
  std::mt19937_64 random(options.seed);
  for (std::uint32_t w = 0; w < options.worlds; ++w) {
    DrawnWorld world(measured, options.landmarks, &random);
    if (!world.IsUsable()) {
      return Fail(ErrorCode::kInvalidArgument,
                  "half of the clusters measured nothing between them");
    }
    HonestScores honest;
    for (std::uint32_t i = 0; i < options.calibrating; ++i) honest.Add(i, world.ScoreHost(&random));
    honest.Sort();
    std::vector<double> thresholds;
    for (const double rate : options.rates) {
      // Of no host's cluster.
      thresholds.push_back(*honest.ThresholdFor(options.calibrating, options.calibrating, rate));
    }
    std::vector<std::uint64_t> alarms(options.rates.size(), 0);
    for (std::uint32_t i = 0; i < options.tested; ++i) {
      const double score = world.ScoreHost(&random);
      for (std::size_t r = 0; r < thresholds.size(); ++r)
        alarms[r] += score > thresholds[r] ? 1U : 0U;
    }
    for (std::size_t r = 0; r < thresholds.size(); ++r) {
      findings.rates[r].alarms += alarms[r];
      findings.rates[r].tested += options.tested;
      shares[r].push_back(static_cast<double>(alarms[r]) / options.tested);
    }
    findings.appraisals += std::uint64_t{options.calibrating} + options.tested;
    if (options.progress) options.progress((w + 1.0) / options.worlds);
  }
  for (std::size_t r = 0; r < shares.size(); ++r) Summarise(shares[r], &findings.rates[r]);
  return findings;
}

}  // namespace earshot
