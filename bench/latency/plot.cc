#include "bench/latency/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/report/svg.h"

namespace earshot {
namespace {

constexpr double kLeft = 60;
constexpr double kWidth = 560;
constexpr double kHeight = 240;
constexpr double kPanelHeight = 330;
constexpr double kLegend = 250;
constexpr double kTop = 48;
constexpr double kLine = 16;
constexpr double kLeastUs = 1;
constexpr double kMostUs = 1e5;
constexpr const char* kGrid = "stroke=\"#ddd\"";
constexpr std::size_t kPointsMax = 200;

double X(double us) {
  const double share = std::log(std::clamp(us, kLeastUs, kMostUs) / kLeastUs) /
                       std::log(kMostUs / kLeastUs);
  return kLeft + share * kWidth;
}

std::string Axes(double top) {
  const double bottom = top + kHeight;
  std::string svg;
  for (double us = kLeastUs; us <= kMostUs * 1.01; us *= 10) {
    svg += SvgLine(X(us), top, X(us), bottom, kGrid);
    const double km = us * 0.149896229;  // c / 2 a microsecond
    const std::string time =
        us < 1e4 ? fmt::format("{:g} us", us) : fmt::format("{:g} ms", us / 1000);
    const std::string length =
        km < 10 ? fmt::format("{:.2g} km", km) : fmt::format("{:.0f} km", km);
    svg += SvgText(X(us), bottom + 16, time, "text-anchor=\"middle\"");
    svg += SvgText(X(us), bottom + 30, length, "text-anchor=\"middle\" fill=\"#666\"");
  }
  for (const double share : {0.0, 0.5, 0.99}) {
    const double y = bottom - share * kHeight;
    svg += SvgLine(kLeft, y, kLeft + kWidth, y, share == 0.0 ? "stroke=\"#888\"" : kGrid);
    svg += SvgText(kLeft - 6, y + 4, fmt::format("{:g} %", share * 100), "text-anchor=\"end\"");
  }
  return svg;
}

// The empirical distribution as a path of at most kPointsMax points.
std::string Curve(const LatencyRow& row, double top, std::size_t number) {
  std::vector<Duration> errors;
  for (const auto& round : row.rounds) errors.insert(errors.end(), round.begin(), round.end());
  std::ranges::sort(errors);
  const std::size_t points = std::min(kPointsMax, errors.size());
  std::string path;
  for (std::size_t i = 0; i < points; ++i) {
    const std::size_t at = (i + 1) * errors.size() / points - 1;
    const double share = static_cast<double>(at + 1) / static_cast<double>(errors.size());
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L",
                        X(static_cast<double>(errors[at].count()) * 1e-3),
                        top + kHeight * (1 - share));
  }
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke-width=\"2\" {}/>\n", path,
                     SvgStroke(number));
}

std::string Panel(std::span<const LatencyRow> rows, bool loaded, bool real_time, double top) {
  std::string svg = SvgText(kLeft, top - 10,
                         fmt::format("{}, {} class: share of answers whose error is at most x",
                                     loaded ? "agent's core loaded" : "idle",
                                     real_time ? "real-time" : "ordinary"),
                         "font-weight=\"bold\"");
  svg += Axes(top);
  std::size_t number = 0;
  for (const LatencyRow& row : rows) {
    const LatencyFigures figures = FiguresOf(row);
    if (row.key.loaded != loaded || row.key.real_time != real_time || figures.errors == 0) continue;
    svg += Curve(row, top, number);
    const double y = top + 14 + 17 * static_cast<double>(number);
    const double x = kLeft + kWidth + 20;
    svg += SvgLine(x, y - 4, x + 24, y - 4, "stroke-width=\"2\" " + SvgStroke(number));
    svg += SvgText(x + 30, y, fmt::format("{} {}, {} stamps", row.key.tool, row.key.form,
                                       row.key.stamps));
    ++number;
  }
  return number == 0 ? std::string() : svg;
}

}  // namespace

std::string LatencyPlot(std::span<const LatencyRow> rows, const std::string& title,
                        std::span<const std::string> below) {
  std::string panels;
  double top = kTop;
  for (const std::string& line : below) {
    panels += SvgText(kLeft, top - kLine / 2, line, "fill=\"#444\"");
    top += kLine;
  }
  top += kLine;
  for (const bool loaded : {false, true}) {
    for (const bool real_time : {true, false}) {
      const std::string panel = Panel(rows, loaded, real_time, top);
      if (panel.empty()) continue;
      panels += panel;
      top += kPanelHeight;
    }
  }
  const double width = kLeft + kWidth + 20 + kLegend;
  return SvgBegin(width, top) + SvgText(kLeft, 24, title, "font-size=\"15\"") +
         panels + "</svg>\n";
}

}  // namespace earshot
