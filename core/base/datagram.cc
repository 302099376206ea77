#include "core/base/datagram.h"

#include <fmt/format.h>

#include <charconv>

namespace earshot {
namespace {

// Reads one decimal number up to `max` from the front of `text`; false when there is none.
bool TakeNumber(std::string_view& text, std::uint32_t max, std::uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value > max) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Result<Endpoint> Endpoint::Parse(std::string_view text) {
  std::string_view rest = text;
  Endpoint endpoint;
  std::uint32_t number = 0;
  bool ok = true;
  for (int part = 0; part < 4 && ok; ++part) {
    ok = (part == 0 || TakeChar(rest, '.')) && TakeNumber(rest, 255, number);
    endpoint.address = (endpoint.address << 8U) | number;
  }
  ok = ok && TakeChar(rest, ':') && TakeNumber(rest, 65535, number) && rest.empty();
  if (!ok) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is not an IPv4 endpoint; write it as 127.0.0.1:4000", text));
  }
  endpoint.port = static_cast<std::uint16_t>(number);
  return endpoint;
}

std::string Endpoint::ToText() const {
  return fmt::format("{}.{}.{}.{}:{}", address >> 24U, (address >> 16U) & 255U,
                     (address >> 8U) & 255U, address & 255U, port);
}

}  // namespace earshot
