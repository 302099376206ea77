#include "sim/fleet/round_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/quantity_text.h"
#include "core/os/files.h"
#include "core/report/assumptions.h"
#include "core/report/finding.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "sim/fleet/packet_share.h"
#include "sim/fleet/round_world.h"
#include "sim/run/out_folder.h"
#include "sim/run/run_report.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

double Microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-3; }
std::uint32_t Small(std::uint64_t count) { return static_cast<std::uint32_t>(count); }

std::uint64_t Sum(const std::array<std::uint64_t, kVerdictKinds>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

v1::ReportDeclared DeclaredOf(const Scenario& scenario, const ScenarioFleet& fleet) {
  const ScenarioPlace& place = *scenario.FindPlace(fleet.declared_place);
  v1::ReportDeclared declared;
  declared.set_site(place.city);
  declared.set_country(place.country.text());
  declared.set_radius_km(fleet.declared_radius.kilometres());
  const bool allowed = fleet.licence.kind == LicenceTerms::Kind::kAllowed;
  for (const CountryCode& country : fleet.licence.countries) {
    (allowed ? declared.add_allowed_countries() : declared.add_excluded_countries())
        ->assign(country.text());
  }
  return declared;
}

v1::ReportFleet FleetOf(const Scenario& scenario, const RoundWorld& world, std::size_t number) {
  const ScenarioFleet& fleet = scenario.fleets[number];
  const RoundCounts counts = world.counts(number);
  v1::ReportFleet out;
  out.set_id_prefix(fleet.id_prefix);
  out.set_owner(fleet.owner);
  out.set_order(fleet.order);
  *out.mutable_declared() = DeclaredOf(scenario, fleet);
  *out.mutable_truth() = TruthOf(scenario, fleet);
  out.set_devices(fleet.count);
  bool as_expected = true;
  for (std::size_t v = 0; v < kVerdictKinds; ++v) {
    const auto verdict = static_cast<Verdict>(v);
    if (counts.headlines[v] == 0) continue;
    as_expected = as_expected && (fleet.Expects(verdict) || counts.last[v] == 0);
    v1::FleetVerdict* to = out.add_verdicts();
    to->set_verdict(std::string(VerdictName(verdict)));
    to->set_last(Small(counts.last[v]));
    to->set_ever(Small(counts.ever[v]));
    to->set_rounds(static_cast<double>(counts.headlines[v]));
    to->set_raised(static_cast<double>(counts.raised[v]));
  }
  out.mutable_truth()->set_as_expected(as_expected);
  const std::optional<double> probability = world.FalseAlarmProbability(number);
  if (probability.has_value()) out.set_false_alarm_probability(*probability);
  FillLifecycle(counts.lifecycle_last, counts.lifecycle, out.mutable_lifecycle());
  return out;
}

// Of the last round, as a run of every packet sums up its own.
v1::Summary SummaryOf(const Scenario& scenario, const RoundWorld& world) {
  const RoundCounts all = world.counts();
  v1::Summary summary;
  summary.set_devices(Small(Sum(all.last)));
  for (std::size_t v = 0; v < kVerdictKinds; ++v) {
    const auto verdict = static_cast<Verdict>(v);
    v1::VerdictCount* count = summary.add_verdicts();
    count->set_verdict(std::string(VerdictName(verdict)));
    count->set_count(Small(all.last[v]));
    if (IsFlagged(verdict)) summary.set_flagged(summary.flagged() + Small(all.last[v]));
  }
  for (std::size_t f = 0; f < scenario.fleets.size(); ++f) {
    const ScenarioFleet& fleet = scenario.fleets[f];
    const RoundCounts counts = world.counts(f);
    const auto last = [&](Verdict v) { return Small(counts.last[static_cast<std::size_t>(v)]); };
    std::uint32_t flagged = 0;
    for (std::size_t v = 0; v < kVerdictKinds; ++v) {
      const auto verdict = static_cast<Verdict>(v);
      if (IsFlagged(verdict)) flagged += last(verdict);
      if (!fleet.Expects(verdict)) {
        summary.set_not_as_expected(summary.not_as_expected() + last(verdict));
      }
    }
    if (!fleet.honest()) {
      summary.set_misses(summary.misses() + Small(Sum(counts.last)) - flagged);
      continue;
    }
    summary.set_false_alarms(summary.false_alarms() + last(Verdict::kUnexplainedDelay));
    summary.set_false_contradictions(summary.false_contradictions() +
                                     last(Verdict::kContradicted));
    const std::optional<double> probability = world.FalseAlarmProbability(f);
    if (!probability.has_value()) continue;
    const std::uint32_t tested = Small(
        counts.lifecycle_last[static_cast<std::size_t>(LifecycleState::kAnswering)]);
    summary.set_tested_honest(summary.tested_honest() + tested);
    summary.set_expected_false_alarms(summary.expected_false_alarms() + *probability * tested);
  }
  return summary;
}

void Fill(const LinkCounts& counts, v1::LinkCountsReport* to) {
  to->set_links(static_cast<double>(counts.links));
  to->set_played(static_cast<double>(counts.played));
  to->set_unheard(static_cast<double>(counts.unheard));
  to->set_uncovered(static_cast<double>(counts.uncovered));
}

void Fill(const LostRate& rate, v1::LostRateReport* to) {
  to->set_rounds(static_cast<double>(rate.rounds));
  to->set_rounds_of(static_cast<double>(rate.rounds_of));
  to->set_packets(static_cast<double>(rate.packets));
  to->set_packets_of(static_cast<double>(rate.packets_of));
  to->set_agrees(rate.agrees());
}

v1::PacketShareReport ReportOf(const PacketShare& share) {
  v1::PacketShareReport report;
  report.set_devices(share.devices);
  report.set_rounds(share.rounds);
  report.set_same_verdict(share.same_verdict);
  for (const std::string& device : share.differing) report.add_differing(device);
  report.set_with_losses(share.with_losses);
  Fill(share.unheard, report.mutable_unheard());
  Fill(share.uncovered, report.mutable_uncovered());
  report.set_round_trips(static_cast<double>(share.round_trips));
  for (const ExtraQuantile& extra : share.extras) {
    v1::ExtraQuantileReport* to = report.add_extras();
    to->set_probability(extra.probability);
    to->set_rounds_us(Microseconds(extra.rounds));
    to->set_packets_us(Microseconds(extra.packets));
    to->set_low_us(Microseconds(extra.low));
    to->set_high_us(Microseconds(extra.high));
    to->set_agrees(extra.agrees());
  }
  return report;
}

std::vector<std::string> Assumptions(const Scenario& scenario, const RoundCounts& counts) {
  std::set<Basis> bases;
  for (const auto& [verdict, basis] :
       {std::pair{Verdict::kContradicted, Basis::kVacuum}, {Verdict::kVerified, Basis::kVacuum},
        {Verdict::kUnexplainedDelay, Basis::kStatistical},
        {Verdict::kConsistent, Basis::kCalibrated}, {Verdict::kSilent, Basis::kLifecycle},
        {Verdict::kInvalidProof, Basis::kCryptographic}}) {
    if (counts.headlines[static_cast<std::size_t>(verdict)] > 0) bases.insert(basis);
  }
  const std::vector<Basis> list(bases.begin(), bases.end());
  std::vector<std::string> lines = AssumptionsBehind(list, scenario.policy);
  lines.push_back(
      "Of each round and landmark only the quickest answer was drawn, and where a packet was lost that "
      "mattered, the session was played by the engines' rules. The verdicts are those of the appraisal "
      "that judges real packets.");
  return lines;
}

// Of fleets: the paragraph of core/report/finding.h is of single devices.
std::string FleetFinding(const v1::RunReport& report, const std::string& question) {
  const v1::Summary& summary = report.summary();
  return fmt::format(
      "{}{}Of {} devices {} are flagged in the last round. Honest devices asked to explain a slow "
      "path: {}, where chance explains {:.0f}; honest devices contradicted: {}. Devices that are not "
      "where they were declared, or not as declared, and not flagged: {}.{}",
      question, question.empty() ? "" : " ", summary.devices(), summary.flagged(),
      summary.false_alarms(), summary.expected_false_alarms(), summary.false_contradictions(),
      summary.misses(), IncidentCaution(report));
}

void FillReport(const Scenario& scenario, const RoundWorld& world, const RoundRunOptions& options,
                v1::RunReport* report) {
  v1::Run* run = report->mutable_run();
  run->set_scenario(scenario.name);
  run->set_title(scenario.title);
  run->set_seed(static_cast<double>(scenario.seed));
  run->set_commit(options.commit);
  run->set_mode("rounds");
  run->set_event_hash(HexEncode(world.Hash()));
  run->set_rounds(world.rounds());
  run->set_duration_s(ToSeconds(scenario.duration));
  run->set_policy_version(scenario.policy.version);
  run->set_liars_max(scenario.policy.liars_max);
  run->set_placement_test(std::string(PlacementRuleName(scenario.policy.placement_test)));
  const RoundCounts counts = world.counts();
  v1::FleetRun* fleet_run = report->mutable_fleet_run();
  fleet_run->set_rounds(world.rounds());
  fleet_run->set_every_s(ToSeconds(world.every()));
  fleet_run->set_device_rounds(static_cast<double>(counts.device_rounds));
  fleet_run->set_appraisals(static_cast<double>(counts.appraisals));
  fleet_run->set_boxes(static_cast<double>(counts.boxes));
  fleet_run->set_audited(static_cast<double>(counts.audited));
  fleet_run->set_audit_differences(static_cast<double>(counts.audit_differences));
  Fill(counts.links, fleet_run->mutable_links());
  fleet_run->set_bytes_per_device(static_cast<double>(world.device_bytes()) /
                                  static_cast<double>(scenario.DeviceCount()));
  for (std::size_t f = 0; f < scenario.fleets.size(); ++f) {
    *report->add_fleets() = FleetOf(scenario, world, f);
  }
  FillLifecycle(counts.lifecycle_last, counts.lifecycle, report->mutable_lifecycle());
  *report->mutable_summary() = SummaryOf(scenario, world);
  for (const std::string& line : Assumptions(scenario, counts)) report->add_assumptions(line);
}

// Both ways of judging agree, or the run is worth nothing.
void AddDisagreements(const v1::FleetRun& fleet_run, v1::Run* run) {
  if (fleet_run.audit_differences() > 0) {
    run->add_incidents(fmt::format("{} of {} audited verdicts are not those of the appraisal",
                                   fleet_run.audit_differences(), fleet_run.audited()));
  }
  for (const std::string& device : fleet_run.packet_share().differing()) {
    run->add_incidents(fmt::format("{} with packets, which it was in none of the rounds", device));
  }
  const auto hold = [&](const v1::LostRateReport& rate, const char* what) {
    if (rate.agrees() || !fleet_run.has_packet_share()) return;
    run->add_incidents(fmt::format(
        "in the first round {} of {:.0f} in {:.0f} landmarks' rounds with a device, with packets of "
        "{:.0f} in {:.0f}", what, rate.rounds(), rate.rounds_of(), rate.packets(), rate.packets_of()));
  };
  hold(fleet_run.packet_share().unheard(), "nothing was heard");
  hold(fleet_run.packet_share().uncovered(), "no EVIDENCE came");
  for (const v1::ExtraQuantileReport& extra : fleet_run.packet_share().extras()) {
    if (extra.agrees()) continue;
    run->add_incidents(fmt::format(
        "of the least round-trip times the {:g} quantile lies {:.1f} us above the bare path in rounds "
        "and {:.1f} us with packets (99.9 % interval {:.1f} to {:.1f})",
        extra.probability(), extra.rounds_us(), extra.packets_us(), extra.low_us(),
        extra.high_us()));
  }
}

}  // namespace

Status RunRounds(const Scenario& scenario, const RoundRunOptions& options, v1::RunReport* report) {
  const PolicyPlacementTest test;
  const OutlineMap map;
  const PathModel& model = PathModel::Measured2020();
  RoundWorldOptions world_options;
  world_options.threads = options.threads;
  world_options.every = options.every;
  EARSHOT_ASSIGN_OR_RETURN(const auto world,
                           RoundWorld::Create(scenario, model, test, map, world_options));
  OutFolder out;
  if (!options.out.empty()) {
    EARSHOT_ASSIGN_OR_RETURN(
        out, PrepareOutFolder(options.out,
                              fmt::format("# Run at round fidelity, a round every {}.\n{}",
                                          DurationText(world->every()), ScenarioText(scenario))));
  }
  world->Run(options.on_share);
  FillReport(scenario, *world, options, report);
  if (options.packet_devices > 0) {
    PacketShareOptions share_options;
    share_options.devices = options.packet_devices;
    share_options.threads = options.threads;
    EARSHOT_ASSIGN_OR_RETURN(
        const PacketShare share,
        RunPacketShare(*world, scenario, model, test, map, share_options));
    *report->mutable_fleet_run()->mutable_packet_share() = ReportOf(share);
  }
  AddDisagreements(report->fleet_run(), report->mutable_run());
  report->set_finding(FleetFinding(*report, scenario.question));
  if (out.path.empty()) return {};
  EARSHOT_ASSIGN_OR_RETURN(const std::string json, ToJson(*report));
  return WriteFileAtomically(out.path + "/report.json", json, Durability::kAtomicOnly);
}

}  // namespace earshot
