#include <algorithm>
#include <utility>

#include "core/appraisal/judge.h"

namespace earshot {
namespace {

// The landmarks whose own disc leaves the site out; the numbers of the one that does so most.
Reason SiteOutside(const Case& c) {
  Reason reason = Plain(ReasonCode::kSiteOutsideRegion);
  const Distance radius = c.input.declaration.site.radius;
  std::optional<Distance> widest_gap;
  for (const LandmarkRings& rings : c.facts.rings) {
    if (!rings.vacuum.Excludes(rings.declared - radius)) continue;
    reason.landmarks.push_back(rings.landmark);
    const Distance gap = rings.declared - radius - rings.vacuum.radius();
    if (widest_gap.has_value() && gap <= *widest_gap) continue;
    widest_gap = gap;
    reason.rtt = rings.rtt_min;
    reason.reach = rings.vacuum.radius();
    reason.declared_distance = rings.declared;
  }
  return reason;
}

Judgement Judge(const Case& c) {
  const Facts& facts = c.facts;
  const Site& site = c.input.declaration.site;
  if (!facts.declaration_in_force) {
    const ReasonCode why =
        NotDueYet(c) ? ReasonCode::kNotDueYet : ReasonCode::kDeclarationNotInForce;
    return {Verdict::kIndeterminate, Basis::kNone, {Plain(why)}};
  }
  if (facts.vacuum.Misses(site.position, site.radius)) {
    return {Verdict::kContradicted, Basis::kVacuum, {SiteOutside(c)}};
  }
  if (auto silent = JudgeSilence(c)) return *std::move(silent);
  const bool inside =
      DomainsSuffice(c) && facts.vacuum_under_evidence.LiesWithin(site.position, site.radius);
  if (inside && facts.keys_sealed) {
    Judgement verified{Verdict::kVerified, Basis::kVacuum, {}};
    verified.reasons.push_back(ByTightestBound(ReasonCode::kRegionInsideSite, c));
    return verified;
  }
  return JudgePlacement(c, true, inside);
}

}  // namespace

Judgement JudgeSite(const Case& c) {
  if (auto unsound = JudgeEvidence(c)) return *std::move(unsound);
  Judgement judgement = Judge(c);
  const bool said = std::ranges::any_of(judgement.reasons, [](const Reason& reason) {
    return reason.code == ReasonCode::kSiteOutsideFibreRegion;
  });
  if (c.fibre_contradicts_site && !said) {
    judgement.reasons.push_back(Plain(ReasonCode::kSiteOutsideFibreRegion));
  }
  return judgement;
}

}  // namespace earshot
