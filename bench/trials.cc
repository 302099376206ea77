#include "bench/trials.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>
#include <tuple>
#include <utility>

#include "core/geo/wgs84.h"
#include "core/locate/path_model.h"

namespace earshot {
namespace {

constexpr std::array<double, 4> kUsual = {0.05, 0.25, 0.50, 0.75};

// A number that looks random and is always the same (Vigna's splitmix64 finaliser).
std::uint64_t Mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

// Latitude and longitude, whole: a hash must not depend on the last bits of a decimal.
using MicroDegrees = std::pair<std::int64_t, std::int64_t>;
constexpr MicroDegrees kBeyondAllPlaces = {std::numeric_limits<std::int64_t>::max(), 0};

MicroDegrees MicroDegreesOf(const Position& place) {
  return {std::llround(1e6 * place.latitude_degrees()),
          std::llround(1e6 * place.longitude_degrees())};
}

std::uint64_t Mixed(const MicroDegrees& at) {
  return Mixed(Mixed(static_cast<std::uint64_t>(at.first)) ^ static_cast<std::uint64_t>(at.second));
}

// One device's answers in one setting, and the places declared for it there.
class Questions {
 public:
  Questions(const MeasuredWorld& world, const std::vector<bool>& aside,
            std::span<const Trial> trials)
      : world_(world), trials_(trials), answers_(world.AnswersOf(trials.front().device, aside)) {
    distances_.reserve(trials.size() * answers_.size());
    for (const Trial& trial : trials) {
      for (const LandmarkAnswer& answer : answers_) {
        distances_.push_back(world.DistanceBetween(answer.landmark, trial.declared));
      }
    }
    for (std::size_t i = 0; i < trials.size(); ++i) cases_.push_back(Ask(i, answers_));
  }

  std::span<const LandmarkAnswer> answers() const { return answers_; }
  std::span<const DeclarationCase> cases() const { return cases_; }

  // Trial `i` with other answers from the same landmarks, which must outlive the result.
  DeclarationCase Ask(std::size_t i, std::span<const LandmarkAnswer> answers) const {
    const std::uint32_t declared = trials_[i].declared;
    return {world_.node(declared).position, answers,
            std::span(distances_).subspan(i * answers_.size(), answers_.size()),
            world_.all().places()[trials_[i].device].stratum};
  }

 private:
  const MeasuredWorld& world_;
  std::span<const Trial> trials_;
  std::vector<LandmarkAnswer> answers_;
  std::vector<Distance> distances_;
  std::vector<DeclarationCase> cases_;
};

void KeepLess(const std::optional<double>& score, std::optional<double>* least) {
  // To be told nothing suits an attacker as well as to be believed.
  if (!score.has_value()) {
    least->reset();
  } else if (least->has_value() && *score < **least) {
    *least = score;
  }
}

// What is usual between each two places at the shares of kUsual. Worked out once, for the path
// model is slow beside the scores that an attacker's attempts cost.
class UsualRtts {
 public:
  explicit UsualRtts(const MeasuredWorld& world) : places_(world.size()) {
    rtts_.reserve(places_ * places_);
    for (std::uint32_t a = 0; a < places_; ++a) {
      for (std::uint32_t b = 0; b < places_; ++b) {
        auto& usual = rtts_.emplace_back();
        for (std::size_t i = 0; i < kUsual.size(); ++i) {
          usual[i] = PathModel::Measured2020().Quantile(world.DistanceBetween(a, b), kUsual[i]);
        }
      }
    }
  }
  Rtt Between(std::uint32_t a, std::uint32_t b, std::size_t share) const {
    return rtts_[a * places_ + b][share];
  }

 private:
  std::size_t places_;
  std::vector<std::array<Rtt, kUsual.size()>> rtts_;
};

std::optional<double> PaddedScore(const LocationEstimator& estimator, const Questions& questions,
                                  const UsualRtts& usual, std::uint32_t declared, std::size_t trial,
                                  std::optional<double> plain) {
  const DeclarationCase& asked = questions.cases()[trial];
  std::optional<double> least = plain;
  std::vector<LandmarkAnswer> reply(asked.answers.begin(), asked.answers.end());
  if (estimator.Pad(asked, reply)) {
    KeepLess(estimator.ScoreDeclaration(questions.Ask(trial, reply)), &least);
    return least;
  }
  const auto attempt = [&](std::span<const LandmarkAnswer> raised) {
    const DeclarationCase tried = questions.Ask(trial, raised);
    KeepLess(estimator.ScoreDeclaration(tried), &least);
    std::vector<LandmarkAnswer> best(raised.begin(), raised.end());
    estimator.Pad(tried, best);
    if (std::ranges::equal(best, raised, {}, &LandmarkAnswer::rtt, &LandmarkAnswer::rtt)) return;
    KeepLess(estimator.ScoreDeclaration(questions.Ask(trial, best)), &least);
  };
  attempt(asked.answers);
  for (std::size_t share = 0; share < kUsual.size(); ++share) {
    std::vector<LandmarkAnswer> raised(asked.answers.begin(), asked.answers.end());
    for (LandmarkAnswer& answer : raised) {
      answer.rtt = std::max(answer.rtt, usual.Between(answer.landmark, declared, share));
    }
    attempt(raised);
  }
  return least;
}

WhereaboutsFinding LocateOne(const LocationEstimator& estimator, const Questions& questions,
                             Position truth) {
  const LocationEstimate estimate = estimator.Locate(questions.answers());
  WhereaboutsFinding finding;
  finding.area = estimate.area;
  finding.has_region = estimate.contains != nullptr;
  finding.is_empty = estimate.is_empty;
  finding.covers_truth = finding.has_region && estimate.contains(truth);
  if (estimate.centre.has_value()) finding.error = GeodesicDistance(*estimate.centre, truth);
  return finding;
}

// Everything that one setting of folds asks.
class Setting {
 public:
  Setting(const MeasuredWorld& world, const TrialPlan& plan, const UsualRtts& usual,
          std::size_t begin, std::size_t end)
      : world_(world), plan_(plan), usual_(usual), begin_(begin), end_(end) {}

  void Score(std::span<const EstimatorMethod> methods, const ScoreOptions& options,
             std::span<const std::size_t> honest_rank, std::vector<MethodScores>* into) const {
    const std::vector<bool> aside = plan_.Aside(plan_.trials()[begin_]);
    const CalibrationSet known = world_.Without(aside);
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const auto estimator = methods[m].fit(known);
      for (std::size_t from = begin_; from < end_;) {
        std::size_t to = from;
        while (to < end_ && plan_.trials()[to].device == plan_.trials()[from].device) ++to;
        ScoreDevice(methods[m], *estimator, aside, from, to, options, honest_rank, &(*into)[m]);
        from = to;
      }
    }
  }

 private:
  void ScoreDevice(const EstimatorMethod& method, const LocationEstimator& estimator,
                   const std::vector<bool>& aside, std::size_t from, std::size_t to,
                   const ScoreOptions& options, std::span<const std::size_t> honest_rank,
                   MethodScores* into) const {
    const auto trials = plan_.trials().subspan(from, to - from);
    const Questions questions(world_, aside, trials);
    const auto plain = estimator.ScoreDeclarations(questions.cases());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      into->plain[from + i] = plain[i];
      if (trials[i].IsHonest() && options.whereabouts) {
        into->whereabouts[honest_rank[from + i]] =
            LocateOne(estimator, questions, world_.node(trials[i].device).position);
      }
      if (!options.padding) continue;
      const bool pads = !method.is_monotone && !trials[i].IsHonest();
      into->padded[from + i] =
          pads ? PaddedScore(estimator, questions, usual_, trials[i].declared, i, plain[i])
               : plain[i];
    }
  }

  const MeasuredWorld& world_;
  const TrialPlan& plan_;
  const UsualRtts& usual_;
  std::size_t begin_;
  std::size_t end_;
};

}  // namespace

std::vector<std::int32_t> DealFolds(const MeasuredWorld& world, int folds) {
  // In an order that only the places themselves give: numbers of clusters follow the rows of a file.
  std::vector<MicroDegrees> corner(world.cluster_count(), kBeyondAllPlaces);
  for (std::uint32_t place = 0; place < world.size(); ++place) {
    MicroDegrees& least = corner[world.cluster(place)];
    least = std::min(least, MicroDegreesOf(world.node(place).position));
  }
  std::vector<std::uint32_t> order(world.cluster_count());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t c) { return std::pair(Mixed(corner[c]), corner[c]); });
  std::vector<std::int32_t> fold_of_cluster(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    fold_of_cluster[order[i]] = static_cast<std::int32_t>(i) % folds;
  }
  std::vector<std::int32_t> fold_of(world.size());
  for (std::uint32_t place = 0; place < world.size(); ++place) {
    fold_of[place] = fold_of_cluster[world.cluster(place)];
  }
  return fold_of;
}

TrialPlan::TrialPlan(const MeasuredWorld& world, std::span<const std::uint32_t> devices,
                     Unknown unknown, int folds)
    : unknown_(unknown),
      fold_count_(unknown == Unknown::kHost
                      ? static_cast<int>(world.cluster_count())
                      : std::clamp(folds, 2, std::max(2, static_cast<int>(world.cluster_count())))),
      has_devices_(!devices.empty()),
      is_device_(world.size(), false),
      fold_of_(DealFolds(world, fold_count_)) {
  for (const std::uint32_t device : devices) is_device_[device] = true;
  const auto count = static_cast<std::uint32_t>(world.size());
  for (std::uint32_t device = 0; device < count; ++device) {
    for (std::uint32_t declared = 0; declared < count; ++declared) {
      // Reference places beside devices only tell the truth; and a false declaration within one
      // cluster is none that a place could tell.
      if (device != declared && has_devices_ && !is_device_[device]) continue;
      if (device != declared && world.cluster(device) == world.cluster(declared)) continue;
      const std::int32_t own = fold_of_[device];
      std::int32_t other = unknown_ == Unknown::kHost ? -1 : fold_of_[declared];
      if (other == own) other = (own + 1) % fold_count_;
      trials_.push_back({device, declared, std::min(own, other), std::max(own, other)});
    }
  }
  std::ranges::sort(trials_, {}, [](const Trial& t) {
    return std::tuple(t.fold_a, t.fold_b, t.device, t.declared);
  });
}

std::vector<bool> TrialPlan::Aside(const Trial& trial) const {
  std::vector<bool> aside(fold_of_.size());
  for (std::size_t place = 0; place < aside.size(); ++place) {
    const std::int32_t fold = fold_of_[place];
    aside[place] = is_device_[place] || fold == trial.fold_a || fold == trial.fold_b;
  }
  return aside;
}

std::vector<MethodScores> ScoreTrials(const MeasuredWorld& world, const TrialPlan& plan,
                                      std::span<const EstimatorMethod> methods,
                                      const ScoreOptions& options) {
  const std::span<const Trial> trials = plan.trials();
  std::vector<std::size_t> honest_rank(trials.size(), 0);
  std::size_t honest = 0;
  const UsualRtts usual(world);
  std::vector<Setting> settings;
  for (std::size_t begin = 0; begin < trials.size();) {
    std::size_t end = begin;
    while (end < trials.size() && trials[end].fold_a == trials[begin].fold_a &&
           trials[end].fold_b == trials[begin].fold_b) {
      if (trials[end].IsHonest()) honest_rank[end] = honest++;
      ++end;
    }
    settings.emplace_back(world, plan, usual, begin, end);
    begin = end;
  }
  std::vector<MethodScores> scores(methods.size());
  for (MethodScores& one : scores) {
    one.plain.resize(trials.size());
    if (options.padding) one.padded.resize(trials.size());
    one.whereabouts.resize(honest);
  }
  // Every setting writes to places of its own, so the order in which they are taken is free.
  std::atomic<std::size_t> next = 0;
  const std::thread::id caller = std::this_thread::get_id();
  const auto work = [&] {
    for (std::size_t i = next++; i < settings.size(); i = next++) {
      settings[i].Score(methods, options, honest_rank, &scores);
      const bool is_caller = std::this_thread::get_id() == caller;
      if (is_caller && options.progress) {
        options.progress(static_cast<double>(std::min(next.load(), settings.size())) /
                         static_cast<double>(settings.size()));
      }
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < options.threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return scores;
}

}  // namespace earshot
