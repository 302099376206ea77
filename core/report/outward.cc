#include "core/report/outward.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/report/country_names.h"

namespace earshot {
namespace {

// 1234567 as "1,234,567".
std::string Grouped(std::int64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

Distance WholeKilometresUp(Distance d) {
  return std::isfinite(d.metres()) ? Distance::Kilometres(std::ceil(d.kilometres())) : d;
}

Distance OneWay(Duration round_trip, Medium medium) {
  return Distance::Metres(SpeedIn(medium).metres_per_second() * ToSeconds(round_trip) / 2);
}

}  // namespace

Rtt OutwardRtt(Rtt rtt, Duration privacy_floor) {
  EARSHOT_CHECK(privacy_floor.count() > 0);
  const std::int64_t steps = (rtt.duration() + privacy_floor - Duration(1)) / privacy_floor;
  return Rtt::FromDuration(privacy_floor * std::max<std::int64_t>(steps, 1));
}

OutwardRing ToOutward(const LandmarkRings& rings, Duration privacy_floor) {
  const Rtt rtt = OutwardRtt(rings.rtt_min, privacy_floor);
  const Duration added = rtt.duration() - rings.rtt_min.duration();
  return {.rtt = rtt,
          .vacuum = WholeKilometresUp(rings.vacuum.radius() + OneWay(added, Medium::kVacuum)),
          .fibre = WholeKilometresUp(rings.fibre.radius() + OneWay(added, Medium::kFibre)),
          .declared = Distance::Kilometres(std::floor(rings.declared.kilometres()))};
}

Distance OutwardReach(Distance reach, Duration privacy_floor) {
  if (!std::isfinite(reach.metres())) return reach;
  const double step = OneWay(privacy_floor, Medium::kVacuum).metres();
  return WholeKilometresUp(Distance::Metres(std::ceil(reach.metres() / step) * step));
}

std::string ReachText(Distance d) {
  if (!std::isfinite(d.metres())) return "unlimited";
  return Grouped(static_cast<std::int64_t>(std::ceil(d.kilometres()))) + " km";
}

std::string AtLeastText(Distance d) {
  return Grouped(static_cast<std::int64_t>(std::floor(d.kilometres()))) + " km";
}

std::string MillisecondsText(Rtt rtt) {
  const std::int64_t microseconds = (rtt.duration().count() + 999) / 1000;
  if (microseconds % 100 == 0) {
    return fmt::format("{}.{} ms", microseconds / 1000, microseconds % 1000 / 100);
  }
  return fmt::format("{}.{:03} ms", microseconds / 1000, microseconds % 1000);
}

std::string AgeText(Duration age) {
  const std::int64_t seconds = age / std::chrono::seconds(1);
  const auto counted = [](std::int64_t n, std::string_view unit) {
    return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (seconds < 120) return counted(seconds, "second");
  if (seconds < 7'200) return counted(seconds / 60, "minute");
  if (seconds < 172'800) return counted(seconds / 3600, "hour");
  return counted(seconds / 86400, "day");
}

std::string FrequencyText(double probability) {
  if (!(probability > 0)) return "none in any number";
  constexpr double kOutOfMax = 1e9;
  double out_of = 100;
  while (out_of < kOutOfMax) {
    const double count = probability * out_of;
    const double nearest = std::round(count);
    if (nearest >= 1 && std::abs(count - nearest) <= 0.02 * count) break;
    out_of *= 10;
  }
  const double count = std::max(1.0, std::round(probability * out_of));
  return fmt::format("{} in {}", Grouped(static_cast<std::int64_t>(count)),
                     Grouped(static_cast<std::int64_t>(out_of)));
}

std::string CountryName(CountryCode code) {
  const std::string_view name = EnglishCountryName(code);
  return name.empty() ? code.text() : std::string(name);
}

std::string CountryListText(std::span<const CountryCode> countries, std::size_t most) {
  if (countries.empty()) return "none";
  std::string text;
  // A list one longer than `most` is printed whole: "and 1 more" would save nothing.
  const bool cut = countries.size() > most + 1;
  const std::size_t shown = cut ? most : countries.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += !cut && i + 1 == shown ? " and " : ", ";
    text += CountryName(countries[i]);
  }
  if (cut) text += fmt::format(" and {} more", countries.size() - shown);
  return text;
}

}  // namespace earshot
