#include "sim/sweep/sweep_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "core/base/check.h"
#include "core/report/svg.h"

namespace earshot {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 80;
constexpr double kRight = 640;
constexpr double kTop = 60;
constexpr double kBottom = 440;
constexpr double kFootnotes = 500;
constexpr double kLineHeight = 15;
constexpr std::size_t kFootnoteChars = 130;

std::string Text(double x, double y, std::string_view anchor, std::string_view text) {
  return SvgText(x, y, text, fmt::format("text-anchor=\"{}\"", anchor));
}

// The number at the beginning of `text`, and what follows it.
std::optional<std::pair<double, std::string>> NumberIn(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  return std::pair(number, std::string(end, text.data() + text.size()));
}

// Different values, in the order in which they first appear.
std::vector<std::string> ValuesOf(const SweepPlan& plan, std::size_t axis) {
  std::vector<std::string> values;
  for (const SweepPoint& point : plan.points) {
    if (std::ranges::count(values, point.values[axis]) == 0) values.push_back(point.values[axis]);
  }
  return values;
}

// Where a value stands between left and right.
class Horizontal {
 public:
  Horizontal(std::vector<std::string> values, bool logarithmic) : values_(std::move(values)) {
    std::optional<std::string> unit;
    for (const std::string& value : values_) {
      const auto number = NumberIn(value);
      const bool fits = number.has_value() && (!unit.has_value() || *unit == number->second) &&
                        (!logarithmic || number->first > 0);
      if (!fits) {
        numbers_.clear();
        return;
      }
      unit = number->second;
      numbers_.push_back(logarithmic ? std::log(number->first) : number->first);
    }
    const auto [least, most] = std::ranges::minmax(numbers_);
    least_ = least;
    most_ = most;
    if (!(least_ < most_)) numbers_.clear();
  }

  double At(const std::string& value) const {
    const auto found = std::ranges::find(values_, value) - values_.begin();
    const auto index = static_cast<std::size_t>(found);
    const double share =
        numbers_.empty() ? (static_cast<double>(index) + 0.5) / static_cast<double>(values_.size())
                         : 0.04 + 0.92 * (numbers_[index] - least_) / (most_ - least_);
    return kLeft + (kRight - kLeft) * share;
  }
  // Values that there is room to name.
  std::vector<std::string> Named() const {
    constexpr std::size_t kNamesMax = 14;
    const std::size_t step = values_.size() / kNamesMax + 1;
    std::vector<std::string> named;
    for (std::size_t i = 0; i < values_.size(); i += step) named.push_back(values_[i]);
    return named;
  }
  bool to_scale() const { return !numbers_.empty(); }

 private:
  std::vector<std::string> values_;
  std::vector<double> numbers_;  // empty: not to scale
  double least_ = 0;
  double most_ = 0;
};

struct Dot {
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
};

std::optional<double> CellNumber(const SweepRow& row, std::size_t column) {
  const auto number = NumberIn(row.cells[column]);
  return number.has_value() ? std::optional(number->first) : std::nullopt;
}

// Columns of the interval around `y`, "x_low" and "x_high" of "x_share"; both 0 where there is none.
std::pair<std::size_t, std::size_t> IntervalOf(std::size_t y) {
  const auto& columns = SweepColumns();
  const std::string& name = columns[y];
  const std::string_view suffix = "_share";
  if (!name.ends_with(suffix)) return {0, 0};
  const std::string stem = name.substr(0, name.size() - suffix.size());
  const auto low = std::ranges::find(columns, stem + "_low") - columns.begin();
  const auto high = std::ranges::find(columns, stem + "_high") - columns.begin();
  const auto end = static_cast<std::ptrdiff_t>(columns.size());
  if (low == end || high == end) return {0, 0};
  return {static_cast<std::size_t>(low), static_cast<std::size_t>(high)};
}

// By series, then by place from left to right.
using Dots = std::vector<std::map<double, std::vector<Dot>>>;

Dots Place(const SweepPlan& plan, std::span<const SweepRow> rows, const Horizontal& horizontal,
           const std::vector<std::string>& series) {
  const SweepPicturePlan& picture = *plan.picture;
  const auto [low, high] = IntervalOf(picture.y);
  Dots dots(series.size());
  for (const SweepRow& row : rows) {
    const std::optional<double> value = CellNumber(row, picture.y);
    if (!value.has_value()) continue;
    const std::vector<std::string>& values = plan.points[row.point].values;
    const auto line = picture.series.has_value()
                          ? std::ranges::find(series, values[*picture.series]) - series.begin()
                          : 0;
    Dot dot{*value, std::nullopt, std::nullopt};
    if (high != 0) {
      dot.low = CellNumber(row, low);
      dot.high = CellNumber(row, high);
    }
    dots[static_cast<std::size_t>(line)][horizontal.At(values[picture.x])].push_back(dot);
  }
  return dots;
}

// 1, 2 or 5 times a power of ten, at least `value`.
double RoundUp(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= value) return factor * power;
  }
  return 10 * power;
}

double Most(const Dots& dots) {
  double most = 0;
  for (const auto& line : dots) {
    for (const auto& [x, here] : line) {
      for (const Dot& dot : here) most = std::max(most, dot.value);
    }
  }
  return RoundUp(most);
}

double YOf(double value, double most) {
  return kBottom - (kBottom - kTop) * std::clamp(value / most, 0.0, 1.0);
}

std::string Line(const std::map<double, std::vector<Dot>>& line, double most, std::size_t number) {
  const std::string_view colour = SvgColour(number);
  std::string path;
  std::string marks;
  for (const auto& [x, here] : line) {
    double sum = 0;
    for (const Dot& dot : here) {
      sum += dot.value;
      marks += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>\n", x,
                           YOf(dot.value, most), colour);
    }
    path += fmt::format("{:.1f},{:.1f} ", x, YOf(sum / static_cast<double>(here.size()), most));
    if (here.size() > 1 || !here.front().low.has_value()) continue;
    marks += SvgLine(x, YOf(*here.front().low, most), x,
                     YOf(here.front().high.value_or(0), most),
                     fmt::format("stroke=\"{}\" stroke-opacity=\"0.4\"", colour));
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-width=\"1.5\" {}/>\n", path,
                     SvgStroke(number)) +
         marks;
}

std::string Axes(const SweepPlan& plan, const Horizontal& horizontal, double most) {
  std::string svg;
  for (int fifth = 0; fifth <= 5; ++fifth) {
    const double value = most * fifth / 5;
    svg += SvgLine(kLeft, YOf(value, most), kRight, YOf(value, most), "stroke=\"#ddd\"");
    svg += Text(kLeft - 8, YOf(value, most) + 4, "end", fmt::format("{:g}", value));
  }
  for (const std::string& value : horizontal.Named()) {
    svg += Text(horizontal.At(value), kBottom + 18, "middle", value);
  }
  svg += Text((kLeft + kRight) / 2, kBottom + 40, "middle",
              plan.parameters[plan.picture->x] + (horizontal.to_scale() ? "" : " (not to scale)"));
  svg += Text(kLeft, kTop - 14, "start", SweepColumns()[plan.picture->y]);
  return svg + Text(kLeft, kTop - 36, "start", plan.picture->title);
}

// Lines of at most kFootnoteChars, broken at spaces.
std::vector<std::string> Footnotes(const SweepPlan& plan) {
  std::vector<std::string> lines;
  for (const std::string& limit : plan.not_to_conclude) {
    lines.push_back("Not to be concluded:");
    std::string_view rest = limit;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      if (lines.back().size() + 1 + word.size() > kFootnoteChars) lines.emplace_back();
      lines.back() += fmt::format("{}{}", lines.back().empty() ? "" : " ", word);
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
  }
  return lines;
}

}  // namespace

std::string SweepPicture(const SweepPlan& plan, std::span<const SweepRow> rows) {
  EARSHOT_CHECK(plan.picture.has_value());
  const SweepPicturePlan& picture = *plan.picture;
  const Horizontal horizontal(ValuesOf(plan, picture.x), picture.logarithmic_x);
  const std::vector<std::string> series =
      picture.series.has_value() ? ValuesOf(plan, *picture.series) : std::vector<std::string>{""};
  const Dots dots = Place(plan, rows, horizontal, series);
  const double most = Most(dots);
  const std::vector<std::string> footnotes = Footnotes(plan);
  std::string svg =
      SvgBegin(kWidth, kFootnotes + kLineHeight * static_cast<double>(footnotes.size())) +
      Axes(plan, horizontal, most);
  for (std::size_t i = 0; i < series.size(); ++i) {
    svg += Line(dots[i], most, i);
    if (!picture.series.has_value()) continue;
    const double y = kTop + kLineHeight * static_cast<double>(i + 1);
    svg += SvgLine(kRight + 12, y - 4, kRight + 36, y - 4, "stroke-width=\"2\" " + SvgStroke(i));
    svg += Text(kRight + 42, y, "start", series[i]);
  }
  if (picture.series.has_value()) {
    svg += Text(kRight + 12, kTop - 4, "start", plan.parameters[*picture.series]);
  }
  for (std::size_t i = 0; i < footnotes.size(); ++i) {
    svg += Text(kLeft, kFootnotes + kLineHeight * static_cast<double>(i), "start", footnotes[i]);
  }
  return svg + "</svg>\n";
}

}  // namespace earshot
