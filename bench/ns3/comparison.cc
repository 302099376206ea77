#include "bench/ns3/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace earshot {
namespace {

constexpr double kGoalRatio = 50;

// The value of the line that begins with `key`.
Result<std::string_view> Find(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') {
      return line.substr(key.size() + 1);
    }
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("report of a side: no line \"{} ...\"", key));
}

Result<std::uint64_t> FindNumber(std::string_view text, std::string_view key) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string_view value, Find(text, key));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc() && end == value.data() + value.size()) return number;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("report of a side: \"{} {}\" is no number", key, value));
}

Result<std::chrono::nanoseconds> FindNanoseconds(std::string_view text, std::string_view key) {
  EARSHOT_ASSIGN_OR_RETURN(const std::uint64_t count, FindNumber(text, key));
  return std::chrono::nanoseconds(static_cast<std::int64_t>(count));
}

std::vector<double> RisingRates(std::span<const SideReport> runs) {
  std::vector<double> rates;
  for (const SideReport& run : runs) rates.push_back(RateOf(run));
  std::ranges::sort(rates);
  return rates;
}

}  // namespace

Result<SideReport> ParseSideReport(std::string_view text) {
  SideReport report;
  EARSHOT_ASSIGN_OR_RETURN(report.round_trips, FindNumber(text, "round_trips"));
  EARSHOT_ASSIGN_OR_RETURN(report.rtts_wrong, FindNumber(text, "rtts_wrong"));
  EARSHOT_ASSIGN_OR_RETURN(report.setup, FindNanoseconds(text, "setup_ns"));
  EARSHOT_ASSIGN_OR_RETURN(report.run, FindNanoseconds(text, "run_ns"));
  EARSHOT_ASSIGN_OR_RETURN(report.peak_kib, FindNumber(text, "peak_kib"));
  EARSHOT_ASSIGN_OR_RETURN(const std::string_view version, Find(text, "version"));
  report.version = version;
  return report;
}

Status CheckSameWork(const SideReport& report, const PingPlan& plan) {
  if (report.round_trips == plan.RoundTrips() && report.rtts_wrong == 0) return {};
  return Fail(ErrorCode::kUnavailable,
              fmt::format("{} completed {} of {} round trips, {} of them not as long as their path",
                          report.version, report.round_trips, plan.RoundTrips(),
                          report.rtts_wrong));
}

double RateOf(const SideReport& report) {
  if (report.run.count() <= 0) return 0;
  return static_cast<double>(report.round_trips) * 1e9 / static_cast<double>(report.run.count());
}

RateFigures FiguresOf(std::span<const SideReport> runs) {
  if (runs.empty()) return {};
  const std::vector<double> rates = RisingRates(runs);
  const std::size_t middle = rates.size() / 2;
  const double median =
      rates.size() % 2 == 1 ? rates[middle] : (rates[middle - 1] + rates[middle]) / 2;
  return {median, rates.front(), rates.back()};
}

RatioFigures RatioOf(std::span<const SideReport> ours, std::span<const SideReport> theirs) {
  const RateFigures a = FiguresOf(ours);
  const RateFigures b = FiguresOf(theirs);
  if (b.least <= 0) return {};
  return {a.median / b.median, a.least / b.most, a.most / b.least};
}

BenchGoal JudgeRatio(const RatioFigures& ratio) {
  return {"round trips of pings a second over those of ns-3", ratio.median, ">= 50",
          ratio.median >= kGoalRatio};
}

}  // namespace earshot
