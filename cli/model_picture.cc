#include "cli/model_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "core/report/svg.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

// Okabe and Ito's colours, by quantile.
constexpr std::array<std::string_view, 5> kColours = {"#56b4e9", "#0072b2", "#000000", "#d55e00",
                                                      "#e69f00"};
constexpr double kWidth = 860;
constexpr double kHeight = 520;
constexpr double kLeft = 70;
constexpr double kRight = 740;
constexpr double kTop = 50;
constexpr double kBottom = 450;
constexpr double kLeast = 0.9;
constexpr std::string_view kMiddle = "text-anchor=\"middle\"";
constexpr double kStep = 16;  // between the quantiles of one band

class Axes {
 public:
  explicit Axes(const v1::ModelCheck& check) : bands_(check.bands_size()) {
    for (const v1::BandCheck& band : check.bands()) {
      for (const v1::QuantileCheck& q : band.quantiles()) {
        most_ = std::max({most_, q.high(), q.simulated(), q.measured()});
      }
    }
  }
  double X(int band, int quantile) const {
    const double width = (kRight - kLeft) / std::max(bands_, 1);
    return kLeft + width * (band + 0.5) + kStep * (quantile - 2);
  }
  double Y(double inflation) const {
    const double share = std::log(std::max(inflation, kLeast) / kLeast) / std::log(most_ / kLeast);
    return kBottom - (kBottom - kTop) * share;
  }
  std::string Grid() const {
    std::string svg;
    for (const double tick : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0}) {
      if (tick > most_) break;
      svg += SvgLine(kLeft, Y(tick), kRight, Y(tick), "stroke=\"#ddd\"");
      svg += SvgText(kLeft - 8, Y(tick) + 4, fmt::format("{:g}x", tick), "text-anchor=\"end\"");
    }
    return svg;
  }

 private:
  int bands_;
  double most_ = 2;
};

std::string Mark(const Axes& axes, const v1::QuantileCheck& q, int band, int quantile) {
  const std::string_view colour = kColours[static_cast<std::size_t>(quantile) % kColours.size()];
  const double x = axes.X(band, quantile);
  return fmt::format(
      "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"{5}\" "
      "stroke-width=\"7\" stroke-opacity=\"0.35\"/>"
      "<line x1=\"{6:.1f}\" y1=\"{3:.1f}\" x2=\"{7:.1f}\" y2=\"{3:.1f}\" stroke=\"{5}\" "
      "stroke-width=\"2\"/>"
      "<circle cx=\"{0:.1f}\" cy=\"{4:.1f}\" r=\"4\" fill=\"{8}\" stroke=\"{5}\"/>\n",
      x, axes.Y(q.low()), axes.Y(q.high()), axes.Y(q.measured()), axes.Y(q.simulated()), colour,
      x - 6, x + 6, q.inside() ? colour : "#fff");
}

}  // namespace

std::string ModelPicture(const v1::ModelCheck& check) {
  const Axes axes(check);
  std::string svg = SvgBegin(kWidth, kHeight);
  svg += SvgText(kLeft, 20,
                 "RTT over that of fibre and 1 ms: measured (dash, bar: 95 % bootstrap interval) and "
                 "simulated (dot, open: outside)");
  svg += SvgText(kLeft, 36, fmt::format("{} of {} quantiles inside; {} paths, {} clusters",
                                        check.quantiles_inside(), check.quantiles(), check.paths(),
                                        check.clusters()));
  svg += axes.Grid();
  for (int b = 0; b < check.bands_size(); ++b) {
    const v1::BandCheck& band = check.bands(b);
    for (int q = 0; q < band.quantiles_size(); ++q) svg += Mark(axes, band.quantiles(q), b, q);
    svg += SvgText(axes.X(b, 2), kBottom + 20,
                   fmt::format("{:.0f}-{:.0f}", band.from_km(), band.to_km()), kMiddle);
    svg += SvgText(axes.X(b, 2), kBottom + 36, fmt::format("{} paths", band.paths()),
                   "text-anchor=\"middle\" fill=\"#666\"");
  }
  svg += SvgText((kLeft + kRight) / 2, kBottom + 58, "distance, km", kMiddle);
  for (int q = 0; check.bands_size() > 0 && q < check.bands(0).quantiles_size(); ++q) {
    const double y = kTop + 20 + 20 * q;
    svg += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"/>\n", kRight + 20, y,
                       kColours[static_cast<std::size_t>(q) % kColours.size()]);
    svg += SvgText(kRight + 32, y + 4,
                   fmt::format("{:g} %", 100 * check.bands(0).quantiles(q).share()));
  }
  return svg + "</svg>\n";
}

}  // namespace earshot
