#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "bench/evaluate.h"
#include "cli/commands.h"
#include "cli/roc_picture.h"
#include "cli/version.h"
#include "core/geo/country_zones.h"
#include "core/os/files.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

std::vector<std::string> SplitBy(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    std::string part = text.substr(begin, end - begin);
    std::erase_if(part, [](char c) { return c == ' ' || c == '\r'; });
    if (!part.empty()) parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

Result<EvaluateOptions> OptionsOf(const EvaluateCommand& command) {
  EvaluateOptions options;
  options.false_alarm_rate = command.false_alarm_rate;
  options.padding = command.padding;
  options.strict = command.strict;
  options.folds = static_cast<int>(command.folds);
  options.nested = command.nested;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  options.to = SplitBy(command.to, ',');
  if (command.estimators != "all") options.estimators = SplitBy(command.estimators, ',');
  if (!command.from.empty()) {
    auto country = ParseCountryCode(command.from);
    if (!country) return Fail(std::move(country).error(), "--from");
    options.from = *country;
  }
  if (!command.devices.empty()) {
    EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(command.devices));
    options.devices = SplitBy(text, '\n');
    if (options.devices.empty()) {
      return Fail(ErrorCode::kInvalidArgument,
                  command.devices + ": no node ids; write one a line, or leave --devices out");
    }
  }
  return options;
}

void Write(const RateFinding& found, v1::RateCounts* to) {
  to->set_count(found.count);
  to->set_of(found.of);
  to->set_clusters(found.clusters);
  to->set_low(found.low);
  to->set_high(found.high);
  to->set_cluster_mean(found.cluster_mean);
}

void Write(const DetectionFinding& found, const std::vector<DistanceBand>& bands,
           v1::DetectionReport* to) {
  if (found.all.of > 0) to->set_all(found.all.rate);
  Write(found.all, to->mutable_all_counts());
  if (found.beyond_1500_km.of > 0) to->set_beyond_1500_km(found.beyond_1500_km.rate);
  Write(found.beyond_1500_km, to->mutable_beyond_1500_km_counts());
  if (found.from_country.has_value()) {
    if (found.from_country->of > 0) to->set_from_country(found.from_country->rate);
    Write(*found.from_country, to->mutable_from_country_counts());
  }
  if (found.to_regions.has_value()) {
    if (found.to_regions->of > 0) to->set_to_regions_beyond_1500_km(found.to_regions->rate);
    Write(*found.to_regions, to->mutable_to_regions_beyond_1500_km_counts());
  }
  for (std::size_t i = 0; i < bands.size(); ++i) {
    v1::BandReport* band = to->add_by_distance();
    band->set_from_km(bands[i].from.kilometres());
    band->set_to_km(bands[i].to.kilometres());
    if (found.by_distance[i].of > 0) band->set_rate(found.by_distance[i].rate);
    Write(found.by_distance[i], band->mutable_rate_counts());
  }
}

// To an EstimatorReport or a StrictReport (also of a nested one), which name these fields alike.
template <typename Report>
void WriteRates(const RatesFinding& found, const std::vector<DistanceBand>& bands, Report* to) {
  to->set_honest_false_alarm_rate(found.honest_false_alarms.rate);
  Write(found.honest_false_alarms, to->mutable_honest_false_alarm_rate_counts());
  Write(found.detection, bands, to->mutable_detection());
  to->set_honest_false_alarm_rate_conformal(found.conformal_false_alarms.rate);
  Write(found.conformal_false_alarms, to->mutable_honest_false_alarm_rate_conformal_counts());
  Write(found.conformal, bands, to->mutable_detection_conformal());
}

void Write(const EstimatorFinding& found, const std::vector<DistanceBand>& bands,
           v1::EstimatorReport* to) {
  to->set_name(found.name);
  to->set_source(found.source);
  to->set_monotone(found.is_monotone);
  WriteRates(found.rates, bands, to);
  to->set_honest_untold(found.honest_untold);
  Write(found.unpadded, bands, to->mutable_detection_unpadded());
  if (found.strict.has_value()) {
    WriteRates(*found.strict, bands, to->mutable_strict());
  }
  if (found.coverage.has_value()) {
    to->set_coverage(found.coverage->rate);
    Write(*found.coverage, to->mutable_coverage_counts());
  }
  if (found.empty_region.has_value()) {
    to->set_empty_region_rate(found.empty_region->rate);
    Write(*found.empty_region, to->mutable_empty_region_rate_counts());
  }
  if (found.error_median.has_value()) to->set_median_error_km(found.error_median->kilometres());
  if (found.area_median.has_value()) {
    to->set_median_area_km2(found.area_median->square_kilometres());
  }
  to->set_microseconds(found.score_time.count());
  to->set_locate_microseconds(found.locate_time.count());
  for (const RocPoint& point : found.roc) {
    v1::RocReport* at = to->add_roc();
    at->set_false_alarms(point.false_alarms);
    at->set_detection(point.detection);
  }
}

void Write(const NestedFinding& found, const std::vector<DistanceBand>& bands,
           v1::NestedReport* to) {
  to->set_folds(found.folds);
  to->set_candidates(found.candidates);
  WriteRates(found.rates, bands, to->mutable_rates());
  WriteRates(found.shipped_rates, bands, to->mutable_shipped_rates());
  for (const LocalNormalConstants& constants : found.chosen) {
    v1::ConstantsReport* one = to->add_chosen();
    one->set_floor_ms(1e3 * ToSeconds(constants.floor));
    one->set_reach_km(constants.reach.kilometres());
    one->set_landmarks(static_cast<std::uint32_t>(constants.landmarks));
    one->set_best(static_cast<std::uint32_t>(constants.best));
    one->set_best_share(constants.best_share);
  }
}

v1::EvaluateReport ToProto(const EvaluateFindings& found, const EvaluateOptions& options) {
  v1::EvaluateReport report;
  report.set_commit(std::string(kCommit));
  report.set_nodes(found.nodes);
  report.set_clusters(found.clusters);
  report.set_devices(found.devices);
  report.set_folds(found.folds);
  report.set_false_alarm_rate(found.false_alarm_rate);
  report.set_false_alarm_rate_least(found.false_alarm_rate_least);
  report.set_adversary(options.padding ? "padding" : "none");
  if (options.from.has_value()) report.set_from(options.from->text());
  report.set_from_hosts(found.from_hosts);
  for (const std::string& region : options.to) report.add_to(region);
  for (const EstimatorFinding& one : found.estimators) {
    Write(one, found.bands, report.add_estimators());
  }
  if (found.nested.has_value()) Write(*found.nested, found.bands, report.mutable_nested());
  report.set_honest_contradicted_rate(found.honest_contradicted.rate);
  Write(found.honest_contradicted, report.mutable_honest_contradicted_rate_counts());
  for (const NaturalFinding& one : found.natural) {
    v1::NaturalReport* to = report.add_natural();
    to->set_id(one.id);
    to->set_name(one.name);
    to->set_note(one.note);
    to->set_contradicting_landmarks(one.contradicting_landmarks);
    to->set_contradicted_f0(one.contradicted_f0);
    to->set_contradicted_f1(one.contradicted_f1);
    for (const std::string& name : one.flagged_by) to->add_flagged_by(name);
  }
  for (const std::string& assumption : found.assumptions) report.add_assumptions(assumption);
  for (const std::string& remark : found.remarks) report.add_remarks(remark);
  for (const BenchGoal& goal : found.goals) {
    v1::Goal* to = report.add_goals();
    to->set_name(goal.name);
    to->set_value(goal.value);
    to->set_goal(goal.goal);
    to->set_met(goal.met);
  }
  return report;
}

std::string Share(double rate, const v1::RateCounts& counts) {
  if (counts.of() == 0) return "-";
  return fmt::format("{:5.1f} % [{:.0f}-{:.0f}]", 100 * rate, 100 * counts.low(),
                     100 * counts.high());
}

std::string Row(const v1::EstimatorReport& one, bool has_country) {
  const v1::DetectionReport& found = one.detection();
  const auto optional = [](bool has, double value, std::string_view unit) {
    return has ? fmt::format("{:.3g}{}", value, unit) : std::string("-");
  };
  return fmt::format(
      "{:<18} {:>3}/{:<4} {:>17} {:>17} {:>17} {:>7} {:>7} {:>8} {:>9} {:>8.1f}\n", one.name(),
      one.honest_false_alarm_rate_counts().count(), one.honest_false_alarm_rate_counts().of(),
      Share(found.all(), found.all_counts()),
      Share(found.beyond_1500_km(), found.beyond_1500_km_counts()),
      has_country ? Share(found.from_country(), found.from_country_counts()) : "-",
      optional(one.has_coverage(), 100 * one.coverage(), " %"),
      optional(one.has_empty_region_rate(), 100 * one.empty_region_rate(), " %"),
      optional(one.has_median_error_km(), one.median_error_km(), ""),
      optional(one.has_median_area_km2(), one.median_area_km2(), ""), one.microseconds());
}

// Both kinds of cross-validation at both thresholds.
std::string PromiseTable(const v1::EvaluateReport& report) {
  const bool has_country = !report.from().empty();
  const bool is_strict = report.folds() > 0;
  std::string text = "\nAt conformal thresholds (what may be promised of a new host)";
  text += is_strict ? ", and with nothing known around the declared place (strict)\n" : "\n";
  text += fmt::format("{:<18} {:>8} {:>17} {:>17}", "method", "false", "from 1,500 km",
                      has_country ? "from " + report.from() : "");
  if (is_strict) {
    text += fmt::format("   {:>8} {:>17} {:>17} {:>17}", "false", "strict:", "strict, promised:",
                        has_country ? "strict: from " + report.from() : "");
  }
  text += "\n";
  const auto alarms = [](const v1::RateCounts& counts) {
    return fmt::format("{}/{}", counts.count(), counts.of());
  };
  const auto far = [](const v1::DetectionReport& d) {
    return Share(d.beyond_1500_km(), d.beyond_1500_km_counts());
  };
  const auto country = [&](const v1::DetectionReport& d) {
    return has_country ? Share(d.from_country(), d.from_country_counts()) : std::string();
  };
  for (const v1::EstimatorReport& one : report.estimators()) {
    const v1::DetectionReport& promised = one.detection_conformal();
    text += fmt::format("{:<18} {:>8} {:>17} {:>17}", one.name(),
                        alarms(one.honest_false_alarm_rate_conformal_counts()), far(promised),
                        country(promised));
    if (is_strict) {
      const v1::StrictReport& strict = one.strict();
      text += fmt::format("   {:>8} {:>17} {:>17} {:>17}",
                          alarms(strict.honest_false_alarm_rate_counts()), far(strict.detection()),
                          far(strict.detection_conformal()), country(strict.detection()));
    }
    text += "\n";
  }
  return text;
}

// What the first table has no room for: silence of honest hosts, detection without added delay, and
// by distance.
std::string DistanceTable(const v1::EvaluateReport& report) {
  if (report.estimators_size() == 0) return "";
  const auto percent = [](double rate, const v1::RateCounts& counts) {
    return counts.of() == 0 ? std::string("-") : fmt::format("{:.1f} %", 100 * rate);
  };
  std::string text = fmt::format(
      "\nBy distance of the declared place from the true one, in km; untold: honest hosts of whom "
      "the method\ncan say nothing; no delay: from 1,500 km or more, no delay added\n"
      "{:<18} {:>7} {:>8}",
      "method", "untold", "no delay");
  for (const v1::BandReport& band : report.estimators(0).detection().by_distance()) {
    text += fmt::format(" {:>7}", fmt::format("<{:.0f}", band.to_km()));
  }
  text += "\n";
  for (const v1::EstimatorReport& one : report.estimators()) {
    const v1::DetectionReport& plain = one.detection_unpadded();
    text += fmt::format("{:<18} {:>7} {:>8}", one.name(), one.honest_untold(),
                        percent(plain.beyond_1500_km(), plain.beyond_1500_km_counts()));
    for (const v1::BandReport& band : one.detection().by_distance()) {
      text += fmt::format(" {:>7}", percent(band.rate(), band.rate_counts()));
    }
    text += "\n";
  }
  return text;
}

// What the choice of our constants is worth.
std::string NestedTable(const v1::EvaluateReport& report) {
  const v1::NestedReport& nested = report.nested();
  const bool has_country = !report.from().empty();
  std::string text = fmt::format(
      "\nearshot in {} folds, constants chosen among {} without the fold scored (nested)\n"
      "{:<18} {:>8} {:>17} {:>17}   {:>8} {:>17} {:>17}\n",
      nested.folds(), nested.candidates(), "constants", "false", "from 1,500 km",
      has_country ? "from " + report.from() : "", "false", "promised", has_country ? "promised" : "");
  const auto row = [&](std::string_view name, const v1::StrictReport& rates) {
    const auto detection = [&](const v1::RateCounts& alarms, const v1::DetectionReport& found) {
      return fmt::format(
          "{:>8} {:>17} {:>17}", fmt::format("{}/{}", alarms.count(), alarms.of()),
          Share(found.beyond_1500_km(), found.beyond_1500_km_counts()),
          has_country ? Share(found.from_country(), found.from_country_counts()) : "");
    };
    text += fmt::format("{:<18} {}   {}\n", name,
                        detection(rates.honest_false_alarm_rate_counts(), rates.detection()),
                        detection(rates.honest_false_alarm_rate_conformal_counts(),
                                  rates.detection_conformal()));
  };
  row("chosen", nested.rates());
  row("as shipped", nested.shipped_rates());
  for (int fold = 0; fold < nested.chosen_size(); ++fold) {
    const v1::ConstantsReport& one = nested.chosen(fold);
    text += fmt::format("  fold {}: floor {:g} ms, reach {:g} km, {} landmarks, best of {} counts {:g}\n",
                        fold + 1, one.floor_ms(), one.reach_km(), one.landmarks(), one.best(),
                        one.best_share());
  }
  return text;
}

std::string Text(const v1::EvaluateReport& report, const Console& console) {
  std::string text = fmt::format(
      "{} hosts under test, {} nodes in {} clusters; asked: {:g} % of honest hosts flagged; "
      "adversary: {}\n\n",
      report.devices(), report.nodes(), report.clusters(), 100 * report.false_alarm_rate(),
      report.adversary());
  text += fmt::format("{:<18} {:>8} {:>17} {:>17} {:>17} {:>7} {:>7} {:>8} {:>9} {:>8}\n", "",
                      "false", "flagged: all", "from 1,500 km",
                      report.from().empty() ? "" : "from " + report.from(), "covers", "empty",
                      "median", "median", "us a");
  text += fmt::format("{:<18} {:>8} {:>17} {:>17} {:>17} {:>7} {:>7} {:>8} {:>9} {:>8}\n", "method",
                      "alarms", "", "or more", report.from().empty() ? "" : "to asked regions",
                      "truth", "region", "error km", "area km2", "score");
  for (const v1::EstimatorReport& one : report.estimators()) {
    text += Row(one, !report.from().empty());
  }
  text += DistanceTable(report);
  text += PromiseTable(report);
  if (report.has_nested()) text += NestedTable(report);
  if (!report.from().empty()) {
    text += fmt::format("\nHosts in {}: {}.\n", report.from(), report.from_hosts());
  }
  const v1::RateCounts& contradicted = report.honest_contradicted_rate_counts();
  text += fmt::format("Honest hosts CONTRADICTED (vacuum, f = 0): {} of {}.\n",
                      contradicted.count(), contradicted.of());
  for (const v1::NaturalReport& one : report.natural()) {
    text += fmt::format("{} ({}): {} at f = 0 by {} landmarks, {} at f = 1.\n", one.name(),
                        one.id(), one.contradicted_f0() ? "CONTRADICTED" : "not contradicted",
                        one.contradicting_landmarks(),
                        one.contradicted_f1() ? "CONTRADICTED" : "not contradicted");
  }
  text += "\n";
  for (const std::string& line : report.assumptions()) text += Wrapped("- " + line, 100, 2) + "\n";
  for (const v1::Goal& goal : report.goals()) {
    text += fmt::format("{} {:<60} {:>8.3g}  goal {}\n",
                        goal.met() ? Painted(console, Colour::kGreen, "[met]   ")
                                   : Painted(console, Colour::kVermillion, "[missed]"),
                        goal.name(), goal.value(), goal.goal());
  }
  return text;
}

// Says on stderr, every few seconds, how far the work is and how long it will take.
std::function<void(double)> Progress(const Console& console) {
  using SteadyClock = std::chrono::steady_clock;
  static constexpr auto kEvery = std::chrono::seconds(5);
  const auto begin = SteadyClock::now();
  return [&console, begin, said = begin](double done) mutable {
    const auto now = SteadyClock::now();
    if (now - said < kEvery || !(done > 0)) return;
    said = now;
    const double spent = std::chrono::duration<double>(now - begin).count();
    console.err << fmt::format("earshot: {:.0f} % of trials scored, about {:.0f} s left\n",
                               100 * done, spent * (1 - done) / done)
                << std::flush;
  };
}

}  // namespace

ExitCode EvaluateEstimators(const EvaluateCommand& command, const Console& console) {
  auto options = OptionsOf(command);
  if (!options) return Complain(console, options.error());
  auto measured = ReadMeasurements(command.nodes, command.rtts);
  if (!measured) return Complain(console, measured.error());
  const auto world = MeasuredWorld::Build(*std::move(measured));
  if (!world) return Complain(console, world.error());
  options->progress = Progress(console);
  const auto found = Evaluate(*world, *options);
  if (!found) return Complain(console, found.error());
  for (const std::string& remark : found->remarks) console.err << "earshot: " << remark << "\n";
  const v1::EvaluateReport report = ToProto(*found, *options);
  if (!command.roc.empty()) {
    const Status written = WriteFileAtomically(command.roc, RocPicture(report));
    if (!written) return Complain(console, written.error());
  }
  return Show(console, command.json, report, [&] { return Text(report, console); });
}

}  // namespace earshot
