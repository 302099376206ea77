#include "cli/roc_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/svg.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 560;
constexpr double kLeft = 70;
constexpr double kRight = 640;
constexpr double kTop = 40;
constexpr double kBottom = 500;
constexpr double kLabelStep = 15;
constexpr double kLeastRate = 0.005;
constexpr std::string_view kGrid = "stroke=\"#ddd\"";
constexpr std::string_view kMiddle = "text-anchor=\"middle\"";

double XOf(double rate) {
  const double share = std::log(std::max(rate, kLeastRate) / kLeastRate) / std::log(1 / kLeastRate);
  return kLeft + (kRight - kLeft) * std::min(share, 1.0);
}
double YOf(double rate) { return kBottom - (kBottom - kTop) * rate; }

std::string Axes(const v1::EvaluateReport& report) {
  std::string svg;
  for (const double rate : {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0}) {
    svg += SvgLine(XOf(rate), kTop, XOf(rate), kBottom, kGrid);
    svg += SvgText(XOf(rate), kBottom + 18, fmt::format("{:g} %", rate * 100), kMiddle);
  }
  for (int tenth = 0; tenth <= 10; tenth += 2) {
    const double y = YOf(tenth / 10.0);
    svg += SvgLine(kLeft, y, kRight, y, kGrid);
    svg += SvgText(kLeft - 8, y + 4, fmt::format("{} %", tenth * 10), "text-anchor=\"end\"");
  }
  const double asked = XOf(report.false_alarm_rate());
  svg += SvgLine(asked, kTop, asked, kBottom, "stroke=\"#888\" stroke-dasharray=\"4 4\"");
  svg += SvgText((kLeft + kRight) / 2, kBottom + 40, "honest hosts flagged", kMiddle);
  return svg + SvgText(kLeft, 22,
                       fmt::format("False declarations from 1,500 km or more that are flagged; "
                                   "adversary: {}; {} hosts in {} clusters",
                                   report.adversary(), report.devices(), report.clusters()));
}

}  // namespace

std::string RocPicture(const v1::EvaluateReport& report) {
  std::string svg = SvgBegin(kWidth, kHeight) + Axes(report);
  struct Label {
    double wanted;
    int estimator;
  };
  std::vector<Label> labels;
  const auto style = [](int i) { return SvgStroke(static_cast<std::size_t>(i)); };
  for (int i = 0; i < report.estimators_size(); ++i) {
    const v1::EstimatorReport& estimator = report.estimators(i);
    std::string points;
    double first = 0;
    for (const v1::RocReport& point : estimator.roc()) {
      if (point.false_alarms() <= report.false_alarm_rate()) first = point.detection();
      points += fmt::format("{:.1f},{:.1f} ", XOf(point.false_alarms()), YOf(point.detection()));
    }
    svg += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-width=\"{}\" {}/>\n", points,
                       i == 0 ? 3 : 1.5, style(i));
    labels.push_back({YOf(first), i});
  }
  // Names to the right, by height at the asked rate, none on top of another.
  std::ranges::sort(labels, {}, &Label::wanted);
  std::vector<double> heights;
  for (const Label& label : labels) {
    const double above = heights.empty() ? kTop - kLabelStep : heights.back();
    heights.push_back(std::max(label.wanted, above + kLabelStep));
  }
  // From below: many at zero push each other up, clear of the axis.
  double limit = kBottom - kLabelStep / 2;
  for (std::size_t i = heights.size(); i-- > 0;) {
    heights[i] = std::min(heights[i], limit);
    limit = heights[i] - kLabelStep;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Label& label = labels[i];
    const double y = heights[i];
    svg += SvgLine(kRight + 12, y, kRight + 36, y, "stroke-width=\"2\" " + style(label.estimator));
    svg += SvgText(kRight + 42, y + 4,
                   fmt::format("{} ({:.0f} %)", report.estimators(label.estimator).name(),
                               100 * (kBottom - label.wanted) / (kBottom - kTop)));
  }
  return svg + "</svg>\n";
}

}  // namespace earshot
