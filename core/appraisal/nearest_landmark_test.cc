#include "core/appraisal/nearest_landmark_test.h"

#include <algorithm>
#include <tuple>

#include "core/appraisal/licence_zones.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

struct Candidate {
  const ExpectedLandmark* landmark;
  Distance from_site;

  auto Order() const { return std::tie(from_site, landmark->id); }
};

bool MayJudge(const ExpectedLandmark& landmark) {
  return landmark.healthy || landmark.refused_for.has_value();
}

// The device cannot choose its judge by silence or by a flood. It can be heard by a landmark nearer than
// the judge that nobody else reached: that one is alive, and nearer, and judges.
std::optional<Candidate> Choose(const PlacementQuestion& question) {
  const Distance within = std::min(question.policy.expected_landmark_within, kPathModelNear);
  std::optional<Candidate> nearest;
  std::optional<Candidate> heard;
  for (const ExpectedLandmark& landmark : question.landmarks) {
    const Candidate candidate{&landmark,
                              GeodesicDistance(landmark.position, question.site.position)};
    if (candidate.from_site > within) continue;
    const bool better = !nearest.has_value() || (MayJudge(landmark) != MayJudge(*nearest->landmark)
                                                     ? MayJudge(landmark)
                                                     : candidate.Order() < nearest->Order());
    if (better) nearest = candidate;
    if (landmark.samples == 0) continue;
    if (!heard.has_value() || candidate.Order() < heard->Order()) heard = candidate;
  }
  if (heard.has_value() && heard->Order() < nearest->Order()) return heard;
  return nearest;
}

// The zone against which the test is weakest, and how sure it is to flag a responder there.
struct WeakestZone {
  std::vector<CountryCode> countries;
  double power = 1.0;
};
WeakestZone FindWeakestZone(const PathModel& model, const PlacementQuestion& question,
                            Position landmark, Rtt threshold) {
  WeakestZone weakest;
  const bool sea_is_a_zone =
      question.licence.kind == LicenceTerms::Kind::kAllowed && !question.policy.sea_is_permitted;
  if (sea_is_a_zone) weakest.power = model.PowerBeyond(Distance(), threshold);
  for (const auto& zone : ZonesToTell(question.licence, question.policy, question.map)) {
    const double power =
        AllOnMap(zone, question.map)
            ? model.PowerBeyond(
                  question.map.DistanceToNearest(landmark, zone, question.policy.zone_margin),
                  threshold)
            : 0.0;
    if (power < weakest.power) weakest = {zone, power};
  }
  return weakest;
}

Reason About(ReasonCode code, const Candidate& chosen, Rtt threshold) {
  Reason reason;
  reason.code = code;
  reason.landmarks = {chosen.landmark->id};
  reason.rtt = chosen.landmark->rtt_min;
  reason.threshold = threshold;
  reason.declared_distance = chosen.from_site;
  return reason;
}

}  // namespace

double NearestLandmarkTest::FalseAlarmProbability(const Policy& policy) const {
  constexpr double kLeast = 1.0 - kPathModelProbabilities.back();
  constexpr double kMost = 1.0 - kPathModelProbabilities.front();
  // Written so that NaN becomes the least: the fewest alarms, and never a licence to accuse.
  return policy.false_alarm_rate > kLeast ? std::min(policy.false_alarm_rate, kMost) : kLeast;
}

Rtt NearestLandmarkTest::Threshold(const Policy& policy) const {
  return model_.Quantile(Distance(), 1.0 - FalseAlarmProbability(policy));
}

PlacementOutcome NearestLandmarkTest::Judge(const PlacementQuestion& question) const {
  using Kind = PlacementOutcome::Kind;
  const std::optional<Candidate> chosen = Choose(question);
  if (!chosen.has_value()) {
    Reason none;
    none.code = ReasonCode::kNoExpectedLandmark;
    return {Kind::kCannotTell, {std::move(none)}, std::nullopt};
  }
  const ExpectedLandmark& landmark = *chosen->landmark;
  const Rtt threshold = Threshold(question.policy);
  const double alpha = FalseAlarmProbability(question.policy);
  const auto outcome = [&](Kind kind, ReasonCode code, std::optional<double> probability) {
    Reason reason = About(code, *chosen, threshold);
    reason.probability = probability;
    return PlacementOutcome{kind, {std::move(reason)}, probability};
  };
  const auto excused = [&](ReasonCode code, std::optional<Duration> age) {
    PlacementOutcome cannot_tell = outcome(Kind::kCannotTell, code, {});
    cannot_tell.reasons.front().age = age;
    return cannot_tell;
  };

  if (landmark.samples == 0 && landmark.refused_for.has_value()) {
    return excused(ReasonCode::kHandshakesRefused, landmark.refused_for);
  }
  if (landmark.samples == 0) {
    return landmark.healthy
               ? outcome(Kind::kUnexplained, ReasonCode::kExpectedLandmarkUnheard, alpha)
               : outcome(Kind::kCannotTell, ReasonCode::kNoExpectedLandmark, {});
  }
  if (!landmark.rtt_min.has_value()) {
    return excused(ReasonCode::kTaintedSamples, landmark.tainted_for);
  }
  if (*landmark.rtt_min > threshold) {
    return outcome(Kind::kUnexplained, ReasonCode::kDelayUnexplained, alpha);
  }
  if (!landmark.covered_by_evidence) {
    return outcome(Kind::kCannotTell, ReasonCode::kEvidenceMissing, {});
  }
  WeakestZone weakest = FindWeakestZone(model_, question, landmark.position, threshold);
  if (weakest.power < question.policy.power_min) {
    PlacementOutcome blunt = outcome(Kind::kCannotTell, ReasonCode::kNoPower, alpha);
    blunt.reasons.front().probability = weakest.power;
    blunt.reasons.front().countries = std::move(weakest.countries);
    return blunt;
  }
  return outcome(Kind::kNormal, ReasonCode::kDelayNormal, alpha);
}

}  // namespace earshot
