// Any text as what people write: quantities, endpoints, country codes, hexadecimal digits, and, line
// by line, the arguments of the program.
#include "cli/arguments.h"
#include "core/base/datagram.h"
#include "core/base/quantity_text.h"
#include "core/geo/country_zones.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

void ReadWord(std::string_view text) {
  if (const auto duration = ParseDuration(text)) {
    const auto again = ParseDuration(DurationText(*duration));
    // Whole units up to 2^53 are exact in a double; beyond, a duration of 104 days may be rounded.
    const bool exact = duration->count() < (std::int64_t{1} << 53U) &&
                       duration->count() > -(std::int64_t{1} << 53U);
    EARSHOT_CHECK(again.has_value() && (!exact || *again == *duration));
  }
  if (const auto distance = ParseDistance(text)) {
    EARSHOT_CHECK(distance->metres() - distance->metres() == 0);  // finite
  }
  if (const auto endpoint = Endpoint::Parse(text)) {
    EARSHOT_CHECK(Endpoint::Parse(endpoint->ToText()) == *endpoint);
  }
  if (const auto country = ParseCountryCode(text)) EARSHOT_CHECK(country->text() == text);
  if (const auto bytes = HexDecode(text)) EARSHOT_CHECK(bytes->size() * 2 == text.size());
}

void ReadArguments(std::string_view text) {
  std::vector<std::string> arguments;
  while (!text.empty() && arguments.size() < 32) {
    const std::size_t end = text.find('\n');
    arguments.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  const auto command = ParseArguments(arguments);
  // Whoever is refused is told something.
  EARSHOT_CHECK(command.has_value() || !command.error().text.empty());
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  earshot::fuzz::ReadWord(text);
  earshot::fuzz::ReadArguments(text);
  return 0;
}
