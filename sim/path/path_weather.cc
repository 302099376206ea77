#include "sim/path/path_weather.h"

#include <algorithm>
#include <array>

#include "sim/path/packet_fate.h"

namespace earshot {
namespace {

// 2^16 (1 + cos(pi h / 12)) / 2, rounded to the nearest, h hours from the busiest.
constexpr std::array<std::int64_t, 13> kRaisedCosine = {
    65536, 64419, 61146, 55938, 49152, 41249, 32768, 24287, 16384, 9598, 4390, 1117, 0};

constexpr Duration kDay = std::chrono::hours(24);
constexpr Duration kHour = std::chrono::hours(1);

// In [0, `whole`), rising with `word`. Of `whole` up to a century.
Duration ShareOf(Duration whole, std::uint32_t word) {
  constexpr unsigned kBits = 20;
  const auto ns = static_cast<std::uint64_t>(whole.count());
  return Duration(static_cast<std::int64_t>((ns >> kBits) * (word >> (32 - kBits))));
}

// In [0, `most`], of `most` up to two seconds.
Duration AmountOf(Duration most, std::uint32_t word) {
  const auto ns = static_cast<std::uint64_t>(most.count());
  return Duration(static_cast<std::int64_t>((ns * word) >> 32U));
}

std::uint32_t StretchAt(Duration every, Duration at) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at / every, 0, UINT32_MAX - 2));
}

}  // namespace

Duration RhythmExtra(const DailyRhythm& rhythm, Duration since_midnight) {
  const Duration after = ((since_midnight - rhythm.busiest) % kDay + kDay) % kDay;
  const Duration away = std::min(after, kDay - after);
  const auto hour = static_cast<std::size_t>(away / kHour);
  if (hour + 1 >= kRaisedCosine.size()) return Duration(0);
  const std::int64_t fall = kRaisedCosine[hour] - kRaisedCosine[hour + 1];
  const std::int64_t level = kRaisedCosine[hour] - fall * (away % kHour).count() / kHour.count();
  return Duration(rhythm.adds_at_most.count() * level / kRaisedCosine.front());
}

bool PathWeather::CutAt(Duration at) const {
  return std::ranges::any_of(cuts, [at](const Times& cut) { return cut.StatedAt(at); });
}

bool PathWeather::CutThroughout(Duration from, Duration to) const {
  while (from < to) {
    Duration reached = from;
    for (const Times& cut : cuts) {
      if (cut.StatedAt(from)) reached = std::max(reached, cut.until.value_or(to));
    }
    if (reached == from) return false;
    from = reached;
  }
  return true;
}

Duration PathWeather::PassedUntil(Duration at) const {
  while (at >= Duration(0)) {
    Duration reached = at;
    for (const Times& cut : cuts) {
      if (cut.StatedAt(at - Duration(1))) reached = std::min(reached, cut.from);
    }
    if (reached == at) return at;
    at = reached == Duration(0) ? Duration(-1) : reached;
  }
  return at;
}

Duration PathWeather::SharedExtra(Duration at) const {
  Duration sum(0);
  if (rhythm.adds_at_most > Duration(0)) sum += RhythmExtra(rhythm, at + solar_offset);
  for (const Queue& queue : queues) {
    const Times& when = queue.when;
    if (!when.drawn()) {
      if (when.StatedAt(at)) sum += queue.adds;
      continue;
    }
    const std::uint32_t stretch = StretchAt(when.every, at);
    const PhiloxWords words = PhiloxAt(queue.place, stretch, queue.number, 0);
    const Duration begin = stretch * when.every + ShareOf(when.every - when.lasts, words[0]);
    if (begin <= at && at < begin + when.lasts) sum += queue.adds;
  }
  return sum;
}

Duration PathWeather::RouteExtra(PhiloxKey device, Duration at) const {
  Duration sum(0);
  for (const Route& route : routes) {
    const Times& when = route.when;
    const auto words = [&](std::uint32_t change) {
      return PhiloxAt(device, change, route.number, landmark);
    };
    if (!Happens(words(0)[2], route.share)) continue;
    if (!when.drawn()) {
      if (when.StatedAt(at)) sum += AmountOf(route.adds_at_most, words(0)[1]);
      continue;
    }
    // The change of stretch s, from 0, is number s + 1; before the first the path is undisturbed.
    std::uint32_t change = StretchAt(when.every, at) + 1;
    if (at < (change - 1) * when.every + ShareOf(when.every, words(change)[0])) --change;
    if (change > 0) sum += AmountOf(route.adds_at_most, words(change)[1]);
  }
  return sum;
}

}  // namespace earshot
