#include "cli/roc_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

// Okabe and Ito's colours; dashes tell apart those that come round again.
constexpr std::array<std::string_view, 7> kColours = {"#000000", "#0072b2", "#d55e00", "#009e73",
                                                      "#cc79a7", "#e69f00", "#56b4e9"};
constexpr std::array<std::string_view, 3> kDashes = {"none", "7 3", "2 3"};

constexpr double kWidth = 860;
constexpr double kHeight = 560;
constexpr double kLeft = 70;
constexpr double kRight = 640;
constexpr double kTop = 40;
constexpr double kBottom = 500;
constexpr double kLabelStep = 15;
constexpr double kLeastRate = 0.005;

double XOf(double rate) {
  const double share = std::log(std::max(rate, kLeastRate) / kLeastRate) / std::log(1 / kLeastRate);
  return kLeft + (kRight - kLeft) * std::min(share, 1.0);
}
double YOf(double rate) { return kBottom - (kBottom - kTop) * rate; }

std::string Axes(const v1::EvaluateReport& report) {
  std::string svg;
  for (const double rate : {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0}) {
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"#ddd\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:g} %</text>\n",
        XOf(rate), kTop, kBottom, kBottom + 18, rate * 100);
  }
  for (int tenth = 0; tenth <= 10; tenth += 2) {
    svg += fmt::format(
        "<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5} %</text>\n",
        kLeft, YOf(tenth / 10.0), kRight, kLeft - 8, YOf(tenth / 10.0) + 4, tenth * 10);
  }
  svg += fmt::format(
      "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"#888\" "
      "stroke-dasharray=\"4 4\"/>\n",
      XOf(report.false_alarm_rate()), kTop, kBottom);
  svg += fmt::format(
      "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">honest hosts flagged</text>\n"
      "<text x=\"{}\" y=\"22\">False declarations from 1,500 km or more that are flagged; "
      "adversary: {}; {} hosts in {} clusters</text>\n",
      (kLeft + kRight) / 2, kBottom + 40, kLeft, report.adversary(), report.devices(),
      report.clusters());
  return svg;
}

}  // namespace

std::string RocPicture(const v1::EvaluateReport& report) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
      kWidth, kHeight);
  svg += Axes(report);
  struct Label {
    double wanted;
    int estimator;
  };
  std::vector<Label> labels;
  const auto style = [](int i) {
    const auto n = static_cast<std::size_t>(i);
    return fmt::format("stroke=\"{}\" stroke-dasharray=\"{}\"", kColours[n % kColours.size()],
                       kDashes[n / kColours.size() % kDashes.size()]);
  };
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
    svg += fmt::format(
        "<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke-width=\"2\" {3}/>"
        "<text x=\"{4}\" y=\"{5:.1f}\">{6} ({7:.0f} %)</text>\n",
        kRight + 12, y, kRight + 36, style(label.estimator), kRight + 42, y + 4,
        report.estimators(label.estimator).name(),
        100 * (kBottom - label.wanted) / (kBottom - kTop));
  }
  return svg + "</svg>\n";
}

}  // namespace earshot
