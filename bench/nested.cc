#include "bench/nested.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "bench/tally.h"
#include "bench/trials.h"
#include "core/locate/local_normal_fit.h"

namespace earshot {
namespace {

using Scores = Tally::Scores;

// The answers of one device to the landmarks that are nearest to a declared place, nearest first: as
// many as any candidate listens to.
std::vector<LocalAnswer> NearestAnswers(const MeasuredWorld& world,
                                        std::span<const LandmarkAnswer> answers,
                                        std::uint32_t declared, std::size_t count) {
  std::vector<LocalAnswer> nearest;
  nearest.reserve(answers.size());
  for (const LandmarkAnswer& answer : answers) {
    nearest.push_back(
        {world.DistanceBetween(answer.landmark, declared), answer.rtt, answer.landmark});
  }
  std::ranges::stable_sort(nearest, {}, &LocalAnswer::distance);
  nearest.resize(std::min(count, nearest.size()));
  return nearest;
}

// One model serves all that differ in what is listened to alone.
bool SameModel(const LocalNormalConstants& a, const LocalNormalConstants& b) {
  return a.floor == b.floor && a.reach == b.reach;
}

// The trials from `begin` to `end`, of which the same places are unknown, under each candidate.
void ScoreSetting(const MeasuredWorld& world, const TrialPlan& plan,
                  std::span<const LocalNormalConstants> candidates, std::size_t begin,
                  std::size_t end, std::vector<Scores>* into) {
  const auto trials = plan.trials();
  const std::vector<bool> aside = plan.Aside(trials[begin]);
  const CalibrationSet known = world.Without(aside);
  std::size_t listened = 0;
  for (const LocalNormalConstants& one : candidates) listened = std::max(listened, one.landmarks);
  for (std::size_t from = 0; from < candidates.size();) {
    const LocalNormal model(FitLocalNormal(known, candidates[from]));
    std::size_t to = from;
    while (to < candidates.size() && SameModel(candidates[from], candidates[to])) ++to;
    std::vector<LandmarkAnswer> answers;
    std::optional<std::uint32_t> device;
    for (std::size_t i = begin; i < end; ++i) {
      if (device != trials[i].device) answers = world.AnswersOf(trials[i].device, aside);
      device = trials[i].device;
      const auto nearest = NearestAnswers(world, answers, trials[i].declared, listened);
      const Position declared = world.node(trials[i].declared).position;
      const auto terms = LocalNormal::Terms(model.At(declared), nearest, listened);
      for (std::size_t c = from; c < to; ++c) {
        (*into)[c][i] = LocalNormal::ScoreOf(
            std::span(terms).first(std::min(terms.size(), candidates[c].landmarks)), candidates[c]);
      }
    }
    from = to;
  }
}

// Scores of all trials of `plan`, by candidate. Deterministic at any number of threads.
std::vector<Scores> ScoreCandidates(const MeasuredWorld& world, const TrialPlan& plan,
                                    std::span<const LocalNormalConstants> candidates,
                                    unsigned threads) {
  const auto trials = plan.trials();
  std::vector<std::pair<std::size_t, std::size_t>> settings;
  for (std::size_t begin = 0; begin < trials.size();) {
    std::size_t end = begin;
    while (end < trials.size() && trials[end].fold_a == trials[begin].fold_a &&
           trials[end].fold_b == trials[begin].fold_b) {
      ++end;
    }
    settings.emplace_back(begin, end);
    begin = end;
  }
  std::vector<Scores> scores(candidates.size(), Scores(trials.size()));
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < settings.size(); i = next++) {
      ScoreSetting(world, plan, candidates, settings[i].first, settings[i].second, &scores);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return scores;
}

// The places outside `fold`, as if nobody had ever measured the others.
Result<MeasuredWorld> Training(const MeasuredWorld& world, std::span<const std::int32_t> fold_of,
                               std::int32_t fold) {
  Measurements measured = world.measured();
  std::vector<bool> left_out(measured.nodes.size(), false);
  for (std::uint32_t place = 0; place < world.size(); ++place) {
    left_out[world.NodeOf(place)] = fold_of[place] == fold;
  }
  std::erase_if(measured.rtts, [&](const MeasuredRtt& m) {
    return left_out[m.source] || left_out[m.target];
  });
  return MeasuredWorld::Build(std::move(measured));
}

// The candidate that does best where nothing of the left-out fold is known.
std::size_t Choose(const MeasuredWorld& training, const EvaluateOptions& options,
                   std::span<const LocalNormalConstants> candidates) {
  const TrialPlan plan(training, {}, Unknown::kHost, 0);
  const std::vector<DistanceBand> bands;
  // Countries and regions of interest are not looked at: what is asked about is not what is chosen by.
  const EvaluateOptions inner{.false_alarm_rate = options.false_alarm_rate};
  const Tally tally(training, plan, inner, bands);
  const auto scores = ScoreCandidates(training, plan, candidates, options.threads);
  std::size_t best = 0;
  double best_rate = -1;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const auto threshold = tally.OperatingPoint(tally.Honest(scores[c]));
    const double rate = tally.Detect(scores[c], threshold).beyond_1500_km.rate;
    if (rate <= best_rate) continue;
    best = c;
    best_rate = rate;
  }
  return best;
}

// How far each score of one fold's devices is above its threshold, where all folds meet.
class Margins {
 public:
  explicit Margins(const TrialPlan& all)
      : all_(all), operating_point_(all.trials().size()), conformal_(all.trials().size()) {
    for (std::size_t i = 0; i < all.trials().size(); ++i) {
      at_.emplace(std::pair(all.trials()[i].device, all.trials()[i].declared), i);
    }
  }

  void Add(const Tally& tally, const TrialPlan& plan, const Scores& scores) {
    const HonestScores honest = tally.Honest(scores);
    const auto operating_point = tally.OperatingPoint(honest);
    const auto conformal = tally.Conformal(honest);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const Trial& trial = plan.trials()[i];
      const auto at = at_.find({trial.device, trial.declared});
      if (!plan.IsDevice(trial.device) || at == at_.end() || !scores[i].has_value()) continue;
      const auto above = [&](const std::optional<double>& threshold) {
        return threshold.has_value() ? std::optional(*scores[i] - *threshold) : std::nullopt;
      };
      operating_point_[at->second] = above(operating_point(trial));
      conformal_[at->second] = above(conformal(trial));
    }
  }

  RatesFinding Finish(const MeasuredWorld& world, const EvaluateOptions& options,
                      const std::vector<DistanceBand>& bands) const {
    const Tally tally(world, all_, options, bands);
    const auto zero = [](const Trial&) { return std::optional(0.0); };
    return {.honest_false_alarms = tally.FalseAlarms(operating_point_, zero),
            .detection = tally.Detect(operating_point_, zero),
            .conformal_false_alarms = tally.FalseAlarms(conformal_, zero),
            .conformal = tally.Detect(conformal_, zero)};
  }

 private:
  const TrialPlan& all_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> at_;
  Scores operating_point_;
  Scores conformal_;
};

}  // namespace

std::vector<LocalNormalConstants> NestedCandidates() {
  std::vector<LocalNormalConstants> candidates;
  for (const int floor_ms : {3, 5, 10}) {
    for (const double reach_km : {250.0, 500.0, 1000.0}) {
      for (const std::size_t landmarks : {8U, 12U, 20U}) {
        for (const std::size_t best : {1U, 3U}) {
          for (const double best_share : {0.2, 0.5, 1.0}) {
            candidates.push_back({.floor = std::chrono::milliseconds(floor_ms),
                                  .reach = Distance::Kilometres(reach_km),
                                  .landmarks = landmarks,
                                  .best = best,
                                  .best_share = best_share});
          }
        }
      }
    }
  }
  return candidates;
}

Result<NestedFinding> EvaluateNested(const MeasuredWorld& world, const EvaluateOptions& options,
                                     const std::vector<DistanceBand>& bands) {
  if (world.cluster_count() < static_cast<std::uint32_t>(kNestedFolds)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} clusters of nodes cannot be dealt into {} folds; nested "
                            "cross-validation needs more nodes",
                            world.cluster_count(), kNestedFolds));
  }
  const std::vector<std::int32_t> fold_of = DealFolds(world, kNestedFolds);
  const std::vector<LocalNormalConstants> candidates = NestedCandidates();
  const TrialPlan all(world, {}, Unknown::kHost, 0);
  Margins chosen(all);
  Margins shipped(all);
  NestedFinding found{.folds = kNestedFolds,
                      .candidates = static_cast<std::uint32_t>(candidates.size())};
  for (std::int32_t fold = 0; fold < kNestedFolds; ++fold) {
    std::vector<std::uint32_t> devices;
    for (std::uint32_t place = 0; place < world.size(); ++place) {
      if (fold_of[place] == fold) devices.push_back(place);
    }
    Result<MeasuredWorld> training = Training(world, fold_of, fold);
    if (!training.has_value()) return Fail(std::move(training).error(), "nested");
    if (options.false_alarm_rate * static_cast<double>(training->size()) < 1) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("nested: {} places of a training set cannot test a false-alarm rate of {}",
                              training->size(), options.false_alarm_rate));
    }
    const LocalNormalConstants best = candidates[Choose(*training, options, candidates)];
    found.chosen.push_back(best);
    const TrialPlan plan(world, devices, Unknown::kHost, 0);
    const Tally tally(world, plan, options, bands);
    const std::vector<LocalNormalConstants> both = {best, LocalNormalConstants()};
    const auto scores = ScoreCandidates(world, plan, both, options.threads);
    chosen.Add(tally, plan, scores[0]);
    shipped.Add(tally, plan, scores[1]);
    if (options.progress) {
      options.progress(static_cast<double>(fold + 1) / static_cast<double>(kNestedFolds));
    }
  }
  found.rates = chosen.Finish(world, options, bands);
  found.shipped_rates = shipped.Finish(world, options, bands);
  return found;
}

}  // namespace earshot
