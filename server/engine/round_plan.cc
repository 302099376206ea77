#include "server/engine/round_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/base/quantity_text.h"
#include "core/domain/policy.h"
#include "core/geo/wgs84.h"
#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

// So that an answer that crossed the world and an EVIDENCE that was repeated once still count.
constexpr Duration kStragglers = std::chrono::milliseconds(700);
constexpr Duration kGapLongest = std::chrono::milliseconds(500);

Duration DrawBelow(Random& random, Duration bound) {
  if (bound <= Duration(0)) return Duration(0);
  return Duration(
      static_cast<std::int64_t>(random.NextBelow(static_cast<std::uint64_t>(bound.count()))));
}

}  // namespace

Status CheckRoundOptions(const RoundOptions& options) {
  if (options.length < kRoundLengthMin || options.length > kRoundLengthMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("round length {} is outside {} to {}", DurationText(options.length),
                            DurationText(kRoundLengthMin), DurationText(kRoundLengthMax)));
  }
  if (options.trains < 1 || options.trains > kRoundTrainsMax) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} trains a round are outside 1 to {}",
                                                         options.trains, kRoundTrainsMax));
  }
  const RoundTiming timing = TimeRound(options);
  if (timing.gap_max * (options.trains - 1) + timing.closing >= options.length) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} trains do not fit into a round of {}; ask for fewer or make the "
                            "round longer", options.trains, DurationText(options.length)));
  }
  return {};
}

RoundTiming TimeRound(const RoundOptions& options) {
  RoundTiming timing;
  timing.gap_max = std::min(options.length / 20, kGapLongest);
  timing.gap_min = timing.gap_max / 2;
  timing.evidence_idle = 2 * timing.gap_max + std::chrono::milliseconds(200);
  timing.closing = timing.evidence_idle + kStragglers;
  return timing;
}

SessionTerms TermsFor(const RoundOptions& options) {
  SessionTerms terms;
  terms.chain_length = static_cast<std::uint16_t>(
      std::min<std::uint32_t>(options.trains * terms.train_length, wire::kChainLengthMax));
  terms.evidence_idle =
      std::chrono::ceil<std::chrono::milliseconds>(TimeRound(options).evidence_idle);
  // A session may wait for its round, and for another one when it came too late for that.
  terms.lifetime = std::chrono::ceil<std::chrono::milliseconds>(
      std::max<Duration>(4 * options.length, std::chrono::seconds(60)));
  return terms;
}

std::optional<std::vector<MonotonicInstant>> PlanTrainStarts(const RoundOptions& options,
                                                             std::uint32_t trains,
                                                             MonotonicInstant from,
                                                             MonotonicInstant until,
                                                             Random& random) {
  const RoundTiming timing = TimeRound(options);
  std::vector<Duration> offsets{Duration(0)};
  while (offsets.size() < trains) {
    offsets.push_back(offsets.back() + timing.gap_min +
                      DrawBelow(random, timing.gap_max - timing.gap_min));
  }
  const Duration room = (until - timing.closing) - from - offsets.back();
  if (room < Duration(0)) return std::nullopt;
  const MonotonicInstant first = from + DrawBelow(random, room);
  std::vector<MonotonicInstant> starts;
  for (const Duration offset : offsets) starts.push_back(first + offset);
  return starts;
}

std::vector<std::size_t> ChooseLandmarks(std::span<const Landmark> landmarks, const Position& site,
                                         std::uint32_t per_device, Random& random) {
  std::vector<std::size_t> chosen(landmarks.size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (per_device == 0 || per_device >= landmarks.size()) return chosen;
  const auto nearest = std::min_element(
      chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
        return GeodesicDistance(landmarks[a].position, site) <
               GeodesicDistance(landmarks[b].position, site);
      });
  std::iter_swap(chosen.begin(), nearest);
  // Fisher-Yates over the others, as far as they are needed.
  for (std::size_t i = 1; i < per_device; ++i) {
    const std::size_t pick = i + random.NextBelow(chosen.size() - i);
    std::swap(chosen[i], chosen[pick]);
  }
  chosen.resize(per_device);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace earshot
