#include "bench/tally.h"

#include <algorithm>

namespace earshot {
namespace {

double Median(std::vector<double>* values) {
  const auto middle = values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  return *middle;
}

}  // namespace

HonestScores Tally::Honest(const Scores& scores) const {
  HonestScores honest;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Trial& trial = plan_.trials()[i];
    const bool calibrates = trial.IsHonest() && !plan_.IsDevice(trial.device);
    if (calibrates && scores[i].has_value()) {
      honest.Add(world_.cluster(trial.device), *scores[i]);
    }
  }
  honest.Sort();
  return honest;
}

Tally::ThresholdFor Tally::OperatingPoint(const HonestScores& honest) const {
  return [point = honest.OperatingPoint(options_.false_alarm_rate)](const Trial&) { return point; };
}

Tally::ThresholdFor Tally::Conformal(const HonestScores& honest) const {
  return [this, &honest](const Trial& trial) {
    // A declared place that the trial may know has given its honest score as any other.
    const std::uint32_t device = world_.cluster(trial.device);
    const std::uint32_t other =
        plan_.unknown() == Unknown::kHost ? device : world_.cluster(trial.declared);
    return honest.ThresholdFor(device, other, options_.false_alarm_rate);
  };
}

DetectionFinding Tally::Detect(const Scores& scores, const ThresholdFor& threshold_for) const {
  RateCounter all;
  RateCounter far;
  RateCounter from;
  RateCounter to;
  std::vector<RateCounter> bands(bands_.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Trial& trial = plan_.trials()[i];
    if (trial.IsHonest() || !IsUnderTest(trial)) continue;
    const std::optional<double> threshold = threshold_for(trial);
    const bool flagged = scores[i].has_value() && threshold.has_value() && *scores[i] > *threshold;
    const std::uint32_t cluster = world_.cluster(trial.device);
    const Distance off = world_.DistanceBetween(trial.device, trial.declared);
    all.Add(cluster, flagged);
    if (off >= kFarDeclaration) far.Add(cluster, flagged);
    for (std::size_t b = 0; b < bands_.size(); ++b) {
      if (off >= bands_[b].from && off < bands_[b].to) bands[b].Add(cluster, flagged);
    }
    if (!IsAskedPlace(trial.declared)) continue;
    if (off >= kFarDeclaration) to.Add(cluster, flagged);
    if (options_.from.has_value() && world_.node(trial.device).country == options_.from &&
        world_.node(trial.declared).country != options_.from) {
      from.Add(cluster, flagged);
    }
  }
  DetectionFinding found{.all = all.FinishPooled(), .beyond_1500_km = far.FinishPooled()};
  for (const RateCounter& band : bands) found.by_distance.push_back(band.FinishPooled());
  if (options_.from.has_value()) found.from_country = from.FinishPooled();
  if (!options_.to.empty()) found.to_regions = to.FinishPooled();
  return found;
}

RateFinding Tally::FalseAlarms(const Scores& scores, const ThresholdFor& threshold_for) const {
  RateCounter counter;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Trial& trial = plan_.trials()[i];
    if (!trial.IsHonest() || !IsUnderTest(trial)) continue;
    const std::optional<double> threshold = threshold_for(trial);
    counter.Add(world_.cluster(trial.device),
                scores[i].has_value() && threshold.has_value() && *scores[i] > *threshold);
  }
  return counter.Finish();
}

std::uint32_t Tally::Untold(const Scores& scores) const {
  std::uint32_t untold = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Trial& trial = plan_.trials()[i];
    untold += trial.IsHonest() && IsUnderTest(trial) && !scores[i].has_value() ? 1U : 0U;
  }
  return untold;
}

std::vector<RocPoint> Tally::Roc(const Scores& scores) const {
  std::vector<double> honest;
  std::vector<double> dishonest;
  std::size_t honest_all = 0;
  std::size_t dishonest_all = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Trial& trial = plan_.trials()[i];
    if (!IsUnderTest(trial)) continue;
    if (!trial.IsHonest() && world_.DistanceBetween(trial.device, trial.declared) < kFarDeclaration)
      continue;
    ++(trial.IsHonest() ? honest_all : dishonest_all);
    if (scores[i].has_value()) (trial.IsHonest() ? honest : dishonest).push_back(*scores[i]);
  }
  std::ranges::sort(honest, std::ranges::greater());
  std::ranges::sort(dishonest, std::ranges::greater());
  std::vector<RocPoint> points;
  if (dishonest_all == 0 || honest_all == 0) return points;
  for (std::size_t above = 0; above < honest.size(); ++above) {
    const auto flagged = std::ranges::lower_bound(dishonest, honest[above], std::ranges::greater());
    points.push_back(
        {static_cast<double>(above) / static_cast<double>(honest_all),
         static_cast<double>(flagged - dishonest.begin()) / static_cast<double>(dishonest_all)});
  }
  return points;
}

void Tally::Whereabouts(const MethodScores& scores, EstimatorFinding* into) const {
  RateCounter covered;
  RateCounter empty;
  std::vector<double> errors;
  std::vector<double> areas;
  bool has_regions = false;
  std::size_t rank = 0;
  for (const Trial& trial : plan_.trials()) {
    if (!trial.IsHonest()) continue;
    const WhereaboutsFinding& found = scores.whereabouts[rank++];
    if (!IsUnderTest(trial)) continue;
    if (found.error.has_value()) errors.push_back(found.error->metres());
    if (!found.has_region) continue;
    has_regions = true;
    const std::uint32_t cluster = world_.cluster(trial.device);
    covered.Add(cluster, found.covers_truth);
    empty.Add(cluster, found.is_empty);
    if (!found.is_empty && found.area.has_value()) {
      areas.push_back(found.area->square_kilometres());
    }
  }
  if (has_regions) into->coverage = covered.Finish();
  if (has_regions) into->empty_region = empty.Finish();
  if (!errors.empty()) into->error_median = Distance::Metres(Median(&errors));
  if (!areas.empty()) into->area_median = Area::SquareKilometres(Median(&areas));
}

bool Tally::IsAskedPlace(std::uint32_t place) const {
  return options_.to.empty() ||
         std::ranges::find(options_.to, world_.node(place).region) != options_.to.end();
}

}  // namespace earshot
