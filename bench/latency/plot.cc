#include "bench/latency/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

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
// Okabe and Ito's palette, which readers with any colour vision can tell apart.
constexpr std::array kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                 "#E69F00", "#56B4E9", "#000000", "#8A8A00"};
constexpr std::array kDashes = {"", "6 3", "2 2"};
constexpr std::size_t kPointsMax = 200;

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

double X(double us) {
  const double share = std::log(std::clamp(us, kLeastUs, kMostUs) / kLeastUs) /
                       std::log(kMostUs / kLeastUs);
  return kLeft + share * kWidth;
}

std::string Text(double x, double y, const std::string& text, const char* extra = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, extra, Escaped(text));
}

std::string Line(double x1, double y1, double x2, double y2, const char* colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

std::string Axes(double top) {
  const double bottom = top + kHeight;
  std::string svg;
  for (double us = kLeastUs; us <= kMostUs * 1.01; us *= 10) {
    svg += Line(X(us), top, X(us), bottom, "#DDD");
    const double km = us * 0.149896229;  // c / 2 a microsecond
    const std::string time =
        us < 1e4 ? fmt::format("{:g} us", us) : fmt::format("{:g} ms", us / 1000);
    const std::string length =
        km < 10 ? fmt::format("{:.2g} km", km) : fmt::format("{:.0f} km", km);
    svg += Text(X(us), bottom + 16, time, "text-anchor=\"middle\"");
    svg += Text(X(us), bottom + 30, length, "text-anchor=\"middle\" fill=\"#666\"");
  }
  for (const double share : {0.0, 0.5, 0.99}) {
    const double y = bottom - share * kHeight;
    svg += Line(kLeft, y, kLeft + kWidth, y, share == 0.0 ? "#888" : "#DDD");
    svg += Text(kLeft - 6, y + 4, fmt::format("{:g} %", share * 100), "text-anchor=\"end\"");
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
  return fmt::format(
      "<path d=\"{}\" fill=\"none\" stroke-width=\"2\" stroke=\"{}\" stroke-dasharray=\"{}\"/>\n",
      path, kColours[number % kColours.size()], kDashes[number / 3 % kDashes.size()]);
}

std::string Panel(std::span<const LatencyRow> rows, bool loaded, bool real_time, double top) {
  std::string svg = Text(kLeft, top - 10,
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
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{1:.1f}\" stroke=\"{3}\" "
        "stroke-width=\"2\" stroke-dasharray=\"{4}\"/>\n",
        x, y - 4, x + 24, kColours[number % kColours.size()],
        kDashes[number / 3 % kDashes.size()]);
    svg += Text(x + 30, y, fmt::format("{} {}, {} stamps", row.key.tool, row.key.form,
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
    panels += Text(kLeft, top - kLine / 2, line, "fill=\"#444\"");
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
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
             "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n"
             "<title>{2}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
             width, top, Escaped(title)) +
         Text(kLeft, 24, title, "font-size=\"15\"") +
         panels + "</svg>\n";
}

}  // namespace earshot
