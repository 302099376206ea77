#include "core/base/quantity_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <span>

namespace earshot {
namespace {

struct Unit {
  std::string_view name;
  double scale;
};

// Nanoseconds a unit, longest first so that DurationText finds the shortest exact form.
constexpr std::array<Unit, 7> kTimeUnits = {{{"d", 86400e9},
                                             {"h", 3600e9},
                                             {"min", 60e9},
                                             {"s", 1e9},
                                             {"ms", 1e6},
                                             {"us", 1e3},
                                             {"ns", 1}}};
constexpr std::array<Unit, 2> kLengthUnits = {{{"m", 1}, {"km", 1000}}};

// The number in `text` times the scale of its unit. `kind` and `usual_unit` word the message.
Result<double> ParseWithUnit(std::string_view text, std::span<const Unit> units,
                             std::string_view kind, std::string_view usual_unit) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is not a {}; write a number and a unit, such as \"20 {}\"", text,
                            kind, usual_unit));
  }
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& known : units) {
    if (unit == known.name) return number * known.scale;
  }
  std::string names;
  for (const Unit& known : units) names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
  if (unit.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} \"{}\" has no unit; write \"{} {}\" or another of {}", kind, text,
                            text, usual_unit, names));
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not a unit of {}; use one of {}",
                                                       unit, kind, names));
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  EARSHOT_ASSIGN_OR_RETURN(const double ns, ParseWithUnit(text, kTimeUnits, "duration", "s"));
  if (std::abs(ns) >= 9.2e18) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("duration \"{}\" is longer than 292 years", text));
  }
  return Duration(std::llround(ns));
}

Result<Distance> ParseDistance(std::string_view text) {
  EARSHOT_ASSIGN_OR_RETURN(const double m, ParseWithUnit(text, kLengthUnits, "distance", "km"));
  if (!std::isfinite(m)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("distance \"{}\" is too long", text));
  }
  return Distance::Metres(m);
}

std::string DurationText(Duration d) {
  if (d == Duration(0)) return "0 s";
  for (const Unit& unit : kTimeUnits) {
    const auto scale = static_cast<std::int64_t>(unit.scale);
    if (d.count() % scale == 0) return fmt::format("{} {}", d.count() / scale, unit.name);
  }
  return fmt::format("{} ns", d.count());
}

std::string UtcText(WallInstant instant) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t ns = instant.nanoseconds();
  const std::time_t seconds = (ns - (ns % kSecond + kSecond) % kSecond) / kSecond;
  std::tm utc{};
  if (gmtime_r(&seconds, &utc) == nullptr) return "no date";
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &utc);
  return {text.data(), size};
}

}  // namespace earshot
