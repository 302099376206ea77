#include "core/appraisal/calibrated_placement_test.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "core/appraisal/licence_zones.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

using Kind = PlacementOutcome::Kind;

// What no answer counts as: longer than any path, and finite.
constexpr Rtt kUnheard = Rtt::FromDuration(std::chrono::seconds(2));

// Quantiles at which the power is looked for.
constexpr std::array<double, 4> kQuantiles = {0.01, 0.02, 0.04, 0.08};

struct Asked {
  const ExpectedLandmark* landmark;
  Distance from_site;
  Rtt charitable;  // the least it can have been: for flagging
  Rtt sceptical;   // the most: for finding it normal

  auto Order() const { return std::tie(from_site, landmark->id); }
};

// It is known that the landmark works, whatever it heard of this device.
bool MayJudge(const ExpectedLandmark& landmark) {
  return landmark.healthy || landmark.refused_for.has_value();
}

Asked Ask(const ExpectedLandmark& landmark, const Site& site) {
  Asked asked{&landmark, GeodesicDistance(landmark.position, site.position), Rtt(), kUnheard};
  if (landmark.rtt_min.has_value()) {
    asked.charitable = std::min(*landmark.rtt_min, kUnheard);
    if (landmark.covered_by_evidence) asked.sceptical = asked.charitable;
  } else if (landmark.samples == 0 && landmark.healthy && !landmark.refused_for.has_value()) {
    asked.charitable = kUnheard;
  }
  return asked;
}

// The landmarks to ask, nearest first: enough for a score of `scored` when f of them are left out.
std::vector<Asked> Choose(const PlacementQuestion& question, std::size_t scored) {
  const bool any_may_judge = std::ranges::any_of(question.landmarks, MayJudge);
  std::vector<Asked> all;
  for (const ExpectedLandmark& landmark : question.landmarks) {
    if (MayJudge(landmark) == any_may_judge) all.push_back(Ask(landmark, question.site));
  }
  std::ranges::sort(all, [](const Asked& a, const Asked& b) { return a.Order() < b.Order(); });
  if (question.policy.liars_max > 0) {
    std::set<TrustDomain> seen;
    std::erase_if(all, [&](const Asked& one) { return !seen.insert(one.landmark->domain).second; });
  }
  all.resize(std::min(all.size(), scored + question.policy.liars_max));
  return all;
}

struct Range {
  double least = 0;
  double greatest = 0;
};

// The least and the greatest score when any `drop` terms are left out. More terms than `drop`.
Range ScoreWithout(std::span<const LocalTerm> terms, const LocalNormalConstants& constants,
                   std::size_t drop, std::size_t from = 0) {
  if (drop == 0) {
    const double score = LocalNormal::ScoreOf(terms, constants).value_or(0);
    return {score, score};
  }
  std::optional<Range> range;
  std::vector<LocalTerm> rest(terms.begin(), terms.end());
  for (std::size_t i = from; i + drop <= terms.size(); ++i) {
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const Range inner = ScoreWithout(rest, constants, drop - 1, i);
    rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(i), terms[i]);
    if (!range.has_value()) range = inner;
    range->least = std::min(range->least, inner.least);
    range->greatest = std::max(range->greatest, inner.greatest);
  }
  return range.value_or(Range{});
}

std::vector<LocalAnswer> Answers(std::span<const Asked> asked, Rtt Asked::*rtt) {
  std::vector<LocalAnswer> answers;
  for (const Asked& one : asked) answers.push_back({one.from_site, one.*rtt, std::nullopt});
  return answers;
}

// Everything about one question that the test works with.
struct Trial {
  const PlacementQuestion& question;
  const PathModel& paths;
  const LocalNormalConstants& constants;
  LocalNormal::Here here;
  std::vector<Asked> asked;
  double threshold;
  double alpha;

  std::size_t liars() const { return question.policy.liars_max; }
  // Of all answers: when liars are left out, as many remain as are scored, or fewer.
  std::vector<LocalTerm> Terms(std::span<const LocalAnswer> answers) const {
    return LocalNormal::Terms(here, answers, answers.size());
  }
};

// The least RTT at the d-quantile from `distance` or farther.
Rtt QuantileBeyond(const PathModel& paths, Distance distance, double probability) {
  // The low quantiles rise with distance but for the step where times become inflations.
  Rtt least = paths.Quantile(distance, probability);
  if (distance < kPathModelNear) {
    least = std::min(least, paths.Quantile(kPathModelNear, probability));
  }
  return least;
}

// What is left of the weights when the `drop` greatest of them, the nearest landmarks', are left
// out.
double WeightWithout(std::span<const LocalTerm> nearest, std::size_t drop) {
  double weight = 0;
  for (const LocalTerm& term : nearest.subspan(drop)) weight += term.weight;
  return weight;
}

double PowerAgainst(const Trial& trial, std::span<const Distance> away) {
  LocalNormalConstants mean_alone = trial.constants;
  mean_alone.best_share = 0;
  double best = 0;
  const auto m = static_cast<double>(away.size());
  for (const double quantile : kQuantiles) {
    std::vector<LocalAnswer> answers;
    for (std::size_t i = 0; i < away.size(); ++i) {
      answers.push_back(
          {trial.asked[i].from_site, QuantileBeyond(trial.paths, away[i], quantile), std::nullopt});
    }
    const auto terms = trial.Terms(answers);
    if (ScoreWithout(terms, trial.constants, trial.liars()).least > trial.threshold) {
      best = std::max(best, 1.0 - m * quantile);
    }
    const double margin = ScoreWithout(terms, mean_alone, trial.liars()).least - trial.threshold;
    if (margin <= 0) continue;
    double at_stake = 0;
    for (const LocalTerm& term : terms) at_stake += term.weight * term.slowness;
    best =
        std::max(best, 1.0 - quantile * at_stake / (WeightWithout(terms, trial.liars()) * margin));
  }
  return best;
}

struct WeakestZone {
  std::vector<CountryCode> countries;
  double power = 1.0;
};
WeakestZone FindWeakestZone(const Trial& trial) {
  const auto& [site, licence, policy, map, landmarks] = trial.question;
  WeakestZone weakest;
  std::vector<Distance> away(trial.asked.size(), Distance());
  if (licence.kind == LicenceTerms::Kind::kAllowed && !policy.sea_is_permitted) {
    weakest.power = PowerAgainst(trial, away);
  }
  for (const auto& zone : ZonesToTell(licence, policy, map)) {
    double power = 0;
    if (AllOnMap(zone, map)) {
      for (std::size_t i = 0; i < away.size(); ++i) {
        away[i] =
            map.DistanceToNearest(trial.asked[i].landmark->position, zone, policy.zone_margin);
      }
      power = PowerAgainst(trial, away);
    }
    if (power < weakest.power) weakest = {zone, power};
  }
  return weakest;
}

// An RTT beyond which a landmark's answer alone would exceed the threshold, if all were alike:
// excess is never less than slowness.
Rtt SlownessLimit(const Trial& trial, const Asked& asked) {
  const double expected = trial.here.ExpectedRtt({asked.from_site, Rtt(), std::nullopt}).count();
  const double floor = FractionalMilliseconds(trial.constants.floor).count();
  const double slowness = trial.threshold / (1 + trial.constants.best_share);
  const double limit = (expected + floor) * std::exp(slowness) - floor;
  return Rtt::FromDuration(Duration(std::llround(std::clamp(limit, 0.0, 1e6) * 1e6)));
}

Reason About(ReasonCode code, const Asked& asked) {
  Reason reason;
  reason.code = code;
  reason.landmarks = {asked.landmark->id};
  reason.rtt = asked.landmark->rtt_min;
  reason.declared_distance = asked.from_site;
  return reason;
}

PlacementOutcome CannotTell(Reason reason) {
  return {Kind::kCannotTell, {std::move(reason)}, std::nullopt};
}

PlacementOutcome Unexplained(const Trial& trial) {
  const Asked& nearest = trial.asked.front();
  if (nearest.landmark->samples == 0) {
    Reason reason = About(ReasonCode::kExpectedLandmarkUnheard, nearest);
    reason.probability = trial.alpha;
    return {Kind::kUnexplained, {std::move(reason)}, trial.alpha};
  }
  // The landmark whose answer is the slowest for its place speaks for all.
  const auto slowness = [&](const Asked& one) {
    const double expected = trial.here.ExpectedRtt({one.from_site, Rtt(), std::nullopt}).count();
    return one.charitable.milliseconds() / expected;
  };
  const auto heard =
      std::span(trial.asked).first(std::min(trial.asked.size(), trial.constants.landmarks));
  const Asked& slowest = *std::ranges::max_element(heard, {}, slowness);
  Reason reason = About(slowest.landmark->samples == 0 ? ReasonCode::kExpectedLandmarkUnheard
                                                       : ReasonCode::kDelayUnexplained,
                        slowest);
  const Rtt limit = SlownessLimit(trial, slowest);
  if (limit < slowest.charitable) reason.threshold = limit;
  reason.probability = trial.alpha;
  return {Kind::kUnexplained, {std::move(reason)}, trial.alpha};
}

// Why answers that would not be flagged are not normal either.
Reason Doubt(const Trial& trial) {
  const auto first = [&](ReasonCode code, auto&& is) -> std::optional<Reason> {
    const auto at =
        std::ranges::find_if(trial.asked, [&](const Asked& one) { return is(*one.landmark); });
    if (at == trial.asked.end()) return std::nullopt;
    Reason reason = About(code, *at);
    if (code == ReasonCode::kHandshakesRefused) reason.age = at->landmark->refused_for;
    if (code == ReasonCode::kTaintedSamples) reason.age = at->landmark->tainted_for;
    return reason;
  };
  const auto tainted = first(ReasonCode::kTaintedSamples, [](const auto& one) {
    return one.samples > 0 && !one.rtt_min.has_value();
  });
  if (tainted.has_value()) return *tainted;
  const auto refused = first(ReasonCode::kHandshakesRefused, [](const auto& one) {
    return one.samples == 0 && one.refused_for.has_value();
  });
  if (refused.has_value()) return *refused;
  const auto unsigned_for = first(ReasonCode::kEvidenceMissing, [](const auto& one) {
    return one.samples > 0 && !one.covered_by_evidence;
  });
  if (unsigned_for.has_value()) return *unsigned_for;
  const auto unheard = first(ReasonCode::kNoExpectedLandmark,
                             [](const auto& one) { return one.samples == 0 && !one.healthy; });
  if (unheard.has_value()) return *unheard;
  return {.code = ReasonCode::kTooFewDomains};
}

}  // namespace

double CalibratedPlacementTest::FalseAlarmProbability(const Policy& policy) const {
  // Written so that NaN becomes the least.
  const double least = model_.LeastRate();
  return policy.false_alarm_rate > least ? std::min(policy.false_alarm_rate, 1.0) : least;
}

PlacementOutcome CalibratedPlacementTest::Judge(const PlacementQuestion& question) const {
  const LocalNormalConstants& constants = model_.normal().parameters().constants;
  std::vector<Asked> asked = Choose(question, constants.landmarks);
  if (asked.empty()) return CannotTell({.code = ReasonCode::kNoExpectedLandmark});
  const std::size_t liars = question.policy.liars_max;
  const std::size_t needed = liars + std::max<std::size_t>(1, constants.best);
  if (asked.size() < needed || liars > kPlacementLiarsMax) {
    return CannotTell({.code = ReasonCode::kTooFewDomains});
  }
  const double alpha = FalseAlarmProbability(question.policy);
  const Trial trial{.question = question,
                    .paths = paths_,
                    .constants = constants,
                    .here = model_.normal().At(question.site.position),
                    .asked = std::move(asked),
                    .threshold = model_.Threshold(alpha),
                    .alpha = alpha};
  const auto charitable = Answers(trial.asked, &Asked::charitable);
  if (ScoreWithout(trial.Terms(charitable), constants, liars).least > trial.threshold) {
    return Unexplained(trial);
  }
  const auto sceptical = Answers(trial.asked, &Asked::sceptical);
  if (ScoreWithout(trial.Terms(sceptical), constants, liars).greatest > trial.threshold) {
    return CannotTell(Doubt(trial));
  }
  WeakestZone weakest = FindWeakestZone(trial);
  if (weakest.power < question.policy.power_min) {
    Reason reason = About(ReasonCode::kNoPower, trial.asked.front());
    reason.probability = weakest.power;
    reason.countries = std::move(weakest.countries);
    return {Kind::kCannotTell, {std::move(reason)}, alpha};
  }
  Reason reason = About(ReasonCode::kDelayNormal, trial.asked.front());
  const Rtt limit = SlownessLimit(trial, trial.asked.front());
  if (trial.asked.front().sceptical <= limit) reason.threshold = limit;
  reason.probability = alpha;
  return {Kind::kNormal, {std::move(reason)}, alpha};
}

}  // namespace earshot
