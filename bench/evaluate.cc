#include "bench/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>

#include "bench/natural_cases.h"
#include "bench/nested.h"
#include "bench/tally.h"
#include "bench/trials.h"
#include "core/base/check.h"
#include "core/base/suggest.h"
#include "core/geo/wgs84.h"
#include "core/locate/estimators.h"

namespace earshot {
namespace {

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
      return Fail(ErrorCode::kNotFound,
                  fmt::format("no estimator \"{}\"{}; there are {}", name, DidYouMean(name, known),
                              fmt::join(known, ", ")));
    }
    const bool is_new = std::ranges::find(chosen, name, &EstimatorMethod::name) == chosen.end();
    if (is_new) chosen.push_back(*found);
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
    const auto device = static_cast<std::uint32_t>(found - known.begin());
    if (std::ranges::find(chosen, device) == chosen.end()) chosen.push_back(device);
  }
  if (chosen.size() == world.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("all {} nodes are named as devices: none is left to measure or to learn "
                            "from; name fewer, or name none and each is a device in turn",
                            chosen.size()));
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
    return Fail(ErrorCode::kNotFound,
                fmt::format("no node is in region \"{}\"{}; there are {}", region,
                            DidYouMean(region, known), fmt::join(known, ", ")));
  }
  if (options.from.has_value() && !has_from) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("no node of {} was measured", options.from->text()));
  }
  return {};
}

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
  const auto estimator = method.fit(world.all());
  const std::vector<bool> nobody(world.size(), false);
  std::vector<std::vector<LandmarkAnswer>> answers;
  for (std::uint32_t i = 0; i < world.size(); ++i) {
    answers.push_back(Thinned(world.AnswersOf(i, nobody)));
  }
  std::size_t told = 0;
  int timed = 0;
  // Processor time of the process: at this point one thread works, on a machine that may be busy.
  const std::clock_t start = std::clock();
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
  const std::clock_t between = std::clock();
  for (const auto& one : answers) told += estimator->Locate(one).centre.has_value() ? 1U : 0U;
  const std::clock_t end = std::clock();
  EARSHOT_CHECK(told <= answers.size() + kTimedAtLeast);  // so that no timed answer goes unused
  const auto microseconds = [](std::clock_t spent, double count) {
    return std::chrono::duration<double, std::micro>(1e6 * static_cast<double>(spent) /
                                                     CLOCKS_PER_SEC / count);
  };
  into->score_time = microseconds(between - start, timed);
  into->locate_time = microseconds(end - between, static_cast<double>(answers.size()));
}

RatesFinding RatesOf(const Tally& tally, const MethodScores& scores) {
  const HonestScores honest = tally.Honest(scores.plain);
  const auto& attacked = scores.padded.empty() ? scores.plain : scores.padded;
  const auto operating_point = tally.OperatingPoint(honest);
  const auto conformal = tally.Conformal(honest);
  return {.honest_false_alarms = tally.FalseAlarms(scores.plain, operating_point),
          .detection = tally.Detect(attacked, operating_point),
          .conformal_false_alarms = tally.FalseAlarms(scores.plain, conformal),
          .conformal = tally.Detect(attacked, conformal)};
}

EstimatorFinding Summarise(const Tally& tally, const MeasuredWorld& world,
                           const EstimatorMethod& method, const MethodScores& scores) {
  EstimatorFinding found{.name = std::string(method.name),
                         .source = std::string(method.source),
                         .is_monotone = method.is_monotone};
  found.rates = RatesOf(tally, scores);
  found.honest_untold = tally.Untold(scores.plain);
  found.unpadded = tally.Detect(scores.plain, tally.OperatingPoint(tally.Honest(scores.plain)));
  found.roc = tally.Roc(scores.padded.empty() ? scores.plain : scores.padded);
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
    NaturalFinding found{node.id,
                         node.name,
                         node.note,
                         physics.contradicting_landmarks,
                         physics.contradicted_f0,
                         physics.contradicted_f1,
                         {}};
    std::vector<Distance> distances;
    for (const LandmarkAnswer& answer : answers) {
      distances.push_back(GeodesicDistance(world.node(answer.landmark).position, node.position));
    }
    const std::uint32_t nobody = world.cluster_count();
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const auto threshold =
          tally.Honest(scores[m].plain).ThresholdFor(nobody, nobody, options.false_alarm_rate);
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
  std::vector<std::string> said;
  said.emplace_back(
      "f = 0: the data names no operators, so every node counts as its own trust domain.");
  said.emplace_back(
      "Honest hosts and chips are taken to be exchangeable; the hosts here stand in data centres.");
  said.emplace_back(
      "Clusters of nodes within 60 km: nothing of the host's own cluster is learned from or "
      "measures; a landmark may stand at the declared place.");
  said.emplace_back(
      "The threshold is the score that at most the asked share of the honest reference hosts "
      "exceeds, a point of the ROC curve; beside it stand conformal thresholds, each from the "
      "clusters that the trial may know, which is what may be promised of a new host.");
  said.emplace_back(
      "Intervals are 95 %. Detection: of the pooled rate, by 2,000 bootstrap draws of whole clusters "
      "of true hosts at the threshold found (seeded); where fewer than 10 clusters have cases or all cases agree, and for "
      "honest hosts, Clopper-Pearson with clusters as the cases.");
  said.emplace_back(
      "A false declaration is the place of another node; beyond_1500_km and all count every place, "
      "from_country the places of --to alone.");
  if (!options.devices.empty()) {
    said.emplace_back("No device is learned from or measures, whosever cluster it is of.");
  }
  if (options.nested) {
    said.emplace_back(fmt::format(
        "Nested: in {} folds of clusters our constants are chosen on the other folds alone, which also "
        "give the thresholds; nothing is known of any cluster of the fold that is scored.",
        kNestedFolds));
  }
  if (options.strict) {
    said.emplace_back(
        "Strict: the declared place's cluster is unknown as well, so that honest and false "
        "trials know equally much; whole folds of clusters are left out at a time.");
  }
  if (options.padding) {
    said.emplace_back(
        "Padding: the least score over no delay and the best reply that the method's own file "
        "works out; for cpv, whose best reply is not known, over every RTT raised to the 5, 25, "
        "50 or 75 % quantile usual at the declared place. Where the score is monotone, delay "
        "cannot lower it.");
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
  const RateFinding& alarms = ours->rates.conformal_false_alarms;
  const DetectionFinding& detection = ours->rates.detection;
  goals.push_back({"honest false alarms at conformal thresholds, lower end of the interval",
                   alarms.low, fmt::format("<= {:g}", findings.false_alarm_rate),
                   alarms.low <= findings.false_alarm_rate});
  const RateFinding& far = detection.beyond_1500_km;
  if (far.of > 0) {
    goals.push_back({"detection from 1,500 km or more", far.rate, ">= 0.95", far.rate >= 0.95});
  }
  if (detection.from_country.has_value() && detection.from_country->of > 0) {
    goals.push_back({"detection from the country to the regions", detection.from_country->rate,
                     ">= 0.85", detection.from_country->rate >= 0.85});
  }
  if (far.of > 0 && findings.estimators.size() > 1) {
    double best = 0;
    for (const EstimatorFinding& one : findings.estimators) {
      if (&one != ours) best = std::max(best, one.rates.detection.beyond_1500_km.rate);
    }
    goals.push_back({"detection from 1,500 km or more, above the best other method",
                     far.rate - best, "> 0", far.rate > best});
  }
  goals.push_back(
      {"one score with 30 landmarks, us", ours->score_time.count(), "<= 200", ours->score_time.count() <= 200});
  return goals;
}

// The part from `begin` to `end` of what `progress` is told.
std::function<void(double)> Within(const std::function<void(double)>& progress, double begin,
                                   double end) {
  if (!progress) return {};
  return [&progress, begin, end](double done) { progress(begin + done * (end - begin)); };
}

}  // namespace

Result<EvaluateFindings> Evaluate(const MeasuredWorld& world, const EvaluateOptions& options) {
  if (!(options.false_alarm_rate > 0) || options.false_alarm_rate > 0.5) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("a false-alarm rate of {} makes no sense; give one above 0, at most 0.5",
                    options.false_alarm_rate));
  }
  EARSHOT_ASSIGN_OR_RETURN(const auto methods, ChooseMethods(options.estimators));
  EARSHOT_ASSIGN_OR_RETURN(const auto devices, ChooseDevices(world, options.devices));
  EARSHOT_RETURN_IF_ERROR(CheckPlaces(world, options));
  const TrialPlan plan(world, devices, Unknown::kHost, options.folds);
  const auto units = static_cast<double>(world.size() - devices.size());
  const double least = 1 / units;
  if (options.false_alarm_rate < least) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} places cannot test a false-alarm rate of {}: the least is {:.4g}; a "
                    "lower one would be a model's extrapolation",
                    units, options.false_alarm_rate, least));
  }
  EvaluateFindings findings;
  findings.nodes = static_cast<std::uint32_t>(world.size());
  findings.clusters = world.cluster_count();
  findings.devices = static_cast<std::uint32_t>(devices.empty() ? world.size() : devices.size());
  findings.false_alarm_rate = options.false_alarm_rate;
  findings.false_alarm_rate_least = least;
  findings.bands = Bands();
  findings.remarks = world.measured().remarks;
  for (std::uint32_t i = 0; i < world.size(); ++i) {
    const bool is_tested = devices.empty() || plan.IsDevice(i);
    findings.from_hosts +=
        is_tested && options.from.has_value() && world.node(i).country == options.from ? 1U : 0U;
  }
  // The strict plan has more settings, each with fewer trials and no whereabouts; the inner loops of
  // nested cross-validation cost most of all.
  const double all = options.nested ? 0.2 : 1.0;
  const double share = options.strict ? 0.6 * all : all;
  const auto scores = ScoreTrials(world, plan, methods,
                                  {.padding = options.padding,
                                   .threads = options.threads,
                                   .progress = Within(options.progress, 0, share)});
  const Tally tally(world, plan, options, findings.bands);
  for (std::size_t m = 0; m < methods.size(); ++m) {
    findings.estimators.push_back(Summarise(tally, world, methods[m], scores[m]));
  }
  if (options.strict) {
    const TrialPlan strict(world, devices, Unknown::kHostAndPlace, options.folds);
    findings.folds = static_cast<std::uint32_t>(strict.fold_count());
    const auto strict_scores = ScoreTrials(world, strict, methods,
                                           {.padding = options.padding,
                                            .whereabouts = false,
                                            .threads = options.threads,
                                            .progress = Within(options.progress, share, all)});
    const Tally strict_tally(world, strict, options, findings.bands);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      findings.estimators[m].strict = RatesOf(strict_tally, strict_scores[m]);
    }
  }
  if (options.nested) {
    EvaluateOptions nested = options;
    nested.progress = Within(options.progress, all, 1);
    EARSHOT_ASSIGN_OR_RETURN(findings.nested, EvaluateNested(world, nested, findings.bands));
  }
  findings.natural = JudgeNatural(world, options, methods, scores, tally);
  findings.honest_contradicted = HonestContradictions(world, plan);
  findings.assumptions = Assumptions(options);
  findings.goals = GoalsOf(findings);
  return findings;
}

}  // namespace earshot
