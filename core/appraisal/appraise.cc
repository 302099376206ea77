#include "core/appraisal/appraise.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/appraisal/facts.h"
#include "core/appraisal/judge.h"
#include "core/appraisal/licence_zones.h"
#include "core/base/check.h"

namespace earshot {
namespace {

// A device that answered nobody this round has no delay to test: until the deadline nothing can be
// told, after it SILENT says more. Without a declaration in force no place is declared.
PlacementOutcome TestPlacement(const AppraisalInput& input, const Facts& facts,
                               const PlacementTest& test, const CountryMap& map) {
  if (!facts.heard) return {};
  if (!facts.declaration_in_force) {
    PlacementOutcome not_made;
    not_made.reasons.push_back(Plain(ReasonCode::kDeclarationNotInForce));
    return not_made;
  }
  return test.Judge({.site = input.declaration.site,
                     .licence = input.declaration.licence,
                     .policy = input.policy,
                     .map = map,
                     .landmarks = facts.expected});
}

std::vector<CountryCode> Everywhere(const CountryMap& map) {
  return {map.Countries().begin(), map.Countries().end()};
}

std::vector<CountryCode> Touched(const Facts& facts, const Policy& policy, const CountryMap& map) {
  const ProvedRegion& region = facts.vacuum_under_evidence;
  // A region without a point is no knowledge: nothing is excluded by it.
  if (region.IsEmpty() || facts.vacuum.IsEmpty()) return Everywhere(map);
  return map.TouchedBy(region, policy.zone_margin);
}

std::vector<CountryCode> ExcludedOf(const LicenceTerms& licence, const Policy& policy,
                                    const std::vector<CountryCode>& touched,
                                    const CountryMap& map) {
  if (licence.kind == LicenceTerms::Kind::kAllowed) return {};
  std::vector<CountryCode> known;
  std::ranges::set_intersection(CountriesNamedBy(licence, policy), map.Countries(),
                                std::back_inserter(known));
  std::vector<CountryCode> excluded;
  std::ranges::set_difference(known, touched, std::back_inserter(excluded));
  return excluded;
}

ReasonCode ReasonOf(Signal signal) {
  switch (signal) {
    case Signal::kCounterWentBack: return ReasonCode::kCounterWentBack;
    case Signal::kSlowerThanEnrolled: return ReasonCode::kSlowerThanEnrolled;
    case Signal::kSlowerByReroute: return ReasonCode::kSlowerByReroute;
    case Signal::kSlowerByOneDelay: return ReasonCode::kSlowerByOneDelay;
    case Signal::kSlowerAsIfMoved: return ReasonCode::kSlowerAsIfMoved;
    case Signal::kSlowerWithSite: return ReasonCode::kSlowerWithSite;
  }
  EARSHOT_CHECK(false);
}

// Each once, whatever the verdict is: none of them decides.
void AddSignals(const DeviceObservation& observation, Judgement& judgement) {
  for (const Signal signal : observation.signals) {
    const ReasonCode code = ReasonOf(signal);
    if (std::ranges::find(judgement.reasons, code, &Reason::code) == judgement.reasons.end()) {
      judgement.reasons.push_back(Plain(code));
    }
  }
}

}  // namespace

Verdict Headline(Verdict site, Verdict licence) {
  const Verdict graver = std::min(site, licence);
  if (IsFlagged(graver)) return graver;
  if (licence == Verdict::kVerified) return Verdict::kVerified;
  if (site == Verdict::kConsistent || licence == Verdict::kConsistent) return Verdict::kConsistent;
  return Verdict::kIndeterminate;
}

Appraisal Appraise(const AppraisalInput& input, const PlacementTest& test, const CountryMap& map) {
  const Facts facts = GatherFacts(input);
  const PlacementOutcome placement = TestPlacement(input, facts, test, map);
  const Site& site = input.declaration.site;
  const Case c = {.input = input,
                  .facts = facts,
                  .placement = placement,
                  .fibre_contradicts_site = facts.declaration_in_force && !facts.fibre.IsEmpty() &&
                                            facts.fibre.Misses(site.position, site.radius),
                  .touched = Touched(facts, input.policy, map)};

  Appraisal appraisal;
  appraisal.device = input.observation.device;
  appraisal.round = input.observation.round;
  appraisal.begin = facts.begin;
  appraisal.end = facts.end;
  appraisal.site = JudgeSite(c);
  appraisal.licence = JudgeLicence(c, appraisal.site.verdict, map);
  appraisal.headline = Headline(appraisal.site.verdict, appraisal.licence.verdict);
  AddSignals(input.observation, appraisal.site);
  AddSignals(input.observation, appraisal.licence);
  appraisal.rings = facts.rings;
  // A withdrawn key, or one that the host holds, may answer from anywhere, whatever its bounds say.
  appraisal.cannot_exclude = facts.keys_sealed && appraisal.headline != Verdict::kInvalidProof
                                 ? c.touched
                                 : Everywhere(map);
  appraisal.excluded =
      ExcludedOf(input.declaration.licence, input.policy, appraisal.cannot_exclude, map);
  appraisal.false_alarm_probability = placement.false_alarm_probability;
  appraisal.evidence_sha256 = facts.evidence_sha256;
  appraisal.policy_version = input.policy.version;
  return appraisal;
}

}  // namespace earshot
