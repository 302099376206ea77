#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <string_view>

#include "cli/commands.h"
#include "core/appraisal/licence_zones.h"
#include "core/appraisal/outline_map.h"
#include "core/appraisal/zone_places.h"
#include "core/dataset/default_sites.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

struct Plan {
  std::vector<CountryCode> excluded;
  std::vector<PlanPlace> places;
  std::vector<MeasuredNode> sites;
  Policy policy;
};

Result<std::vector<CountryCode>> CountriesIn(const std::string& text) {
  std::vector<CountryCode> countries;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    EARSHOT_ASSIGN_OR_RETURN(const CountryCode code,
                             ParseCountryCode(text.substr(begin, end - begin)));
    countries.push_back(code);
    begin = end + 1;
  }
  return countries;
}

Status CheckAmounts(const PlanCommand& command, std::span<const MeasuredNode> sites) {
  if (command.budget.has_value() && !(*command.budget >= 0 && std::isfinite(*command.budget))) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("--budget: {:g} cannot be spent; write 0 or more, or leave it out to "
                            "spend without limit",
                            *command.budget));
  }
  double all = 0;
  for (const MeasuredNode& site : sites) all += site.cost;
  if (std::isfinite(all)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: the costs of all sites add up to more than a number can hold; write "
                          "them in a larger unit",
                          command.sites));
}

// As many as could lie.
std::size_t DomainsOf(std::span<const MeasuredNode> sites) {
  std::set<std::string_view> domains;
  for (const MeasuredNode& site : sites) domains.insert(site.trust_domain);
  return domains.size();
}

Result<Plan> Prepare(const PlanCommand& command, const OutlineMap& map) {
  Plan plan;
  plan.policy.liars_max = command.liars;
  LicenceTerms licence;
  auto excluded = CountriesIn(command.exclude);
  if (!excluded) return Fail(std::move(excluded).error(), "--exclude");
  licence.countries = *std::move(excluded);
  plan.excluded = CountriesNamedBy(licence, plan.policy);
  if (!AllOnMap(plan.excluded, map)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("--exclude: the map has no outline of all of {}", command.exclude));
  }
  const auto zone = ParseCountryCode(command.protect);
  if (!zone) return Fail(Error(zone.error()), "--protect");
  if (std::ranges::binary_search(plan.excluded, *zone)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is itself excluded by \"{}\" (CN names HK and MO too); nothing "
                            "protects a zone against itself",
                            zone->text(), command.exclude));
  }
  plan.places = PlacesIn(CountryZones::Default(), *zone);
  if (plan.places.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("--protect: the map has no land of {} to plan for", zone->text()));
  }
  plan.sites = DefaultSites();
  if (!command.sites.empty()) {
    EARSHOT_ASSIGN_OR_RETURN(plan.sites, ReadNodes(command.sites));
  }
  EARSHOT_RETURN_IF_ERROR(CheckAmounts(command, plan.sites));
  return plan;
}

void Write(const Plan& plan, const PlanStep& step, v1::PlanSite* to) {
  const MeasuredNode& site = plan.sites[step.candidate];
  to->set_id(site.id);
  to->set_name(site.name);
  if (site.country.has_value()) to->set_country(site.country->text());
  to->set_cost_so_far(step.cost_so_far);
  to->set_share(step.share);
}

std::string_view NameOf(PlanProof proof) {
  switch (proof) {
    case PlanProof::kVacuum:
      return "vacuum";
    case PlanProof::kFibre:
      return "fibre";
    case PlanProof::kStatistical:
      return "statistical";
  }
  return "";
}

// Why this proof can or cannot be had, in milliseconds.
std::string SentenceOn(const ProofPlan& found, const BorderGap& gap, const Policy& policy) {
  if (found.proof == PlanProof::kStatistical) {
    if (found.share_beside > 0) return "";
    return fmt::format(
        "No test of delay tells the zones apart with {:.0f} % power: a responder {:.0f} km away "
        "looks like a slow neighbour.",
        100 * policy.power_min, gap.widest_on_map.kilometres());
  }
  const bool is_vacuum = found.proof == PlanProof::kVacuum;
  if (found.share_beside > 0) {
    return fmt::format(
        "At the place farthest from the excluded zone an answer proves it within {:.2f} ms; half "
        "of all hosts answer a landmark in their own city within {:.1f} ms.",
        (is_vacuum ? gap.latest_vacuum : gap.latest_fibre).milliseconds(),
        gap.usual.milliseconds());
  }
  return fmt::format(
      "Cannot be resolved: {} crosses the {:.0f} km from the place farthest from the excluded "
      "zone there and back in {:.2f} ms, and 99 of 100 hosts take longer than {:.2f} ms to a "
      "landmark in their own city. (Less the map's margin, {:.0f} km are left.)",
      is_vacuum ? "light" : "light in fibre", gap.widest_on_map.kilometres(),
      (is_vacuum ? gap.crossing_vacuum : gap.crossing_fibre).milliseconds(),
      gap.quickest.milliseconds(), gap.widest.kilometres());
}

v1::PlanReport ToProto(const PlanCommand& command, const Plan& plan, const SitePlan& found) {
  v1::PlanReport report;
  report.set_protect(command.protect);
  for (const CountryCode code : plan.excluded) report.add_exclude(code.text());
  report.set_places(static_cast<std::uint32_t>(plan.places.size()));
  report.set_candidates(static_cast<std::uint32_t>(plan.sites.size()));
  report.set_liars_max(plan.policy.liars_max);
  report.set_delay_model(std::string(PathModel::Measured2020().provenance()));
  report.set_zone_margin_km(plan.policy.zone_margin.kilometres());
  v1::PlanGap* gap = report.mutable_gap();
  gap->set_narrowest_km(found.gap.narrowest.kilometres());
  gap->set_widest_km(found.gap.widest.kilometres());
  gap->set_widest_on_map_km(found.gap.widest_on_map.kilometres());
  gap->set_latest_vacuum_ms(found.gap.latest_vacuum.milliseconds());
  gap->set_latest_fibre_ms(found.gap.latest_fibre.milliseconds());
  gap->set_quickest_host_ms(found.gap.quickest.milliseconds());
  gap->set_usual_host_ms(found.gap.usual.milliseconds());
  gap->set_crossing_vacuum_ms(found.gap.crossing_vacuum.milliseconds());
  gap->set_crossing_fibre_ms(found.gap.crossing_fibre.milliseconds());
  report.set_unresolvable(found.IsUnresolvable());
  const std::size_t domains = DomainsOf(plan.sites);
  for (const ProofPlan& proof : found.proofs) {
    v1::PlanProofReport* to = report.add_proofs();
    to->set_proof(std::string(NameOf(proof.proof)));
    to->set_share_beside(proof.share_beside);
    to->set_share_of_all(proof.share_of_all);
    if (proof.needed.has_value()) to->set_needed(static_cast<std::uint32_t>(*proof.needed));
    for (const PlanStep& step : proof.steps) Write(plan, step, to->add_sites());
    if (proof.next.has_value()) Write(plan, *proof.next, to->mutable_next());
    to->set_sentence(SentenceOn(proof, found.gap, plan.policy));
    if (domains <= plan.policy.liars_max) {
      to->set_sentence(fmt::format("No choice of these sites gives it: all {} of their trust domains "
                                   "may lie.{}{}",
                                   domains, to->sentence().empty() ? "" : " ", to->sentence()));
    }
  }
  report.add_assumptions(
      "Devices are spread evenly over the zone's land and as well connected as hosts in data "
      "centres.");
  report.add_assumptions(
      fmt::format("Shares hold even if {} of the sites' trust domains lie and whatever the paths "
                  "of a device have "
                  "in common; a site counts only if it clears the whole excluded zone by itself.",
                  plan.policy.liars_max));
  report.add_assumptions(
      "Fibre rests on nothing faster being used; the statistical test needs a site within 100 km "
      "of the device and proves nothing.");
  return report;
}

std::string SiteText(const v1::PlanSite& site) {
  return fmt::format("{} {}{}", site.id(), site.name(),
                     site.country().empty() ? "" : ", " + site.country());
}

std::string Text(const v1::PlanReport& report) {
  std::string exclude;
  for (const std::string& code : report.exclude()) exclude += (exclude.empty() ? "" : ", ") + code;
  std::string text = fmt::format(
      "Protect {} against {}: {} places, {:.0f} to {:.0f} km from the excluded zone after a "
      "margin of {:.0f} km; {} candidate sites, up to {} lying.\n",
      report.protect(), exclude, report.places(), report.gap().narrowest_km(),
      report.gap().widest_km(), report.zone_margin_km(), report.candidates(), report.liars_max());
  if (report.unresolvable()) {
    text +=
        "This border CANNOT BE RESOLVED by delay, not even with a landmark beside every device.\n";
  }
  for (const v1::PlanProofReport& proof : report.proofs()) {
    text += fmt::format(
        "\n{} proof: {:.0f} % of honest devices with every site, {:.0f} % with an "
        "honest landmark beside each",
        proof.proof(), 100 * proof.share_of_all(), 100 * proof.share_beside());
    text += proof.has_needed() ? fmt::format("; {} needed\n", proof.needed()) : "\n";
    if (!proof.sentence().empty()) text += "  " + Wrapped(proof.sentence(), 98, 2) + "\n";
    double before = 0;
    for (int i = 0; i < proof.sites_size(); ++i) {
      const v1::PlanSite& site = proof.sites(i);
      text += fmt::format("  {:>2}. {:<34} cost {:>8g}   protects {:>5.1f} %  (+{:.1f})\n", i + 1,
                          SiteText(site), site.cost_so_far(), 100 * site.share(),
                          100 * (site.share() - before));
      before = site.share();
    }
    if (proof.has_next()) {
      text += fmt::format("  next: {:<32} cost {:>8g}   would protect {:>5.1f} %  (+{:.1f})\n",
                          SiteText(proof.next()), proof.next().cost_so_far(),
                          100 * proof.next().share(), 100 * (proof.next().share() - before));
    }
  }
  text += "\n";
  for (const std::string& line : report.assumptions()) text += Wrapped("- " + line, 100, 2) + "\n";
  return text;
}

}  // namespace

ExitCode PlanLandmarks(const PlanCommand& command, const Console& console) {
  const OutlineMap map;
  const auto plan = Prepare(command, map);
  if (!plan) return Complain(console, plan.error());
  std::vector<SiteCandidate> candidates;
  for (const MeasuredNode& site : plan->sites) {
    candidates.push_back({site.position, TrustDomain(site.trust_domain), site.cost});
  }
  PlanQuestion question{.places = plan->places,
                        .candidates = candidates,
                        .excluded = plan->excluded,
                        .policy = plan->policy,
                        .map = map};
  if (command.budget.has_value()) question.budget = *command.budget;
  const v1::PlanReport report = ToProto(command, *plan, PlanSites(question));
  return Show(console, command.json, report, [&] { return Text(report); });
}

}  // namespace earshot
