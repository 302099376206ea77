#include "bench/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "bench/natural_cases.h"
#include "bench/trials.h"
#include "core/base/check.h"
#include "core/base/suggest.h"
#include "core/geo/wgs84.h"
#include "core/locate/estimators.h"

namespace earshot {
namespace {

constexpr Distance kFar = Distance::Kilometres(1500);
// One appraisal is timed with this many landmarks, as a deployment would have.
constexpr std::size_t kTimedLandmarks = 30;
constexpr int kTimedAtLeast = 400;

std::vector<DistanceBand> Bands() {
  std::vector<DistanceBand> bands;
  double low_km = 0;
  for (const double high_km : {300.0, 700.0, 1500.0, 3000.0, 6000.0, 10000.0, 20004.0}) {
    bands.push_back({Distance::Kilometres(low_km), Distance::Kilometres(high_km)});
    low_km = high_km;
  }
  return bands;
}

Result<std::vector<EstimatorMethod>> ChooseMethods(const std::vector<std::string>& names) {
  const auto all = AllEstimators();
  std::vector<EstimatorMethod> chosen;
  std::vector<std::string> known;
  for (const EstimatorMethod& method : all) known.emplace_back(method.name);
  for (const std::string& name : names) {
    const auto found = std::ranges::find(all, name, &EstimatorMethod::name);
    if (found == all.end()) {
      return Fail(ErrorCode::kNotFound, fmt::format("no estimator \"{}\"{}; there are {}", name,
                                                    DidYouMean(name, known), fmt::join(known, ", ")));
    }
    chosen.push_back(*found);
  }
  if (names.empty()) chosen.assign(all.begin(), all.end());
  return chosen;
}

Result<std::vector<std::uint32_t>> ChooseDevices(const MeasuredWorld& world,
                                                 const std::vector<std::string>& ids) {
  std::vector<std::uint32_t> chosen;
  std::vector<std::string> known;
  for (std::uint32_t i = 0; i < world.size(); ++i) known.push_back(world.node(i).id);
  for (const std::string& id : ids) {
    const auto found = std::ranges::find(known, id);
    if (found == known.end()) {
      return Fail(ErrorCode::kNotFound,
                  fmt::format("device \"{}\" is not among the nodes that were measured and are fit "
                              "for rates{}",
                              id, DidYouMean(id, known)));
    }
    chosen.push_back(static_cast<std::uint32_t>(found - known.begin()));
  }
  return chosen;
}

Status CheckPlaces(const MeasuredWorld& world, const EvaluateOptions& options) {
  std::set<std::string> regions;
  bool has_from = false;
  for (std::uint32_t i = 0; i < world.size(); ++i) {
    regions.insert(world.node(i).region);
    has_from |= options.from.has_value() && world.node(i).country == options.from;
  }
  const std::vector<std::string> known(regions.begin(), regions.end());
  for (const std::string& region : options.to) {
    if (regions.contains(region)) continue;
    return Fail(ErrorCode::kNotFound, fmt::format("no node is in region \"{}\"{}; there are {}",
                                                  region, DidYouMean(region, known),
                                                  fmt::join(known, ", ")));
  }
  if (options.from.has_value() && !has_from) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("no node of {} was measured", options.from->text()));
  }
  return {};
}

// All that the rates of one method are computed from.
class Tally {
 public:
  Tally(const MeasuredWorld& world, const TrialPlan& plan, const EvaluateOptions& options,
        const std::vector<DistanceBand>& bands)
      : world_(world), plan_(plan), options_(options), bands_(bands) {}

  // Devices themselves never give thresholds; without devices, everybody does.
  bool IsCalibrator(const Trial& trial) const {
    return trial.IsHonest() && !plan_.IsDevice(trial.device);
  }
  bool IsUnderTest(const Trial& trial) const {
    return !plan_.has_devices() || plan_.IsDevice(trial.device);
  }

  HonestScores Honest(const std::vector<std::optional<double>>& scores) const {
    HonestScores honest;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Trial& trial = plan_.trials()[i];
      if (IsCalibrator(trial) && scores[i].has_value()) {
        honest.Add(world_.cluster(trial.device), *scores[i]);
      }
    }
    honest.Sort();
    return honest;
  }

  // `threshold_for` gives the threshold of one trial.
  template <typename ThresholdFor>
  DetectionFinding Detect(const std::vector<std::optional<double>>& scores,
                          ThresholdFor&& threshold_for) const {
    RateCounter all;
    RateCounter far;
    RateCounter from;
    RateCounter to;
    std::vector<RateCounter> bands(bands_.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Trial& trial = plan_.trials()[i];
      if (trial.IsHonest() || !IsUnderTest(trial)) continue;
      const std::optional<double> threshold = threshold_for(trial);
      const bool flagged =
          scores[i].has_value() && threshold.has_value() && *scores[i] > *threshold;
      const std::uint32_t cluster = world_.cluster(trial.device);
      const Distance off = world_.DistanceBetween(trial.device, trial.declared);
      all.Add(cluster, flagged);
      if (off >= kFar) far.Add(cluster, flagged);
      for (std::size_t b = 0; b < bands_.size(); ++b) {
        if (off >= bands_[b].from && off < bands_[b].to) bands[b].Add(cluster, flagged);
      }
      if (!IsAskedPlace(trial.declared)) continue;
      if (off >= kFar) to.Add(cluster, flagged);
      if (options_.from.has_value() && world_.node(trial.device).country == options_.from &&
          world_.node(trial.declared).country != options_.from) {
        from.Add(cluster, flagged);
      }
    }
    DetectionFinding found{.all = all.Finish(), .beyond_1500_km = far.Finish()};
    for (const RateCounter& band : bands) found.by_distance.push_back(band.Finish());
    if (options_.from.has_value()) found.from_country = from.Finish();
    if (!options_.to.empty()) found.to_regions = to.Finish();
    return found;
  }

  template <typename ThresholdFor>
  RateFinding FalseAlarms(const std::vector<std::optional<double>>& scores,
                          ThresholdFor&& threshold_for) const {
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

  std::uint32_t Untold(const std::vector<std::optional<double>>& scores) const {
    std::uint32_t untold = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Trial& trial = plan_.trials()[i];
      untold += trial.IsHonest() && IsUnderTest(trial) && !scores[i].has_value() ? 1U : 0U;
    }
    return untold;
  }

  std::vector<RocPoint> Roc(const std::vector<std::optional<double>>& scores) const {
    std::vector<double> honest;
    std::vector<double> dishonest;
    std::size_t honest_all = 0;
    std::size_t dishonest_all = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Trial& trial = plan_.trials()[i];
      if (!IsUnderTest(trial)) continue;
      if (!trial.IsHonest() && world_.DistanceBetween(trial.device, trial.declared) < kFar) continue;
      ++(trial.IsHonest() ? honest_all : dishonest_all);
      if (scores[i].has_value()) (trial.IsHonest() ? honest : dishonest).push_back(*scores[i]);
    }
    std::ranges::sort(honest, std::ranges::greater());
    std::ranges::sort(dishonest, std::ranges::greater());
    std::vector<RocPoint> points;
    if (dishonest_all == 0 || honest_all == 0) return points;
    for (std::size_t above = 0; above < honest.size(); ++above) {
      const auto flagged = std::ranges::lower_bound(dishonest, honest[above], std::ranges::greater());
      points.push_back({static_cast<double>(above) / static_cast<double>(honest_all),
                        static_cast<double>(flagged - dishonest.begin()) /
                            static_cast<double>(dishonest_all)});
    }
    return points;
  }

  void Whereabouts(const MethodScores& scores, EstimatorFinding* into) const {
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

 private:
  static double Median(std::vector<double>* values) {
    const auto middle = values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
    std::nth_element(values->begin(), middle, values->end());
    return *middle;
  }
  bool IsAskedPlace(std::uint32_t place) const {
    return options_.to.empty() ||
           std::ranges::find(options_.to, world_.node(place).region) != options_.to.end();
  }

  const MeasuredWorld& world_;
  const TrialPlan& plan_;
  const EvaluateOptions& options_;
  const std::vector<DistanceBand>& bands_;
};

// At most kTimedLandmarks answers of a device, spread over its landmarks.
std::vector<LandmarkAnswer> Thinned(const std::vector<LandmarkAnswer>& answers) {
  if (answers.size() <= kTimedLandmarks) return answers;
  std::vector<LandmarkAnswer> few;
  for (std::size_t i = 0; i < kTimedLandmarks; ++i) {
    few.push_back(answers[i * answers.size() / kTimedLandmarks]);
  }
  return few;
}

void Time(const MeasuredWorld& world, const EstimatorMethod& method, EstimatorFinding* into) {
  using SteadyClock = std::chrono::steady_clock;
  const auto estimator = method.fit(world.all());
  const std::vector<bool> nobody(world.size(), false);
  std::vector<std::vector<LandmarkAnswer>> answers;
  for (std::uint32_t i = 0; i < world.size(); ++i) {
    answers.push_back(Thinned(world.AnswersOf(i, nobody)));
  }
  std::size_t told = 0;
  int timed = 0;
  const auto start = SteadyClock::now();
  for (; timed < kTimedAtLeast; ++timed) {
    const auto place = static_cast<std::uint32_t>(timed % static_cast<int>(world.size()));
    const Position declared = world.node(place).position;
    std::vector<Distance> distances;
    for (const LandmarkAnswer& answer : answers[place]) {
      distances.push_back(GeodesicDistance(world.node(answer.landmark).position, declared));
    }
    const DeclarationCase asked{declared, answers[place], distances,
                                world.all().places()[place].stratum};
    told += estimator->ScoreDeclaration(asked).has_value() ? 1U : 0U;
  }
  const auto between = SteadyClock::now();
  for (const auto& one : answers) told += estimator->Locate(one).centre.has_value() ? 1U : 0U;
  const auto end = SteadyClock::now();
  EARSHOT_CHECK(told <= answers.size() + kTimedAtLeast);  // so that no timed answer goes unused
  const auto microseconds = [](auto spent, double count) {
    return std::chrono::duration<double, std::micro>(spent).count() / count;
  };
  into->microseconds = microseconds(between - start, timed);
  into->locate_microseconds = microseconds(end - between, static_cast<double>(answers.size()));
}

EstimatorFinding Summarise(const Tally& tally, const MeasuredWorld& world,
                           const EvaluateOptions& options, const EstimatorMethod& method,
                           const MethodScores& scores) {
  EstimatorFinding found{.name = std::string(method.name),
                         .source = std::string(method.source),
                         .is_monotone = method.is_monotone};
  const HonestScores honest = tally.Honest(scores.plain);
  const auto& attacked = options.padding ? scores.padded : scores.plain;
  const auto conformal = [&](const Trial& trial) {
    return honest.ThresholdFor(world.cluster(trial.device), world.cluster(trial.declared),
                               options.false_alarm_rate);
  };
  const auto point = honest.OperatingPoint(options.false_alarm_rate);
  const auto operating_point = [&](const Trial&) { return point; };
  found.honest_untold = tally.Untold(scores.plain);
  found.honest_false_alarms = tally.FalseAlarms(scores.plain, operating_point);
  found.detection = tally.Detect(attacked, operating_point);
  found.unpadded = tally.Detect(scores.plain, operating_point);
  found.conformal_false_alarms = tally.FalseAlarms(scores.plain, conformal);
  found.conformal = tally.Detect(attacked, conformal);
  found.roc = tally.Roc(attacked);
  tally.Whereabouts(scores, &found);
  Time(world, method, &found);
  return found;
}

// Natural false declarations: by physics, and by each method at its conformal threshold.
std::vector<NaturalFinding> JudgeNatural(const MeasuredWorld& world, const EvaluateOptions& options,
                                         std::span<const EstimatorMethod> methods,
                                         std::span<const MethodScores> scores, const Tally& tally) {
  std::vector<NaturalFinding> all;
  for (const std::uint32_t index : world.misplaced()) {
    const MeasuredNode& node = world.measured().nodes[index];
    const auto answers = world.AnswersOfMisplaced(index);
    const PhysicsFinding physics = JudgeByPhysics(world, index, answers);
    NaturalFinding found{node.id, node.name, node.note, physics.contradicting_landmarks,
                         physics.contradicted_f0, physics.contradicted_f1, {}};
    std::vector<Distance> distances;
    for (const LandmarkAnswer& answer : answers) {
      distances.push_back(GeodesicDistance(world.node(answer.landmark).position, node.position));
    }
    const std::uint32_t nobody = world.cluster_count();
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const auto threshold = tally.Honest(scores[m].plain)
                                 .ThresholdFor(nobody, nobody, options.false_alarm_rate);
      const auto score =
          methods[m].fit(world.all())->ScoreDeclaration({node.position, answers, distances, 0});
      if (score.has_value() && threshold.has_value() && *score > *threshold) {
        found.flagged_by.emplace_back(methods[m].name);
      }
    }
    all.push_back(std::move(found));
  }
  return all;
}

RateFinding HonestContradictions(const MeasuredWorld& world, const TrialPlan& plan) {
  RateCounter contradicted;
  const std::vector<bool> nobody(world.size(), false);
  for (std::uint32_t place = 0; place < world.size(); ++place) {
    if (plan.has_devices() && !plan.IsDevice(place)) continue;
    const auto answers = world.AnswersOf(place, nobody);
    contradicted.Add(world.cluster(place),
                     JudgeByPhysics(world, world.NodeOf(place), answers).contradicted_f0);
  }
  return contradicted.Finish();
}

std::vector<std::string> Assumptions(const EvaluateOptions& options) {
  std::vector<std::string> said = {
      "f = 0: the data names no operators, so every node counts as its own trust domain.",
      "Honest hosts and chips are taken to be exchangeable; the hosts here stand in data centres.",
      options.devices.empty()
          ? "Cross-validation by clusters of nodes within 60 km: neither the host's cluster nor the "
            "declared place's is learned from or measures."
          : "Devices are never learned from and never measure; reference places near them do.",
      // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one sentence on three lines.
      "The threshold is the score that at most the asked share of the honest reference hosts exceeds, "
      "a point of the ROC curve; beside it stand conformal thresholds, each from other clusters than "
      "the host's and the declared place's, which is what may be promised of a new host.",
      "Intervals are 95 % Clopper-Pearson with each cluster of hosts counted once.",
      "A false declaration is the place of another node; beyond_1500_km and all count every place, "
      "from_country the places of --to alone."};
  if (options.padding) {
    said.emplace_back(
        "Padding: the least score over no delay and the best reply that the method's own file works "
        "out; for cpv, whose best reply is not known, over every RTT raised to the 5, 25, 50 or 75 % "
        "quantile usual at the declared place. Where the score is monotone, delay cannot lower it.");
  }
  return said;
}

const EstimatorFinding* Named(const EvaluateFindings& findings, std::string_view name) {
  const auto found = std::ranges::find(findings.estimators, name, &EstimatorFinding::name);
  return found == findings.estimators.end() ? nullptr : &*found;
}

// What ours should reach, as far as this run can tell.
std::vector<BenchGoal> GoalsOf(const EvaluateFindings& findings) {
  std::vector<BenchGoal> goals;
  const RateFinding& contradicted = findings.honest_contradicted;
  goals.push_back({"honest hosts contradicted by physics", static_cast<double>(contradicted.count),
                   "0", contradicted.count == 0});
  const EstimatorFinding* ours = Named(findings, "earshot");
  if (ours == nullptr) return goals;
  const RateFinding& alarms = ours->conformal_false_alarms;
  goals.push_back({"honest false alarms at conformal thresholds, lower end of the interval",
                   alarms.low, fmt::format("<= {:g}", findings.false_alarm_rate),
                   alarms.low <= findings.false_alarm_rate});
  goals.push_back({"detection from 1,500 km or more", ours->detection.beyond_1500_km.rate, ">= 0.95",
                   ours->detection.beyond_1500_km.rate >= 0.95});
  if (ours->detection.from_country.has_value()) {
    goals.push_back({"detection from the country to the regions",
                     ours->detection.from_country->rate, ">= 0.85",
                     ours->detection.from_country->rate >= 0.85});
  }
  double best = 0;
  for (const EstimatorFinding& one : findings.estimators) {
    if (&one != ours) best = std::max(best, one.detection.beyond_1500_km.rate);
  }
  goals.push_back({"detection from 1,500 km or more, above the best other method",
                   ours->detection.beyond_1500_km.rate - best, "> 0",
                   ours->detection.beyond_1500_km.rate > best});
  goals.push_back({"one score with 30 landmarks, us", ours->microseconds, "<= 200",
                   ours->microseconds <= 200});
  return goals;
}

}  // namespace

Result<EvaluateFindings> Evaluate(const MeasuredWorld& world, const EvaluateOptions& options) {
  if (!(options.false_alarm_rate > 0) || options.false_alarm_rate > 0.5) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a false-alarm rate of {} makes no sense; give one above 0, at most 0.5",
                            options.false_alarm_rate));
  }
  EARSHOT_ASSIGN_OR_RETURN(const auto methods, ChooseMethods(options.estimators));
  EARSHOT_ASSIGN_OR_RETURN(const auto devices, ChooseDevices(world, options.devices));
  EARSHOT_RETURN_IF_ERROR(CheckPlaces(world, options));
  const TrialPlan plan(world, devices, options.folds);
  const auto units = static_cast<double>(world.size() - devices.size());
  const double least = 1 / units;
  if (options.false_alarm_rate < least) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} places cannot test a false-alarm rate of {}: the least is {:.4g}; a "
                            "lower one would be a model's extrapolation",
                            units, options.false_alarm_rate, least));
  }
  EvaluateFindings findings;
  findings.nodes = static_cast<std::uint32_t>(world.size());
  findings.clusters = world.cluster_count();
  findings.devices = static_cast<std::uint32_t>(devices.empty() ? world.size() : devices.size());
  findings.folds = static_cast<std::uint32_t>(plan.fold_count());
  findings.false_alarm_rate = options.false_alarm_rate;
  findings.false_alarm_rate_least = least;
  findings.bands = Bands();
  findings.remarks = world.measured().remarks;
  for (std::uint32_t i = 0; i < world.size(); ++i) {
    const bool is_tested = devices.empty() || plan.IsDevice(i);
    findings.from_hosts +=
        is_tested && options.from.has_value() && world.node(i).country == options.from ? 1U : 0U;
  }
  const auto scores =
      ScoreTrials(world, plan, methods, {.padding = options.padding, .threads = options.threads});
  const Tally tally(world, plan, options, findings.bands);
  for (std::size_t m = 0; m < methods.size(); ++m) {
    findings.estimators.push_back(Summarise(tally, world, options, methods[m], scores[m]));
  }
  findings.natural = JudgeNatural(world, options, methods, scores, tally);
  findings.honest_contradicted = HonestContradictions(world, plan);
  findings.assumptions = Assumptions(options);
  findings.goals = GoalsOf(findings);
  return findings;
}

}  // namespace earshot
