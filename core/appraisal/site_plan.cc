#include "core/appraisal/site_plan.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/appraisal/nearest_landmark_test.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

// Shares closer than this are one share.
constexpr double kShareStep = 1e-9;
// So close to all that can be had is enough.
constexpr double kEnough = 0.01;

// The share of paths over `distance` with an RTT of at most `latest`, never overstated: none below
// the model's lowest quantile, at most its highest probability.
double ShareWithin(const PathModel& model, Distance distance, Rtt latest) {
  if (latest < model.Quantile(distance, kPathModelProbabilities.front())) return 0;
  return std::min(1 - model.ProbabilityAbove(distance, latest), kPathModelProbabilities.back());
}

Distance AwayFromZone(const PlanQuestion& question, Position place) {
  return question.map.DistanceToNearest(place, question.excluded, question.policy.zone_margin);
}

// The chance that a landmark which is `to_device` from a device and `to_zone` from the excluded
// zone gives the proof for it.
double ChanceOf(const PlanQuestion& question, PlanProof proof, Distance to_device,
                Distance to_zone) {
  const Policy& policy = question.policy;
  if (proof != PlanProof::kStatistical) {
    const Medium medium = proof == PlanProof::kVacuum ? Medium::kVacuum : Medium::kFibre;
    return ShareWithin(question.model, to_device, LatestProof(to_zone, medium, policy));
  }
  const NearestLandmarkTest test(question.model);
  if (to_device > std::min(policy.expected_landmark_within, kPathModelNear)) return 0;
  const double power = question.model.PowerBeyond(to_zone, test.Threshold(policy));
  return power >= policy.power_min ? 1 - test.FalseAlarmProbability(policy) : 0;
}

// The bound of ProofPlan; `chances` of different domains, greatest first.
double ShareDespite(std::uint32_t liars, std::span<const double> chances) {
  double best = 0;
  double sum = 0;
  for (std::size_t n = 1; n <= chances.size(); ++n) {
    sum += chances[n - 1];
    if (n <= liars) continue;
    const double f = liars;
    best = std::max(best, (sum - f) / (static_cast<double>(n) - f));
  }
  return std::min(best, 1.0);
}

// Chooses sites for one kind of proof.
class Chooser {
 public:
  Chooser(const PlanQuestion& question, PlanProof proof, std::span<const Distance> to_zone,
          std::span<const std::vector<Distance>> to_device)
      : question_(question), chosen_(question.candidates.size(), false) {
    std::map<TrustDomain, std::size_t> numbers;
    for (std::size_t c = 0; c < question.candidates.size(); ++c) {
      domain_.push_back(
          numbers.try_emplace(question.candidates[c].domain, numbers.size()).first->second);
      std::vector<double> chances;
      for (const Distance distance : to_device[c]) {
        chances.push_back(ChanceOf(question, proof, distance, to_zone[c]));
      }
      chance_.push_back(std::move(chances));
    }
    best_of_domain_.assign(question.places.size(), std::vector<double>(numbers.size(), 0));
  }

  ProofPlan Run(PlanProof proof) const {
    ProofPlan plan{.proof = proof};
    plan.share_of_all = ShareOfAll();
    Chooser tried = *this;
    std::size_t useful = 0;
    while (plan.steps.size() < kPlanStepsMax) {
      const std::optional<PlanStep> best = tried.BestAddition(question_.budget - tried.cost_);
      if (!best.has_value()) break;
      const double before = plan.steps.empty() ? 0 : plan.steps.back().share;
      tried.Take(best->candidate);
      plan.steps.push_back(*best);
      if (best->share > before + kShareStep) useful = plan.steps.size();
      if (!plan.needed.has_value() && best->share >= plan.share_of_all - kEnough) {
        plan.needed = plan.steps.size();
      }
    }
    // Sites that wait for a partner whom no budget or place provides buy nothing.
    plan.steps.resize(useful);
    // Where all sites protect next to nobody, none of them are needed for it.
    if (plan.share_of_all <= kEnough) plan.needed.reset();
    const double reached = plan.steps.empty() ? 0 : plan.steps.back().share;
    if (reached >= plan.share_of_all - kShareStep) return plan;
    Chooser chosen = *this;
    for (const PlanStep& step : plan.steps) chosen.Take(step.candidate);
    plan.next = chosen.BestAddition(std::numeric_limits<double>::infinity());
    return plan;
  }

 private:
  // Shares despite f, f - 1, ... 0 liars: a first site of two that are needed is worth something.
  using Worth = std::vector<double>;

  Worth WorthWith(std::optional<std::size_t> candidate) const {
    Worth worth(question_.policy.liars_max + std::size_t{1}, 0);
    std::vector<double> chances;
    for (std::size_t place = 0; place < question_.places.size(); ++place) {
      chances = best_of_domain_[place];
      if (candidate.has_value()) {
        double& of_domain = chances[domain_[*candidate]];
        of_domain = std::max(of_domain, chance_[*candidate][place]);
      }
      std::ranges::sort(chances, std::ranges::greater());
      for (std::size_t i = 0; i < worth.size(); ++i) {
        const auto liars = static_cast<std::uint32_t>(worth.size() - 1 - i);
        worth[i] += question_.places[place].share * ShareDespite(liars, chances);
      }
    }
    return worth;
  }

  double ShareOfAll() const {
    Chooser all = *this;
    for (std::size_t c = 0; c < chance_.size(); ++c) all.Take(c);
    return all.WorthWith({}).front();
  }

  std::optional<PlanStep> BestAddition(double affordable) const {
    const Worth now = WorthWith({});
    std::optional<PlanStep> best;
    Worth best_gain(now.size(), 0);
    for (std::size_t c = 0; c < chance_.size(); ++c) {
      const double cost = question_.candidates[c].cost;
      if (chosen_[c] || !(cost <= affordable)) continue;
      const Worth with = WorthWith(c);
      Worth gain(now.size());
      for (std::size_t i = 0; i < now.size(); ++i) {
        const double more = with[i] - now[i];
        gain[i] = more > kShareStep ? more / cost : 0;
      }
      if (!std::ranges::lexicographical_compare(best_gain, gain)) continue;
      best_gain = gain;
      best = PlanStep{.candidate = c, .cost_so_far = cost_ + cost, .share = with.front()};
    }
    return best;
  }

  void Take(std::size_t candidate) {
    chosen_[candidate] = true;
    cost_ += question_.candidates[candidate].cost;
    for (std::size_t place = 0; place < question_.places.size(); ++place) {
      double& of_domain = best_of_domain_[place][domain_[candidate]];
      of_domain = std::max(of_domain, chance_[candidate][place]);
    }
  }

  const PlanQuestion& question_;
  std::vector<std::size_t> domain_;                  // by candidate
  std::vector<std::vector<double>> chance_;          // by candidate, then place
  std::vector<bool> chosen_;                         // by candidate
  std::vector<std::vector<double>> best_of_domain_;  // by place, then domain: of chosen sites
  double cost_ = 0;
};

BorderGap GapOf(const PlanQuestion& question, std::span<const Distance> from_places) {
  BorderGap gap;
  if (from_places.empty()) return gap;
  const auto [least, most] = std::ranges::minmax_element(from_places);
  gap.narrowest = *least;
  gap.widest = *most;
  for (const PlanPlace& place : question.places) {
    gap.widest_on_map =
        std::max(gap.widest_on_map,
                 question.map.DistanceToNearest(place.position, question.excluded, Distance()));
  }
  gap.latest_vacuum = LatestProof(gap.widest, Medium::kVacuum, question.policy);
  gap.latest_fibre = LatestProof(gap.widest, Medium::kFibre, question.policy);
  gap.crossing_vacuum = RoundTripOver(gap.widest_on_map, kSpeedOfLight);
  gap.crossing_fibre = RoundTripOver(gap.widest_on_map, kFibreSpeed);
  gap.quickest = question.model.Quantile(Distance(), kPathModelProbabilities.front());
  gap.usual = question.model.Quantile(Distance(), 0.5);
  return gap;
}

}  // namespace

bool SitePlan::IsUnresolvable() const {
  return std::ranges::none_of(proofs, [](const ProofPlan& p) {
    return std::max(p.share_beside, p.share_of_all) > kShareStep;
  });
}

Rtt LatestProof(Distance distance, Medium medium, const Policy& policy) {
  if (!(distance > Distance())) return {};
  constexpr double kNanosecondsMax = 1e12;  // far beyond the Earth
  const double ns = 2e9 * distance.metres() / SpeedIn(medium).metres_per_second() *
                        (1 - policy.clock_rate_error) -
                    static_cast<double>(policy.clock_resolution.count());
  return Rtt::FromDuration(
      Duration(static_cast<std::int64_t>(std::floor(std::clamp(ns, 0.0, kNanosecondsMax)))));
}

SitePlan PlanSites(const PlanQuestion& question) {
  std::vector<Distance> from_places;
  for (const PlanPlace& place : question.places) {
    from_places.push_back(AwayFromZone(question, place.position));
  }
  std::vector<Distance> to_zone;
  std::vector<std::vector<Distance>> to_device;
  for (const SiteCandidate& site : question.candidates) {
    to_zone.push_back(AwayFromZone(question, site.position));
    std::vector<Distance> distances;
    for (const PlanPlace& place : question.places) {
      distances.push_back(GeodesicDistance(site.position, place.position));
    }
    to_device.push_back(std::move(distances));
  }
  SitePlan plan;
  plan.gap = GapOf(question, from_places);
  for (std::size_t i = 0; i < kPlanProofs.size(); ++i) {
    plan.proofs[i] = Chooser(question, kPlanProofs[i], to_zone, to_device).Run(kPlanProofs[i]);
    for (std::size_t place = 0; place < from_places.size(); ++place) {
      plan.proofs[i].share_beside +=
          question.places[place].share *
          ChanceOf(question, kPlanProofs[i], Distance(), from_places[place]);
    }
  }
  return plan;
}

}  // namespace earshot
