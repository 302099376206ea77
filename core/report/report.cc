#include "core/report/report.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/report/assumptions.h"
#include "core/report/finding.h"
#include "core/report/names.h"
#include "core/report/outward.h"
#include "core/report/review_queue.h"
#include "core/report/sentence.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

std::string Text(std::string_view view) { return std::string(view); }

// In seconds; finer than a millisecond nobody reads, and 7.500000000000001 is no kindness.
double WholeMilliseconds(Duration d) {
  return static_cast<double>(d / std::chrono::milliseconds(1)) / 1000.0;
}

template <typename Codes>
void AddCountries(const Codes& codes, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const CountryCode code : codes) *out->Add() = code.text();
}

v1::ReportJudgement MakeJudgement(const Judgement& judgement, const Appraisal& appraisal,
                                  const ReadingContext& context) {
  v1::ReportJudgement out;
  out.set_verdict(Text(VerdictName(judgement.verdict)));
  out.set_basis(Text(BasisName(judgement.basis)));
  for (const Reason& reason : judgement.reasons) {
    v1::ReportReason* to = out.add_reasons();
    to->set_code(Text(ReasonCodeName(reason.code)));
    to->set_text(ReasonText(reason, appraisal, context));
    for (const LandmarkId& id : reason.landmarks) to->add_landmarks(id.value());
  }
  return out;
}

v1::ReportDeclared MakeDeclared(const Declaration& declaration, const std::string& country) {
  v1::ReportDeclared out;
  out.set_site(declaration.site.name);
  out.set_country(country);
  out.set_radius_km(declaration.site.radius.kilometres());
  AddCountries(declaration.licence.countries,
               declaration.licence.kind == LicenceTerms::Kind::kExcluded
                   ? out.mutable_excluded_countries()
                   : out.mutable_allowed_countries());
  return out;
}

v1::ReportTruth MakeTruth(const ReportedTruth& truth, Verdict headline) {
  v1::ReportTruth out;
  out.set_place(truth.place);
  out.set_country(truth.country);
  out.set_behaviour(truth.behaviour);
  out.set_honest(truth.honest);
  for (const Verdict verdict : truth.expected) out.add_expected(Text(VerdictName(verdict)));
  out.set_as_expected(truth.expected.empty() ||
                      std::ranges::find(truth.expected, headline) != truth.expected.end());
  return out;
}

v1::Summary Summarise(const v1::RunReport& report) {
  v1::Summary summary;
  std::map<std::string, std::uint32_t> counts;
  for (const v1::ReportDevice& device : report.devices()) {
    summary.set_devices(summary.devices() + 1);
    ++counts[device.verdict()];
    if (device.flagged()) summary.set_flagged(summary.flagged() + 1);
    if (!device.has_truth()) continue;
    const v1::ReportTruth& truth = device.truth();
    if (!truth.as_expected()) summary.set_not_as_expected(summary.not_as_expected() + 1);
    if (!truth.honest()) {
      if (!device.flagged()) summary.set_misses(summary.misses() + 1);
      continue;
    }
    if (device.has_false_alarm_probability()) {
      summary.set_tested_honest(summary.tested_honest() + 1);
      summary.set_expected_false_alarms(summary.expected_false_alarms() +
                                        device.false_alarm_probability());
    }
    if (device.verdict() == VerdictName(Verdict::kUnexplainedDelay)) {
      summary.set_false_alarms(summary.false_alarms() + 1);
    }
    if (device.verdict() == VerdictName(Verdict::kContradicted)) {
      summary.set_false_contradictions(summary.false_contradictions() + 1);
    }
  }
  for (int i = 0; i <= static_cast<int>(Verdict::kIndeterminate); ++i) {
    v1::VerdictCount* count = summary.add_verdicts();
    count->set_verdict(Text(VerdictName(static_cast<Verdict>(i))));
    count->set_count(counts[count->verdict()]);
  }
  return summary;
}

std::vector<Basis> BasesOf(const v1::RunReport& report) {
  std::vector<Basis> bases;
  for (const v1::ReportDevice& device : report.devices()) {
    for (const v1::ReportJudgement& judgement : {device.site(), device.licence()}) {
      if (const auto basis = ParseBasisName(judgement.basis())) bases.push_back(*basis);
      for (const v1::ReportReason& reason : judgement.reasons()) {
        if (reason.code() == ReasonCodeName(ReasonCode::kSiteOutsideFibreRegion)) {
          bases.push_back(Basis::kFibre);
        }
      }
    }
  }
  return bases;
}

}  // namespace

v1::ReportBound MakeReportBound(const LandmarkRings& rings, const Policy& policy) {
  const OutwardRing ring = ToOutward(rings, policy.privacy_floor);
  v1::ReportBound out;
  out.set_landmark(rings.landmark.value());
  out.set_rtt_min_us(ring.rtt.microseconds());
  out.set_rtt_median_us(OutwardRtt(rings.rtt_median, policy.privacy_floor).microseconds());
  out.set_vacuum_km(ring.vacuum.kilometres());
  out.set_fibre_km(ring.fibre.kilometres());
  out.set_declared_km(ring.declared.kilometres());
  out.set_pings_sent(rings.pings_sent);
  out.set_pings_answered(rings.pings_answered);
  out.set_tainted(rings.tainted);
  out.set_stamps(Text(StampKindName(rings.stamps)));
  out.set_carried_age_s(static_cast<double>(rings.age / std::chrono::milliseconds(1)) / 1000);
  return out;
}

v1::ReportDevice MakeReportDevice(const Appraisal& appraisal, const ReportedDevice& device,
                                  const ReadingContext& context, MonotonicInstant run_start) {
  v1::ReportDevice out;
  out.set_id(device.name);
  out.set_key_id(HexEncode(appraisal.device.value()));
  out.set_model(device.model);
  out.set_owner(context.declaration.owner);
  out.set_order(device.order);
  *out.mutable_declared() = MakeDeclared(context.declaration, device.declared_country);
  out.set_verdict(Text(VerdictName(appraisal.headline)));
  out.set_flagged(appraisal.flagged());
  *out.mutable_site() = MakeJudgement(appraisal.site, appraisal, context);
  *out.mutable_licence() = MakeJudgement(appraisal.licence, appraisal, context);
  AddCountries(appraisal.cannot_exclude, out.mutable_licence()->mutable_cannot_exclude());
  AddCountries(appraisal.excluded, out.mutable_licence()->mutable_excluded());
  for (const LandmarkRings& rings : appraisal.rings) {
    // A landmark whose samples bound nothing has no ring to show.
    if (std::isfinite(rings.vacuum.radius().metres())) {
      *out.add_bounds() = MakeReportBound(rings, context.policy);
    }
  }
  if (appraisal.false_alarm_probability) {
    out.set_false_alarm_probability(*appraisal.false_alarm_probability);
  }
  out.set_sentence(SentenceFor(appraisal, context));
  if (device.truth) *out.mutable_truth() = MakeTruth(*device.truth, appraisal.headline);
  out.set_round(appraisal.round.value());
  out.set_interval_begin_s(WholeMilliseconds(appraisal.begin - run_start));
  out.set_interval_end_s(WholeMilliseconds(appraisal.end - run_start));
  for (const Bytes32& hash : appraisal.evidence_sha256) out.add_evidence_sha256(HexEncode(hash));
  out.set_policy_version(appraisal.policy_version);
  out.set_session_keys(device.session_keys == SessionKeys::kSealed ? "sealed" : "host");
  out.set_bundle(device.bundle);
  return out;
}

void CompleteReport(const Policy& policy, const std::string& question, v1::RunReport* report) {
  report->mutable_run()->set_policy_version(policy.version);
  report->mutable_run()->set_liars_max(policy.liars_max);
  report->mutable_run()->set_placement_test(std::string(PlacementRuleName(policy.placement_test)));
  *report->mutable_summary() = Summarise(*report);
  report->clear_assumptions();
  for (std::string& line : AssumptionsBehind(BasesOf(*report), policy)) {
    report->add_assumptions(std::move(line));
  }
  FillReviewQueue(ReviewEffort(), report);
  report->set_finding(Finding(*report, question));
}

}  // namespace earshot
