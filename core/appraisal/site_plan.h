// core/appraisal/site_plan.h: which landmark sites would protect a zone against an excluded one, at
// what proof, and which border no site can resolve.
//
// To protect is to show of a device that stands where it should that it is *not* in an excluded
// zone. What a site can do for a device at one place follows from two lengths: how far the device
// is, which says by the path model how soon it is likely to answer, and how far the excluded zone
// is, which says how late an answer may come and still prove something.
#ifndef EARSHOT_CORE_APPRAISAL_SITE_PLAN_H_
#define EARSHOT_CORE_APPRAISAL_SITE_PLAN_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/policy.h"
#include "core/geo/position.h"
#include "core/locate/path_model.h"

namespace earshot {

// A place in the protected zone, and which share of its devices is taken to stand there.
struct PlanPlace {
  Position position;
  double share = 0;
};

// Where a landmark could be put.
struct SiteCandidate {
  Position position;
  TrustDomain domain;  // who could make it lie; sites of one domain count once
  double cost = 1;     // above zero, in any unit; all together finite
};

struct PlanQuestion {
  std::span<const PlanPlace> places;  // shares add up to 1
  std::span<const SiteCandidate> candidates;
  std::span<const CountryCode> excluded;  // as the policy reads them (CountriesNamedBy)
  const Policy& policy;
  const CountryMap& map;
  const PathModel& model = PathModel::Measured2020();
  double budget = std::numeric_limits<double>::infinity();  // in the unit of cost
};

enum class PlanProof : std::uint8_t {
  kVacuum,       // the answer comes too soon for any medium: VERIFIED
  kFibre,        // too soon for solid fibre, on the assumption that nothing faster was used
  kStatistical,  // a responder in the excluded zone would have been flagged: CONSISTENT
};
inline constexpr std::array<PlanProof, 3> kPlanProofs = {PlanProof::kVacuum, PlanProof::kFibre,
                                                         PlanProof::kStatistical};

struct PlanStep {
  std::size_t candidate = 0;  // of the question's
  double cost_so_far = 0;
  double share = 0;  // of the zone's honest devices that are protected from here on
};

// What can be had at one kind of proof. A share is that of honest devices in the zone for which the
// sites give the proof even if policy.liars_max domains lie, whatever the paths of a device have in
// common: with p_i the chance that site i alone gives it, at least
// max over n of (p_1 + ... + p_n - f) / (n - f), the largest p_i first (Markov's inequality on how
// many of n fail). A site is counted only if its bound alone clears the whole excluded zone.
struct ProofPlan {
  PlanProof proof = PlanProof::kVacuum;
  // With an honest landmark beside every device: what the border allows, whoever else lies.
  double share_beside = 0;
  double share_of_all = 0;  // with every candidate, whatever it costs
  // Greedy by share gained a unit of cost, within the budget. Within 1 - 1/e of the best for
  // liars_max = 0 and equal costs (Nemhauser, Wolsey, Fisher, Math. Programming 14 (1978) 265).
  std::vector<PlanStep> steps;
  // How many of `steps` come within one point of share_of_all; none when the budget ends first,
  // or when not even one device in a hundred can be protected.
  std::optional<std::size_t> needed;
  std::optional<PlanStep> next;  // what the site after the last step would buy; beyond the budget
};

// The border in milliseconds: why it can or cannot be resolved.
struct BorderGap {
  Distance narrowest;  // from a place of the zone to the excluded one, margin included
  Distance widest;
  Distance widest_on_map;  // without the margin
  Rtt latest_vacuum;       // an answer must come so soon to prove it, at the widest place
  Rtt latest_fibre;
  Rtt crossing_vacuum;  // there and back over widest_on_map
  Rtt crossing_fibre;
  Rtt quickest;  // one host in a hundred answers a landmark in its own city so soon
  Rtt usual;     // half of them do
};

struct SitePlan {
  BorderGap gap;
  std::array<ProofPlan, kPlanProofs.size()> proofs;  // by kPlanProofs
  // Neither landmarks beside the devices nor any of the candidates tell the two zones apart by any
  // proof.
  bool IsUnresolvable() const;
};

// The latest answer that proves its sender to be nearer than `distance`: the inverse of
// DistanceBound::FromRtt under the policy's margins; zero when none does.
Rtt LatestProof(Distance distance, Medium medium, const Policy& policy);

// Pure. `places` and `candidates` may be empty: then nothing is protected. The work grows with
// places x candidates x sites chosen, at most kPlanStepsMax.
inline constexpr std::size_t kPlanStepsMax = 32;
SitePlan PlanSites(const PlanQuestion& question);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_SITE_PLAN_H_
