// cli/console.h: what a command may write to, and how it ends.
#ifndef EARSHOT_CLI_CONSOLE_H_
#define EARSHOT_CLI_CONSOLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace earshot {

enum class ExitCode : std::uint8_t {
  kRan = 0,
  kFlagged = 1,       // with --fail-on flagged, and in ping
  kUsage = 2,         // usage, configuration or scenario error: nothing was started
  kFailed = 3,        // the machine refused, or a check did not stand
  kInconclusive = 4,  // too few answers
};

// Lines longer than this are hard to read, and shorter ones hold no sentence.
inline constexpr std::size_t kTextWidthMax = 100;
inline constexpr std::size_t kTextWidthMin = 40;

// Data goes to `out`, narration to `err`. References outlive every command.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool colour = false;  // escape sequences on `out`
  std::size_t width = kTextWidthMax;  // columns that text is broken at; tables keep theirs
};

// The process's own streams; colour when stdout is a terminal that knows it (TERM) and
// NO_COLOR is not set; as wide as that terminal within kTextWidthMin and kTextWidthMax, and
// kTextWidthMax in a file.
Console SystemConsole();

// Prints "earshot: message" on stderr and returns the code that fits: kUsage for what the user wrote
// or named wrongly, kFailed for what the machine refused.
ExitCode Complain(const Console& console, const Error& error);

// Prints `report` as one JSON document when `json`, else what `text` returns. kRan, or kUsage for a
// report that JSON cannot hold (core/report/json.h).
ExitCode Show(const Console& console, bool json, const google::protobuf::Message& report,
              const std::function<std::string()>& text);

enum class Colour : std::uint8_t { kNone, kBlue, kVermillion, kGreen, kGrey, kBold };
// `text` in `colour`; unchanged where the console has none. Colours follow Okabe and Ito and are
// never the only sign of anything.
std::string Painted(const Console& console, Colour colour, std::string_view text);

// "1 device", "25 devices".
std::string Counted(std::uint64_t number, std::string_view noun);

// `text` broken at spaces into lines of at most `width` characters (code points), each after the
// first preceded by `indent` spaces. Words are never cut. No newline at the end.
std::string Wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace earshot

#endif  // EARSHOT_CLI_CONSOLE_H_
