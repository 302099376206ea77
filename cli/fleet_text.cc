#include "cli/fleet_text.h"

#include <fmt/format.h>

#include "cli/run_text.h"
#include "core/report/names.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

std::string Paragraph(const std::string& text, const Console& console) {
  return "  " + Wrapped(text, console.width - 2, 2) + "\n";
}

std::string Label(const Console& console, const std::string& name) {
  const auto verdict = ParseVerdictName(name);
  return verdict ? VerdictLabel(console, *verdict) : name;
}

std::string FleetLines(const v1::ReportFleet& fleet, const Console& console) {
  const v1::ReportTruth& truth = fleet.truth();
  std::string text = fmt::format(
      "{}  {}, declared: {} ({}); in {} ({}), behaviour {}{}\n",
      Painted(console, Colour::kBold, fleet.id_prefix()), Counted(fleet.devices(), "device"),
      fleet.declared().site(), fleet.declared().country(), truth.place(), truth.country(),
      truth.behaviour(), truth.as_expected() ? "" : "; not as the scenario expects");
  for (const v1::FleetVerdict& verdict : fleet.verdicts()) {
    text += fmt::format("    {:<22} {:>9} in the last round, {:>9} ever, raised {:>9.0f} times\n",
                        Label(console, verdict.verdict()), verdict.last(), verdict.ever(),
                        verdict.raised());
  }
  const std::string lives = LifecycleText(fleet.lifecycle());
  if (!lives.empty()) {
    text += fmt::format("    in its life at the end: {};", lives);
    for (const v1::LifecycleCount& count : fleet.lifecycle()) {
      text += fmt::format(" {} {:.0f}", count.state(), count.rounds());
    }
    text += " device rounds\n";
  }
  return text;
}

std::string ShareLines(const v1::PacketShareReport& share, const Console& console) {
  std::string text = Paragraph(fmt::format(
      "{} of the devices were run with every packet and every signature too, for {}: {} have the "
      "verdict of the last round, {} one that they had in no round; {} are left out there, because "
      "packets were lost that mattered.",
      share.devices(), Counted(share.rounds(), "round"), share.same_verdict(),
      share.differing_size(), share.with_losses()), console);
  if (share.extras_size() == 0) return text;
  text += fmt::format("    {:<44} {:>9} {:>9}  {}\n", "quickest answer above the bare path, us", "rounds",
                      "packets", "99.9 % interval");
  for (const v1::ExtraQuantileReport& extra : share.extras()) {
    text += fmt::format("    {:<44} {:>9.1f} {:>9.1f}  {:.1f} to {:.1f}{}\n",
                        fmt::format("not exceeded by {:g} %", extra.probability() * 100),
                        extra.rounds_us(), extra.packets_us(), extra.low_us(), extra.high_us(),
                        extra.agrees() ? "" : "  DIFFERS");
  }
  return text;
}

}  // namespace

std::string FleetRunText(const v1::RunReport& report, const Console& console) {
  const auto heading = [&](std::string_view text) {
    return Painted(console, Colour::kBold, text) + "\n";
  };
  const v1::FleetRun& run = report.fleet_run();
  std::string text = heading(report.run().title()) + "\n";
  for (const v1::ReportFleet& fleet : report.fleets()) text += FleetLines(fleet, console);
  text += "\n" + heading("Rounds");
  text += Paragraph(fmt::format(
      "{}, one every {:g} s: {:.0f} device rounds. Seed {:.0f}, verdicts {}. {:.0f} whole appraisals; all "
      "other rounds fell into {:.0f} boxes of round-trip times whose verdict is known. {:.0f} of them "
      "were appraised as well, {:.0f} of those otherwise. {:.0f} bytes a device.",
      Counted(run.rounds(), "round"), run.every_s(), run.device_rounds(), report.run().seed(),
      report.run().event_hash(), run.appraisals(), run.boxes(), run.audited(),
      run.audit_differences(), run.bytes_per_device()), console);
  const v1::LinkCountsReport& links = run.links();
  text += Paragraph(fmt::format(
      "Of {:.0f} rounds of a landmark with a device {:.0f} were played packet by packet, because one was "
      "lost that mattered: in {:.0f} nothing was heard, in {:.0f} no EVIDENCE came for what was.",
      links.links(), links.played(), links.unheard(), links.uncovered()), console);
  if (run.has_packet_share()) text += ShareLines(run.packet_share(), console);
  if (report.run().incidents_size() > 0) text += heading("Incidents of this run");
  for (const std::string& line : report.run().incidents()) {
    text += "  - " + Wrapped(line, console.width - 4, 4) + "\n";
  }
  text += heading("Assumptions behind these verdicts");
  for (const std::string& line : report.assumptions()) {
    text += "  - " + Wrapped(line, console.width - 4, 4) + "\n";
  }
  return text + heading("Finding") + Paragraph(report.finding(), console);
}

}  // namespace earshot
