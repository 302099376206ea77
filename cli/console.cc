#include "cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "core/report/json.h"

namespace earshot {
namespace {

// Code points: every byte of UTF-8 but continuations.
std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view Sequence(Colour colour) {
  switch (colour) {
    case Colour::kNone: return "";
    case Colour::kBlue: return "38;5;25";
    case Colour::kVermillion: return "38;5;166";
    case Colour::kGreen: return "38;5;35";
    case Colour::kGrey: return "38;5;244";
    case Colour::kBold: return "1";
  }
  return "";
}

// The columns of the terminal on `fd`; kTextWidthMax where it is none or does not know them.
std::size_t WidthOf(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kTextWidthMax;
  return std::clamp<std::size_t>(size.ws_col, kTextWidthMin, kTextWidthMax);
}

}  // namespace

Console SystemConsole() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool wanted = (no_colour == nullptr || *no_colour == '\0') && terminal != nullptr &&
                      std::string_view(terminal) != "dumb";
  return {std::cout, std::cerr, wanted && isatty(STDOUT_FILENO) == 1,
          WidthOf(STDOUT_FILENO)};
}

ExitCode Complain(const Console& console, const Error& error) {
  console.err << "earshot: " << error.message() << '\n';
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnsupported: return ExitCode::kUsage;
    default: return ExitCode::kFailed;
  }
}

ExitCode Show(const Console& console, bool json, const google::protobuf::Message& report,
              const std::function<std::string()>& text) {
  if (!json) {
    console.out << text();
    return ExitCode::kRan;
  }
  const Result<std::string> document = ToJson(report);
  if (!document.has_value()) return Complain(console, document.error());
  console.out << *document;
  return ExitCode::kRan;
}

std::string Painted(const Console& console, Colour colour, std::string_view text) {
  if (!console.colour || colour == Colour::kNone) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", Sequence(colour), text);
}

std::string Counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string Wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    if (word.empty()) continue;
    const std::size_t length = Columns(word);
    if (column > 0 && column + 1 + length > width) {
      out += '\n';
      out.append(indent, ' ');
      column = 0;
    }
    if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
  }
  return out;
}

}  // namespace earshot
