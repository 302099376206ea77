#include <algorithm>
#include <iterator>
#include <utility>

#include "core/appraisal/judge.h"
#include "core/appraisal/licence_zones.h"

namespace earshot {
namespace {

std::vector<CountryCode> Common(std::span<const CountryCode> a, std::span<const CountryCode> b) {
  std::vector<CountryCode> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return common;
}

// No point of the vacuum region is where the licence lets the device be.
bool Contradicted(const Case& c, std::span<const CountryCode> forbidden, const CountryMap& map) {
  const ProvedRegion& region = c.facts.vacuum;
  const Policy& policy = c.input.policy;
  const LicenceTerms& licence = c.input.declaration.licence;
  if (region.ProvesNothing() || region.IsEmpty()) return false;
  const bool sea_is_refuge =
      licence.kind == LicenceTerms::Kind::kExcluded || policy.sea_is_permitted;
  if (sea_is_refuge) return map.Encloses(forbidden, region, policy.zone_margin);
  const auto allowed = CountriesNamedBy(licence, policy);
  return Common(map.TouchedBy(region, policy.zone_margin), allowed).empty();
}

// Every point of the region under EVIDENCE is where the licence lets the device be.
bool Proved(const Case& c, std::span<const CountryCode> forbidden, const CountryMap& map) {
  const ProvedRegion& region = c.facts.vacuum_under_evidence;
  if (!DomainsSuffice(c) || region.ProvesNothing() || region.IsEmpty()) return false;
  if (!AllOnMap(forbidden, map) || !Common(c.touched, forbidden).empty()) return false;
  const LicenceTerms& licence = c.input.declaration.licence;
  if (licence.kind == LicenceTerms::Kind::kExcluded || c.input.policy.sea_is_permitted) return true;
  return map.Encloses(CountriesNamedBy(licence, c.input.policy), region,
                      c.input.policy.zone_margin);
}

Reason ProofReason(const Case& c, std::span<const CountryCode> forbidden) {
  const bool excluded = c.input.declaration.licence.kind == LicenceTerms::Kind::kExcluded;
  Reason reason = ByTightestBound(
      excluded ? ReasonCode::kRegionOutsideExcluded : ReasonCode::kRegionInsideAllowed, c);
  reason.countries = excluded ? std::vector<CountryCode>(forbidden.begin(), forbidden.end())
                              : CountriesNamedBy(c.input.declaration.licence, c.input.policy);
  return reason;
}

}  // namespace

Judgement JudgeLicence(const Case& c, Verdict site, const CountryMap& map) {
  if (auto unsound = JudgeEvidence(c)) return *std::move(unsound);
  const auto forbidden = ForbiddenCountries(c.input.declaration.licence, c.input.policy, map);
  if (Contradicted(c, forbidden, map)) {
    Reason reason = ByTightestBound(ReasonCode::kPermittedOutsideRegion, c);
    reason.countries = Common(c.touched, forbidden);
    return {Verdict::kContradicted, Basis::kVacuum, {std::move(reason)}};
  }
  if (auto silent = JudgeSilence(c)) return *std::move(silent);
  const bool proved = Proved(c, forbidden, map);
  if (proved && c.facts.keys_sealed) {
    return {Verdict::kVerified, Basis::kVacuum, {ProofReason(c, forbidden)}};
  }
  return JudgePlacement(c, site != Verdict::kVerified, proved);
}

}  // namespace earshot
