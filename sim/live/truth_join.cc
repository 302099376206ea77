#include "sim/live/truth_join.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "core/os/files.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

constexpr std::size_t kEventsBytesMax = std::size_t{1} << 30U;
// EWP1 packet types (docs/PROTOCOL.md, section 2).
constexpr std::uint8_t kPing = 5;
constexpr std::uint8_t kPong = 6;

std::optional<StampKind> ParseStampKind(std::string_view name) {
  for (const StampKind kind :
       {StampKind::kUserSpace, StampKind::kKernelReceive, StampKind::kKernelBoth}) {
    if (name == StampKindName(kind)) return kind;
  }
  return std::nullopt;
}

// False when the line is no event of ours.
bool AppendEvent(std::string_view line, LoggedEvents* events) {
  v1::RunEvent event;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage({line.data(), line.size()}, &event, options)
           .ok()) {
    return false;
  }
  if (event.event() == "verdict") {
    events->verdicts.push_back(
        {Duration(std::llround(event.at_ns())), event.device(), event.headline()});
    return true;
  }
  if (event.event() != "sample") return !event.event().empty();
  LoggedSample sample;
  const char* const end = event.session().data() + event.session().size();
  const auto stamps = ParseStampKind(event.stamps());
  if (std::from_chars(event.session().data(), end, sample.session, 16).ptr != end ||
      !stamps.has_value() || !std::isfinite(event.rtt_ns())) {
    return false;
  }
  sample.landmark = event.landmark();
  sample.session_round = event.session_round();
  sample.index = event.index();
  sample.rtt = Rtt::FromDuration(Duration(std::llround(event.rtt_ns())));
  sample.stamps = *stamps;
  sample.tainted = event.taint() != 0;
  events->samples.push_back(std::move(sample));
  return true;
}

struct Holds {
  std::string device;
  std::optional<Duration> ping;
  std::optional<Duration> pong;
};

void KeepShorter(std::optional<Duration>* held, Duration found) {
  if (!held->has_value() || found < **held) *held = found;
}

Duration Allowance(const LoggedSample& sample) {
  if (sample.stamps == StampKind::kUserSpace) return Duration(0);
  const double slew =
      kWallClockAllowancePpm * 1e-6 * static_cast<double>(sample.rtt.duration().count());
  return Duration(static_cast<std::int64_t>(slew)) + kWallClockAllowance;
}

// The value at share `q` of `sorted`; 0 when there is none.
Duration At(const std::vector<Duration>& sorted, double q) {
  if (sorted.empty()) return Duration(0);
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

Result<LoggedEvents> ParseEvents(std::string_view text) {
  LoggedEvents events;
  std::size_t at = 0;
  std::size_t line = 1;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', at), ++line) {
    if (!AppendEvent(text.substr(at, end - at), &events)) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("line {}: not an event", line));
    }
    at = end + 1;
  }
  return events;
}

Result<LoggedEvents> ReadEvents(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kEventsBytesMax));
  Result<LoggedEvents> events = ParseEvents(text);
  if (!events.has_value()) return Fail(std::move(events).error(), path);
  return events;
}

TruthJoin JoinWithTruth(std::span<const LoggedSample> samples, std::span<const TruthLine> truth) {
  TruthJoin join;
  std::map<std::tuple<std::string, std::uint64_t, std::uint32_t, std::uint32_t>, Holds> holds;
  std::vector<Duration> errors;
  for (const TruthLine& line : truth) {
    ++join.packets;
    errors.push_back(line.record.error);
    if (line.record.corrupted) continue;
    const bool ping = line.record.type == kPing;
    if (!ping && line.record.type != kPong) continue;
    Holds& held =
        holds[{line.landmark, line.record.session, line.record.round, line.record.index}];
    held.device = line.device;
    KeepShorter(ping ? &held.ping : &held.pong, line.record.held);
  }
  for (const LoggedSample& sample : samples) {
    ++join.samples;
    if (sample.tainted) ++join.tainted;
    const auto found =
        holds.find({sample.landmark, sample.session, sample.session_round, sample.index});
    if (found == holds.end() || !found->second.ping.has_value() ||
        !found->second.pong.has_value()) {
      ++join.unmatched;
      continue;
    }
    const Duration held = *found->second.ping + *found->second.pong;
    if (!sample.tainted) {
      const Duration late = std::max(Duration(0), sample.rtt.duration() - held);
      auto& rounds = join.lateness[found->second.device];
      const auto [at, first] = rounds.try_emplace({sample.session, sample.session_round}, late);
      if (!first) at->second = std::min(at->second, late);
    }
    const Duration shortfall = held - sample.rtt.duration() - Allowance(sample);
    if (shortfall > Duration(0)) ++join.below_truth;
    join.shortfall_max = std::max(join.shortfall_max, shortfall);
  }
  std::sort(errors.begin(), errors.end());
  join.error_median = At(errors, 0.5);
  join.error_p99 = At(errors, 0.99);
  return join;
}

}  // namespace earshot
