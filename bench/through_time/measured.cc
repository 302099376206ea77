#include "bench/through_time/measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/dataset/measurements.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

constexpr std::string_view kSeriesHeader = "probe,target,access,unix_time,s1_ms,s2_ms,s3_ms";
constexpr double kMillisecondsMost = 3.6e6;

std::vector<std::string_view> Fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t comma = line.find(',');
    fields.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

template <typename T>
std::optional<T> Number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error Malformed(int line) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("line {}: expected {}", line, kSeriesHeader));
}

struct Burst {
  std::int64_t at;
  Rtt floor;
};

// The least sample of a row; nothing when all were lost.
Result<std::optional<Rtt>> FloorOf(std::span<const std::string_view> samples, int line) {
  std::optional<Rtt> floor;
  for (const std::string_view text : samples) {
    if (text.empty()) continue;
    const auto ms = Number<double>(text);
    if (!ms || !(*ms >= 0 && *ms <= kMillisecondsMost)) {
      return tl::unexpected<Error>(Malformed(line));
    }
    const Rtt rtt = Rtt::FromDuration(Duration(static_cast<std::int64_t>(*ms * 1e6)));
    floor = floor ? std::min(*floor, rtt) : rtt;
  }
  return floor;
}

class RttTable {
 public:
  explicit RttTable(const Measurements& all) : size_(all.nodes.size()), rtts_(size_ * size_) {
    for (const MeasuredRtt& each : all.rtts) {
      Keep(each.source, each.target, each.rtt);
      Keep(each.target, each.source, each.rtt);
    }
  }
  std::optional<Rtt> Between(std::size_t a, std::size_t b) const { return rtts_[a * size_ + b]; }

 private:
  void Keep(std::size_t a, std::size_t b, Rtt rtt) {
    auto& kept = rtts_[a * size_ + b];
    kept = kept ? std::min(*kept, rtt) : rtt;
  }
  std::size_t size_;
  std::vector<std::optional<Rtt>> rtts_;
};

// Everything but the padding: none when too few nodes measured both places.
std::optional<std::vector<PathChange>> Moved(const Measurements& all, const RttTable& table,
                                             std::size_t from, std::size_t to,
                                             const MeasuredMoves& options, Draws& draws) {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < all.nodes.size(); ++i) {
    const bool fit = i != from && i != to && all.nodes[i].is_scored;
    if (fit && table.Between(from, i) && table.Between(to, i)) others.push_back(i);
  }
  if (others.size() < options.paths) return std::nullopt;
  std::ranges::sort(others, {}, [&](std::size_t i) {
    return GeodesicDistance(all.nodes[from].position, all.nodes[i].position);
  });
  for (std::size_t i = options.paths / 2; i < options.paths; ++i) {
    std::swap(others[i], others[i + draws.Below(others.size() - i)]);
  }
  std::vector<PathChange> paths;
  for (std::size_t i = 0; i < options.paths; ++i) {
    const std::size_t landmark = others[i];
    paths.push_back({.landmark = LandmarkId(all.nodes[landmark].id),
                     .position = all.nodes[landmark].position,
                     .usual = *table.Between(from, landmark),
                     .spread = std::chrono::microseconds(250),
                     .now = *table.Between(to, landmark)});
  }
  return paths;
}

}  // namespace

Result<std::vector<MeasuredSeries>> ReadSeries(std::istream& in) {
  std::string line;
  if (!std::getline(in, line) || line != kSeriesHeader) return tl::unexpected<Error>(Malformed(1));
  std::map<std::pair<std::string, std::string>, std::vector<Burst>> bursts;
  for (int number = 2; std::getline(in, line); ++number) {
    const auto fields = Fields(line);
    if (fields.size() != 7) return tl::unexpected<Error>(Malformed(number));
    const auto at = Number<std::int64_t>(fields[3]);
    if (!at) return tl::unexpected<Error>(Malformed(number));
    EARSHOT_ASSIGN_OR_RETURN(const auto floor,
                             FloorOf(std::span(fields).subspan(4), number));
    const auto name = fmt::format("{} {}", fields[0], fields[1]);
    if (floor) bursts[{std::string(fields[2]), name}].push_back({*at, *floor});
  }
  std::vector<MeasuredSeries> all;
  for (auto& [key, rounds] : bursts) {
    std::ranges::sort(rounds, {}, &Burst::at);
    MeasuredSeries series{.access = key.first, .round_floors = {}};
    for (const Burst& round : rounds) series.round_floors.push_back(round.floor);
    all.push_back(std::move(series));
  }
  return all;
}

std::map<std::string, SeriesStudy> RunSeriesStudy(std::span<const MeasuredSeries> all,
                                                  const SeriesStudyOptions& options) {
  std::map<std::string, SeriesStudy> studies;
  for (const MeasuredSeries& series : all) {
    const std::size_t rounds = series.round_floors.size();
    if (rounds < options.rounds_least || rounds > options.rounds_most) continue;
    std::vector<Rtt> floors;
    const std::size_t length = options.policy.rounds_per_block;
    for (std::size_t i = 0; i + length <= rounds; i += length) {
      floors.push_back(std::ranges::min(std::span(series.round_floors).subspan(i, length)));
    }
    const std::size_t enrolled = floors.size() / 2;
    const auto baseline =
        EnrolPath(LandmarkId("target"), Position(), std::span(floors).first(enrolled),
                  options.policy);
    SeriesStudy& study = studies[series.access];
    ++study.enrolment_refused.trials;
    const double spend = 0.5 * options.rate;
    if (!baseline || EnrolmentFailure(options.policy.exceedance_bound, baseline->blocks) > spend) {
      ++study.enrolment_refused.hits;
      continue;
    }
    ChangeEvidence evidence(options.policy.exceedance_bound,
                            static_cast<std::uint32_t>(floors.size() - enrolled));
    bool alarmed = false;
    for (const Rtt floor : std::span(floors).subspan(enrolled)) {
      evidence.Observe(floor.duration() + options.slower > baseline->threshold.duration());
      alarmed = alarmed || evidence.value() >= 1.0 / spend;
    }
    ++study.ever_alarmed.trials;
    study.ever_alarmed.hits += alarmed ? 1U : 0U;
  }
  return studies;
}

Result<std::map<Cause, KindCounts>> RunMeasuredMoves(const std::string& nodes_path,
                                                     const std::string& rtt_path,
                                                     const MeasuredMoves& options) {
  const std::vector<std::string> rtt_paths = {rtt_path};
  EARSHOT_ASSIGN_OR_RETURN(const Measurements all, ReadMeasurements(nodes_path, rtt_paths));
  const RttTable table(all);
  Draws draws(options.seed);
  std::map<Cause, KindCounts> counts;
  // Most pairs of nodes qualify; a file in which few do ends the search, not the program.
  std::uint32_t left = options.devices;
  for (std::uint64_t tries = 0; left > 0 && tries < 100ULL * options.devices; ++tries) {
    const std::size_t from = draws.Below(all.nodes.size());
    const std::size_t to = draws.Below(all.nodes.size());
    if (!all.nodes[from].is_scored || !all.nodes[to].is_scored ||
        GeodesicDistance(all.nodes[from].position, all.nodes[to].position) < options.moved_least) {
      continue;
    }
    const auto moved = Moved(all, table, from, to, options, draws);
    if (!moved) continue;
    --left;
    for (const Cause cause : {Cause::kMove, Cause::kMovePadFlat, Cause::kMovePadHome}) {
      std::vector<PathChange> paths = *moved;
      Pad(cause, paths);
      const ChangeKind kind = TellChange(all.nodes[from].position, paths).kind;
      ++counts[cause][static_cast<std::size_t>(kind)];
    }
  }
  return counts;
}

}  // namespace earshot
