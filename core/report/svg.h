// core/report/svg.h: the parts that every picture shares. Pictures are SVG without scripts and
// without references: a browser shows them off-line.
//
// Coordinates are pixels, x to the right and y down. Whatever is text is escaped here, and only here.
#ifndef EARSHOT_CORE_REPORT_SVG_H_
#define EARSHOT_CORE_REPORT_SVG_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace earshot {

// The root element, open, on a white ground; "</svg>" closes it.
std::string SvgBegin(double width, double height);

// `attributes` goes into the element as it stands, such as "text-anchor=\"end\"".
std::string SvgText(double x, double y, std::string_view text, std::string_view attributes = {});
std::string SvgLine(double x1, double y1, double x2, double y2, std::string_view attributes);

// How the `number`th line of a picture is drawn: Okabe and Ito's palette, which readers with any
// colour vision can tell apart (https://jfly.uni-koeln.de/color/), and dashes for those that come
// round again.
std::string_view SvgColour(std::size_t number);
std::string_view SvgDashes(std::size_t number);
// Both as attributes of a stroke.
std::string SvgStroke(std::size_t number);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_SVG_H_
