#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/dataset/csv.h"
#include "core/dataset/rtt_collector.h"

namespace earshot::internal {
namespace {

struct Cell {
  std::optional<Rtt> rtt;
  Duration resolution{0};
};

// A column's RTT in the current row, if it has one.
Result<Cell> RttOf(const CsvTable& table, std::string_view column) {
  const std::string_view text = table.Field(column);
  if (text.empty()) return Cell{};
  const auto number = ParseNumber(text);
  if (!number.has_value()) {
    return tl::unexpected(table.At(
        fmt::format("{}: \"{}\" is not a number; leave an unknown one empty", column, text)));
  }
  const auto rtt = RttFromFile(FractionalMilliseconds(*number));
  if (!rtt) return tl::unexpected(table.At(fmt::format("{}: {}", column, rtt.error().message())));
  const bool is_whole = text.find_first_of(".eE") == std::string_view::npos;
  return Cell{*rtt, is_whole ? Duration(std::chrono::milliseconds(1)) : Duration(0)};
}

}  // namespace

Status ReadRttCsv(std::string_view text, std::string_view path, RttCollector* into) {
  const std::array<std::string, 2> required = {"src", "dst"};
  EARSHOT_ASSIGN_OR_RETURN(CsvTable table, CsvTable::Open(text, path, required));
  if (!table.Has("min_ms") && !table.Has("avg_ms")) {
    return tl::unexpected(table.At("no column \"min_ms\" or \"avg_ms\"; one of them is needed"));
  }
  while (true) {
    EARSHOT_ASSIGN_OR_RETURN(const bool any, table.Next());
    if (!any) return {};
    EARSHOT_ASSIGN_OR_RETURN(Cell cell, RttOf(table, "min_ms"));
    EARSHOT_ASSIGN_OR_RETURN(const Cell average, RttOf(table, "avg_ms"));
    std::optional<Duration> jitter;
    if (cell.rtt.has_value() && average.rtt.has_value()) {
      jitter = std::max(Duration(0), average.rtt->duration() - cell.rtt->duration());
    } else if (!cell.rtt.has_value()) {
      cell = average;
    }
    if (!cell.rtt.has_value()) continue;  // nobody answered
    into->Add({table.Field("src")}, {table.Field("dst")}, *cell.rtt,
              fmt::format("line {}", table.line()), cell.resolution, jitter);
  }
}

// "host : 12.3 - 12.5": one line a host, "-" for a lost ping. What fping says besides (per-ping
// lines, messages of the network) is not of this form and is passed over.
Status ReadFpingText(std::string_view text, std::string_view path, RttCollector* into) {
  int line_number = 0;
  std::size_t hosts = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++line_number;
    const std::size_t colon = line.find(" : ");
    if (colon == std::string_view::npos || line.find("bytes") != std::string_view::npos) continue;
    const std::string_view host = line.substr(0, line.find_first_of(" \t"));
    if (host.empty()) continue;
    ++hosts;
    std::string_view rest = line.substr(colon + 3);
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find_first_of(" \r"));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      if (word.empty() || word == "-") continue;
      const std::string place = fmt::format("{}:{}", path, line_number);
      const auto number = ParseNumber(word);
      if (!number.has_value()) {
        return Fail(ErrorCode::kInvalidArgument,
                    fmt::format("{}: \"{}\" is not a number; expected the output of fping -C",
                                place, word));
      }
      auto rtt = RttFromFile(FractionalMilliseconds(*number));
      if (!rtt) return Fail(std::move(rtt).error(), place);
      EARSHOT_RETURN_IF_ERROR(into->AddFromNamedSource(host, *rtt, place));
    }
  }
  if (hosts == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: no line \"host : RTT RTT ...\" of fping -C", path));
  }
  return {};
}

}  // namespace earshot::internal
