#include "core/report/svg.h"

#include <fmt/format.h>

#include <array>

namespace earshot {
namespace {

constexpr std::array<std::string_view, 7> kPalette = {"#000000", "#0072b2", "#d55e00", "#009e73",
                                                      "#cc79a7", "#e69f00", "#56b4e9"};
constexpr std::array<std::string_view, 3> kDashings = {"none", "7 3", "2 3"};

std::string EscapedForSvg(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string SvgBegin(double width, double height) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "width=\"{0:.0f}\" height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
      width, height);
}

std::string SvgText(double x, double y, std::string_view text, std::string_view attributes) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes,
                     EscapedForSvg(text));
}

std::string SvgLine(double x1, double y1, double x2, double y2, std::string_view attributes) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1,
                     x2, y2, attributes);
}

std::string_view SvgColour(std::size_t number) { return kPalette[number % kPalette.size()]; }

std::string_view SvgDashes(std::size_t number) {
  return kDashings[number / kPalette.size() % kDashings.size()];
}

std::string SvgStroke(std::size_t number) {
  return fmt::format("stroke=\"{}\" stroke-dasharray=\"{}\"", SvgColour(number), SvgDashes(number));
}

}  // namespace earshot
