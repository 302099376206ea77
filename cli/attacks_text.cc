#include "cli/attacks_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "earshot/v1/attacks.pb.h"
#include "sim/attacks/attack_list.h"

namespace earshot {
namespace {

constexpr std::size_t kTableWidth = 80;
constexpr std::size_t kTableHang = 4;
constexpr std::size_t kWorldWidth = 19;

// "29/30 83-100%".
std::string AttackRateText(const v1::AttackRate& rate) {
  if (rate.of() == 0) return "-";
  return fmt::format("{}/{} {:.0f}-{:.0f}%", rate.count(), rate.of(), 100 * rate.low(),
                     100 * rate.high());
}

std::string ReachText(const v1::AttackRow& row) {
  if (!row.has_residual_km()) return "-";
  return row.residual_anywhere() ? "anywhere" : fmt::format("{:.0f} km", row.residual_km());
}

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

std::string TableParagraph(const std::string& text) {
  return "  " + Wrapped(text, kTableWidth - kTableHang, kTableHang) + "\n";
}

// One world, as many lines as its longest column.
std::string WorldText(const v1::AttackRow& row) {
  const std::string world =
      row.without().empty() ? std::string("as the scenario") : "without " + row.without();
  const std::vector<std::string> left = LinesOf(Wrapped(world, kWorldWidth, 0));
  std::vector<std::string> right = {row.outcome()};
  for (const v1::VerdictCount& verdict : row.verdicts()) {
    right.push_back(fmt::format("{} {}", verdict.count(), verdict.verdict()));
  }
  if (row.verdicts().empty()) {
    for (const v1::VerdictCount& verdict : row.honest_verdicts()) {
      right.push_back(fmt::format("{} {}", verdict.count(), verdict.verdict()));
    }
  }
  if (row.verified_falsely() > 0) {
    right.push_back(fmt::format("{} proved falsely", row.verified_falsely()));
  }
  if (row.honest_convicted() > 0) {
    right.push_back(fmt::format("{} honest convicted", row.honest_convicted()));
  }
  std::string text;
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    std::string line = fmt::format(
        "  {:<{}} {:<13} {:<12} {:>9}  {}", i < left.size() ? left[i] : "", kWorldWidth,
        i == 0 ? AttackRateText(row.detected()) : "", i == 0 ? AttackRateText(row.false_alarms()) : "",
        i == 0 ? ReachText(row) : "", i < right.size() ? right[i] : "");
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string AttackHead(const v1::AttackRow& row) {
  std::string text =
      "\n" + Wrapped(fmt::format("{}: {}", row.attack(), row.words()), kTableWidth, 0) + "\n";
  if (!row.not_run().empty()) return text + TableParagraph("not run: " + row.not_run());
  text += TableParagraph("scenario " + row.scenario());
  return text + fmt::format("  {:<{}} {:<13} {:<12} {:>9}  {}\n", "world", kWorldWidth, "flagged",
                            "false alarms", "chip in", "came of it");
}

std::string AttackTail(const v1::AttackRow& row) {
  const v1::AttackCost& cost = row.cost();
  const std::string money =
      cost.usd_high() == 0 ? std::string("nothing")
      : cost.usd_low() == cost.usd_high()
          ? fmt::format("USD {:.0f} {}", cost.usd_low(), cost.per())
          : fmt::format("USD {:.0f} to {:.0f} {}", cost.usd_low(), cost.usd_high(), cost.per());
  std::string text = TableParagraph(fmt::format("costs {}; {}; {} ({})", money, cost.equipment(),
                                           cost.skill(), cost.source()));
  if (!row.undetected().empty()) text += TableParagraph("not detected: " + row.undetected());
  return text;
}

std::string TableSummary(const v1::AttackTable& table) {
  std::vector<std::string> unseen;
  std::vector<std::string> unseen_until;
  std::vector<std::string> not_run;
  std::vector<std::string> other;
  for (const v1::AttackRow& row : table.rows()) {
    const std::string name =
        row.without().empty() ? row.attack() : row.attack() + " without " + row.without();
    if (!row.not_run().empty()) {
      not_run.push_back(row.attack());
      continue;
    }
    const bool green = row.outcome() == kUndetected || row.outcome() == kProvedFalsely;
    if (row.without().empty() && green) unseen.push_back(row.attack());
    if (row.without().empty() && !row.undetected_until().empty()) {
      unseen_until.push_back(
          fmt::format("Undetected until {}: {}.", row.undetected_until(), row.attack()));
    }
    if (!row.as_expected()) {
      other.push_back(fmt::format("{} ({}, not {})", name, row.outcome(), row.outcome_expected()));
    }
    if (row.not_as_scenario_expects() > 0) {
      other.push_back(fmt::format("{}: {} with a verdict that its scenario does not state", name,
                                  Counted(row.not_as_scenario_expects(), "device")));
    }
  }
  std::string text = "\nSummary\n";
  text += TableParagraph(fmt::format("{} of every packet, {} of each world; intervals of {:.0f} %.",
                                Counted(table.runs(), "run"), table.seeds_size(),
                                100 * table.confidence()));
  text += TableParagraph(fmt::format("Undetected with everything in place: {}.",
                                unseen.empty() ? "none" : fmt::format("{}", fmt::join(unseen, ", "))));
  for (const std::string& line : unseen_until) text += TableParagraph(line);
  if (!not_run.empty()) text += TableParagraph(fmt::format("Not run: {}.", fmt::join(not_run, ", ")));
  for (const std::string& line : other) text += TableParagraph("Not as expected: " + line);
  for (const std::string& note : table.notes()) text += TableParagraph(note);
  return text;
}

}  // namespace

std::string AttackTableText(const v1::AttackTable& table) {
  std::string text = Wrapped(
      "What each attack gets: devices that are not what they declare, flagged; honest devices "
      "flagged; how far from the declared place the chip can still have been, by the bounds that "
      "remain; and the verdicts. Then the same with one countermeasure taken away.",
      kTableWidth, 0);
  text += "\n";
  for (int i = 0; i < table.rows_size(); ++i) {
    const v1::AttackRow& row = table.rows(i);
    if (row.without().empty()) text += AttackHead(row);
    if (row.not_run().empty()) text += WorldText(row);
    const bool last = i + 1 == table.rows_size() || table.rows(i + 1).without().empty();
    if (last) text += AttackTail(row);
  }
  return text + TableSummary(table);
}

}  // namespace earshot
