#include "cli/run_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/report/names.h"
#include "core/report/outward.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

struct Style {
  std::string_view mark;
  Colour colour;
};

Style StyleOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kInvalidProof: return {"[x]", Colour::kVermillion};
    case Verdict::kContradicted: return {"[!]", Colour::kVermillion};
    case Verdict::kSilent: return {"[.]", Colour::kGrey};
    case Verdict::kUnexplainedDelay: return {"[~]", Colour::kVermillion};
    case Verdict::kVerified: return {"[+]", Colour::kGreen};
    case Verdict::kConsistent: return {"[=]", Colour::kBlue};
    case Verdict::kIndeterminate: return {"[?]", Colour::kGrey};
  }
  return {"[?]", Colour::kGrey};
}

// The label of a verdict that stands in a report as text.
std::string Label(const Console& console, const std::string& name) {
  const auto verdict = ParseVerdictName(name);
  return verdict ? VerdictLabel(console, *verdict) : name;
}

std::string Heading(const Console& console, std::string_view text) {
  return Painted(console, Colour::kBold, text) + "\n";
}

std::string Paragraph(std::string_view text, std::size_t indent, const Console& console) {
  return std::string(indent, ' ') + Wrapped(text, console.width - indent, indent) + "\n";
}

template <typename Texts>
std::string Codes(const Texts& texts) {
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

// What the licence names comes first: that is what the reader asked about. Long lists are cut; the
// whole one is in the report.
std::string CountryCodes(const v1::ReportDevice& device) {
  constexpr std::size_t kShown = 10;
  std::vector<std::string> codes(device.licence().cannot_exclude().begin(),
                                 device.licence().cannot_exclude().end());
  const auto& named = device.declared().excluded_countries();
  std::ranges::stable_partition(codes, [&](const std::string& code) {
    return std::ranges::find(named, code) != named.end();
  });
  if (codes.size() <= kShown + 1) return Codes(codes);
  const std::size_t more = codes.size() - kShown;
  codes.resize(kShown);
  return fmt::format("{} and {} more", fmt::join(codes, ", "), more);
}

// Bounds that are all of an earlier measurement are said to be so.
std::string CountriesText(const v1::ReportDevice& device) {
  const auto& bounds = device.bounds();
  const bool earlier = !bounds.empty() && std::ranges::all_of(bounds, [](const auto& bound) {
    return bound.carried_age_s() > 0;
  });
  return fmt::format("{}excluded: {}; cannot exclude: {}",
                     earlier ? "when last heard, grown with its age, " : "",
                     Codes(device.licence().excluded()), CountryCodes(device));
}

std::string IntervalText(const v1::ReportDevice& device) {
  if (device.interval_begin_s() == device.interval_end_s()) {
    return fmt::format("of the moment {:.1f} s of the run, when nothing was heard",
                       device.interval_end_s());
  }
  return fmt::format("measured from {:.1f} s to {:.1f} s of the run", device.interval_begin_s(),
                     device.interval_end_s());
}

std::string DeclaredText(const v1::ReportDeclared& declared) {
  return fmt::format("{} ({}), within {:.0f} km", declared.site(), declared.country(),
                     declared.radius_km());
}

// A server outside a scenario knows no orders.
std::string BuyerText(const v1::ReportDevice& device) {
  if (device.order().empty()) return "owner: " + device.owner();
  return fmt::format("{} of {}", device.order(), device.owner());
}

std::string DeviceLines(const v1::ReportDevice& device, const Console& console) {
  std::string text = fmt::format("{}  {}  declared: {}", Painted(console, Colour::kBold, device.id()),
                                 Label(console, device.verdict()), DeclaredText(device.declared()));
  if (!device.order().empty()) text += fmt::format(", {}", device.order());
  text += "\n" + Paragraph(device.sentence(), 4, console);
  if (device.licence().excluded_size() + device.licence().cannot_exclude_size() > 0) {
    text += Paragraph(CountriesText(device), 4, console);
  }
  if (device.has_truth() && !device.truth().as_expected()) {
    text += Paragraph(fmt::format("not as the scenario expects: it is in {}, behaviour {}; expected {}",
                                  device.truth().place(), device.truth().behaviour(),
                                  Codes(device.truth().expected())), 4, console);
  }
  return text;
}

}  // namespace

std::string LifecycleText(
    const google::protobuf::RepeatedPtrField<v1::LifecycleCount>& counts) {
  std::vector<std::string> parts;
  bool all_answer = true;
  for (const v1::LifecycleCount& count : counts) {
    all_answer = all_answer && count.state() == "answering";
    if (count.devices() == 0) continue;
    std::string words = count.state();
    std::ranges::replace(words, '_', ' ');
    parts.push_back(fmt::format("{} {}", count.devices(), words));
  }
  return all_answer ? "" : fmt::format("{}", fmt::join(parts, ", "));
}

namespace {

std::string SummaryText(const v1::RunReport& report) {
  const v1::Summary& summary = report.summary();
  std::string counts;
  for (const v1::VerdictCount& count : summary.verdicts()) {
    if (count.count() > 0) counts += fmt::format(", {} {}", count.count(), count.verdict());
  }
  std::string text = fmt::format("{}, {} flagged{}. First verdict after {:.1f} s.",
                                 Counted(summary.devices(), "device"), summary.flagged(), counts,
                                 report.run().first_verdict_s());
  const bool simulated = report.devices_size() > 0 && report.devices(0).has_truth();
  if (simulated) {
    text += fmt::format(
        " Honest devices flagged as slow: {:.1f} expected by chance among {} tested, {} found. Honest "
        "devices contradicted: {} (physics allows none). Dishonest devices not flagged: {}. Verdicts "
        "other than the scenario expects: {}.",
        summary.expected_false_alarms(), summary.tested_honest(), summary.false_alarms(),
        summary.false_contradictions(), summary.misses(), summary.not_as_expected());
  }
  const std::string lives = LifecycleText(report.lifecycle());
  if (!lives.empty()) text += fmt::format(" In their lives at the end: {}.", lives);
  return text;
}

std::string NetworkText(const v1::RunReport& report) {
  const v1::Network& network = report.network();
  if (report.run().mode() == "virtual") {
    return fmt::format("{} packets in virtual time. {} samples, {} of them below the true delay, {} "
                       "tainted. Seed {:.0f}, events {}.",
                       network.packets_relayed(), network.samples(),
                       network.samples_below_truth(), network.samples_tainted(),
                       report.run().seed(), report.run().event_hash());
  }
  return fmt::format("{} packets through the relay, held {:.1f} us longer than modelled at the median "
                     "({:.1f} us at 99 %). {} samples, {} of them below the true delay, {} tainted, {} "
                     "unmatched. The quickest answer of a session's round with an honest device came "
                     "{:.0f} us late at the median, {:.0f} us at worst.",
                     network.packets_relayed(), network.relay_median_error_us(),
                     network.relay_p99_error_us(), network.samples(), network.samples_below_truth(),
                     network.samples_tainted(), network.samples_unmatched(),
                     network.answers_late_median_us(), network.answers_late_max_us());
}

std::string RingRemark(const v1::ReportBound& bound, double radius_km) {
  const double nearest_km = bound.declared_km() - radius_km;
  const std::string_view remark = bound.vacuum_km() < nearest_km ? "impossible at the declared site"
                                  : bound.fibre_km() < nearest_km ? "impossible in fibre"
                                                                  : "possible";
  if (bound.carried_age_s() <= 0) return std::string(remark);
  return fmt::format("{} [{:.0f} s old]", remark, bound.carried_age_s());
}

// No point of the Earth is farther than half a meridian from another.
std::string ReachText(double km) {
  constexpr double kFarthestKm = 20'004;
  return km < kFarthestKm ? fmt::format("{:.0f}", km) : "anywhere";
}

std::string RingTable(const google::protobuf::RepeatedPtrField<v1::ReportBound>& bounds,
                      double radius_km, const Console& console) {
  if (bounds.empty()) return "    no landmark had a valid answer\n";
  std::string text = fmt::format("    {:<12} {:>5} {:>5} {:>9} {:>9} {:>20} {:>9} {:>12}\n", "landmark",
                                 "sent", "recv", "min ms", "med ms", "within km (vacuum)", "fibre km", "declared km");
  for (const v1::ReportBound& bound : bounds) {
    text += fmt::format("    {:<12} {:>5} {:>5} {:>9.1f} {:>9.1f} {:>20} {:>9} {:>12.0f}  {}\n",
                        bound.landmark(), bound.pings_sent(), bound.pings_answered(),
                        bound.rtt_min_us() / 1000, bound.rtt_median_us() / 1000, ReachText(bound.vacuum_km()),
                        ReachText(bound.fibre_km()),
                        bound.declared_km(), RingRemark(bound, radius_km));
  }
  if (std::ranges::any_of(bounds, [](const auto& bound) { return bound.carried_age_s() > 0; })) {
    text += Paragraph("[old]: no answer, or not asked, this time. Times and distances are of an "
                      "earlier measurement; the distances have grown with its age.", 4, console);
  }
  return text;
}

std::string JudgementText(std::string_view question, const v1::ReportJudgement& judgement,
                          const Console& console) {
  std::string text = fmt::format("  {}: {}, basis: {}\n", question, Label(console, judgement.verdict()),
                                 judgement.basis());
  for (const v1::ReportReason& reason : judgement.reasons()) {
    text += fmt::format("    - {}\n", Wrapped(fmt::format("{} {}", reason.text(), reason.code()),
                                              console.width - 6, 6));
  }
  return text;
}

}  // namespace

std::string VerdictLabel(const Console& console, Verdict verdict) {
  const Style style = StyleOf(verdict);
  return Painted(console, style.colour, fmt::format("{} {}", style.mark, VerdictName(verdict)));
}

std::string RunText(const v1::RunReport& report, const Console& console) {
  std::string text;
  if (!report.run().title().empty()) text += Heading(console, report.run().title()) + "\n";
  for (const v1::ReportDevice& device : report.devices()) text += DeviceLines(device, console);
  text += "\n" + Heading(console, "Summary") + Paragraph(SummaryText(report), 2, console);
  if (report.has_network()) {
    text += Heading(console, "Simulated network") + Paragraph(NetworkText(report), 2, console);
  }
  if (report.run().incidents_size() > 0) text += Heading(console, "Incidents of this run");
  for (const std::string& line : report.run().incidents()) {
    text += "  - " + Wrapped(line, console.width - 4, 4) + "\n";
  }
  text += Heading(console, "Assumptions behind these verdicts");
  for (const std::string& line : report.assumptions()) {
    text += "  - " + Wrapped(line, console.width - 4, 4) + "\n";
  }
  if (report.review_size() > 0) text += Heading(console, "To review, in this order");
  for (const v1::ReportReview& review : report.review()) {
    text += fmt::format("  {}. {}\n", review.rank(),
                        Wrapped(fmt::format("{} ({:.0f} min): {}", review.site(), review.minutes(),
                                            review.reason()), console.width - 5, 5));
  }
  return text + Heading(console, "Finding") + Paragraph(report.finding(), 2, console);
}

std::string DeviceText(const v1::ReportDevice& device, const v1::RunReport& report,
                       const Console& console) {
  std::string text = fmt::format(
      "{} {}\n  {}; model {}; session keys: {}\n  declared: {}\n  {}, round {}, "
      "policy {}\n\n",
      Painted(console, Colour::kBold, device.id()), Label(console, device.verdict()), BuyerText(device),
      device.model(), device.session_keys(), DeclaredText(device.declared()),
      IntervalText(device), device.round(), device.policy_version());
  text += Paragraph(device.sentence(), 2, console) + "\n";
  text += JudgementText("At the declared site", device.site(), console);
  text += JudgementText("Where the licence lets it be", device.licence(), console);
  text += Paragraph(CountriesText(device), 4, console);
  text += "\n  What each landmark heard, and how far away the key can have been at most\n";
  text += RingTable(device.bounds(), device.declared().radius_km(), console);
  if (device.has_false_alarm_probability()) {
    const std::string& test = report.run().placement_test();
    text += Paragraph(fmt::format("The test of delay{} flags {} honest devices by chance.",
                                  test.empty() ? "" : " (" + test + ")",
                                  FrequencyText(device.false_alarm_probability())), 2, console);
  }
  text += "\n  What this takes for granted\n";
  for (const std::string& line : report.assumptions()) {
    text += "    - " + Wrapped(line, console.width - 6, 6) + "\n";
  }
  if (device.has_truth()) {
    text += fmt::format("\n  The simulation knows: it stood in {} ({}), behaviour {}; {}.\n",
                        device.truth().place(), device.truth().country(), device.truth().behaviour(),
                        device.truth().as_expected() ? "the verdict is one of those expected"
                                                     : "the verdict is not the one expected");
  }
  return text;
}

std::string PingText(const v1::PingReport& report, const Console& console) {
  const v1::ReportDevice& device = report.appraisal();
  std::string text =
      fmt::format("{} declared: {}\n", report.device(), DeclaredText(device.declared()));
  text += RingTable(report.landmarks(), device.declared().radius_km(), console);
  text += fmt::format("{} sent, {} answered\n", Counted(report.pings_sent(), "ping"), report.pings_answered());
  if (!report.unheard().empty()) {
    text += fmt::format("no answer this time to {}\n",
                        Wrapped(fmt::format("{}", fmt::join(report.unheard(), ", ")), console.width - 23, 4));
  }
  return text + fmt::format("{}  {}\n", Label(console, device.verdict()),
                            Wrapped(device.sentence(), console.width - 22, 4));
}

}  // namespace earshot
