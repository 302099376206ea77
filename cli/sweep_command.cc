#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>

#include "cli/commands.h"
#include "cli/run_text.h"
#include "cli/scenario_directory.h"
#include "cli/threads.h"
#include "cli/version.h"
#include "earshot/v1/sweep.pb.h"
#include "sim/sweep/ranks.h"
#include "sim/sweep/run_sweep.h"
#include "sim/sweep/sweep_load.h"

namespace earshot {
namespace {

// Says how far a sweep is and how long it will take if it goes on so: at the first point, then once
// in a tenth of all.
class Progress {
 public:
  explicit Progress(const Console& console) : console_(console) {}

  void Tell(std::size_t done, std::size_t of) {
    if (!begun_done_.has_value()) {
      begun_done_ = done;
      if (done == 0) return;
      console_.err << fmt::format("{} of {} were done already", done, Counted(of, "point"))
                   << std::endl;
      return;
    }
    const std::size_t ran = done - *begun_done_;
    const std::size_t step = std::max<std::size_t>(1, of / 10);
    if (ran != 1 && done % step != 0 && done != of) return;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun_;
    const double left = passed.count() / static_cast<double>(ran) * static_cast<double>(of - done);
    console_.err << fmt::format("{} of {}", done, Counted(of, "point"))
                 << (done == of ? fmt::format(", {:.0f} s\n", passed.count())
                                : fmt::format(", about {:.0f} s left\n", std::ceil(left)))
                 << std::flush;
  }

 private:
  const Console& console_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::optional<std::size_t> begun_done_;
};

// Of all columns, those that a reader looks at first; the picture's own before them.
std::vector<std::size_t> ShownColumns(const SweepPlan& plan) {
  std::vector<std::size_t> shown;
  if (plan.picture.has_value()) shown.push_back(plan.picture->y);
  for (const char* const name :
       {"caught_share", "cleared_share", "honest_flagged_share", "first_flag_s"}) {
    const auto found = std::ranges::find(SweepColumns(), name) - SweepColumns().begin();
    const auto column = static_cast<std::size_t>(found);
    if (std::ranges::count(shown, column) == 0) shown.push_back(column);
  }
  return shown;
}

// The mean over rows that differ by their seed alone, as a person reads it; "-": of nothing.
std::string MeanCell(std::span<const SweepRow> rows, std::size_t column) {
  double sum = 0;
  int counted = 0;
  for (const SweepRow& row : rows) {
    const std::string& cell = row.cells[column];
    double number = 0;
    if (std::from_chars(cell.data(), cell.data() + cell.size(), number).ec != std::errc()) continue;
    sum += number;
    ++counted;
  }
  return counted == 0 ? "-" : fmt::format("{:.4g}", sum / counted);
}

using Table = std::vector<std::vector<std::string>>;

// A line for each combination of the axes. Its seeds follow one another.
Table TableOf(const SweepPlan& plan, std::span<const SweepRow> rows) {
  const std::vector<std::size_t> columns = ShownColumns(plan);
  Table table = {plan.parameters};
  table.front().push_back("runs");
  for (const std::size_t column : columns) table.front().push_back(SweepColumns()[column]);
  while (!rows.empty()) {
    const std::vector<std::string>& values = plan.points[rows.front().point].values;
    std::size_t same = 1;
    while (same < rows.size() && plan.points[rows[same].point].values == values) ++same;
    table.push_back(values);
    table.back().push_back(fmt::format("{}", same));
    for (const std::size_t column : columns) {
      table.back().push_back(MeanCell(rows.first(same), column));
    }
    rows = rows.subspan(same);
  }
  return table;
}

std::string TextOf(const SweepPlan& plan, std::span<const SweepRow> rows, const Console& console) {
  const Table table = TableOf(plan, rows);
  std::string text = Painted(console, Colour::kBold, Wrapped(plan.question, console.width, 0)) + "\n\n";
  std::vector<std::size_t> widths(table.front().size());
  for (const auto& line : table) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : table) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += fmt::format("{:>{}}{}", line[i], widths[i], i + 1 < line.size() ? "  " : "\n");
    }
  }
  text += "\n";
  for (const std::string& limit : plan.not_to_conclude) {
    text += Wrapped("Not to be concluded: " + limit, console.width, 2) + "\n";
  }
  return text;
}

v1::SweepReport ReportOf(const SweepPlan& plan, const std::vector<SweepRow>& rows,
                         const std::string& out) {
  v1::SweepReport report;
  report.set_name(plan.name);
  report.set_question(plan.question);
  for (const std::string& limit : plan.not_to_conclude) report.add_not_to_conclude(limit);
  report.set_scenario(plan.scenario);
  report.set_fidelity(plan.fidelity == SweepFidelity::kRound ? "round" : "packet");
  report.set_commit(std::string(kCommit));
  report.set_out(out);
  for (const SweepRow& row : rows) {
    v1::SweepRow* const to = report.add_rows();
    const SweepPoint& point = plan.points[row.point];
    to->set_point(row.point);
    for (std::size_t a = 0; a < point.values.size(); ++a) {
      (*to->mutable_at())[plan.parameters[a]] = point.values[a];
    }
    (*to->mutable_at())["seed"] = fmt::format("{}", point.scenario.seed);
    for (std::size_t c = 0; c + 1 < row.cells.size(); ++c) {
      double number = 0;
      const std::string& cell = row.cells[c];
      const auto read = std::from_chars(cell.data(), cell.data() + cell.size(), number);
      if (read.ec == std::errc()) (*to->mutable_found())[SweepColumns()[c]] = number;
    }
    to->set_verdict_hash(row.cells.back());
  }
  return report;
}

// What rank 0 does, alone or with others.
ExitCode Lead(const SweepPlan& plan, const SweepCommand& command, unsigned threads, Ranks& ranks,
              const Console& console) {
  SweepRunOptions options;
  options.out = command.out.empty() ? "out/sweep-" + plan.name : command.out;
  options.resume = command.resume;
  options.commit = kCommit;
  const std::string last_words = fmt::format(
      "earshot: the job ends, because a rank died or somebody stopped it; {}/journal.txt keeps the "
      "finished points; add --resume to go on, with any number of ranks\n", options.out);
  options.runner = [&](const SweepPlan& whole, std::span<const std::uint32_t> todo,
                       const RowSink& sink) {
    return ranks.Run(whole, {options.commit, threads}, last_words, todo, sink);
  };
  Progress progress(console);
  options.on_point = [&](std::size_t done, std::size_t of) { progress.Tell(done, of); };
  const auto rows = RunSweep(plan, options);
  if (!rows) return Complain(console, rows.error());
  return Show(console, command.json, ReportOf(plan, *rows, options.out), [&] {
    return TextOf(plan, *rows, console) +
           fmt::format("\nAll columns{}: {}\n", plan.picture.has_value() ? " and a picture" : "",
                       options.out);
  });
}

}  // namespace

ExitCode Sweep(const SweepCommand& command, const Console& console) {
  const auto ranks = Ranks::Join();
  if (!ranks) return Complain(console, ranks.error());
  const bool alone = (*ranks)->count() == 1;
  const auto threads = ThreadsFor(command.threads, alone ? ThreadsOfMachine() : 1);
  const Result<SweepPlan> plan = threads.has_value()
                                     ? LoadSweep(command.file, ScenarioDirectory())
                                     : tl::unexpected<Error>(threads.error());
  if ((*ranks)->rank() != 0) {
    (*ranks)->Serve(plan, {std::string(kCommit), threads.value_or(1)});
    return ExitCode::kRan;  // what went wrong, rank 0 says
  }
  if (!plan) return Complain(console, plan.error());
  return Lead(*plan, command, *threads, **ranks, console);
}

}  // namespace earshot
