#include "bench/through_time/kind_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

Duration Milliseconds(double ms) { return Duration(static_cast<std::int64_t>(ms * 1e6)); }

Rtt Slower(Rtt rtt, Duration by) { return Rtt::FromDuration(rtt.duration() + by); }

Duration FloorNoise(Draws& draws) { return Milliseconds(draws.Exponential(0.4)); }

Angle AnyBearing(Draws& draws) { return Angle::Degrees(360.0 * draws.Unit()); }

void Reroute(std::vector<PathChange>& paths, Draws& draws) {
  const std::size_t most = std::max<std::size_t>(1, paths.size() / 4);
  const std::size_t jumped = 1 + draws.Below(most);
  // The first ones: landmarks were drawn in no order.
  for (std::size_t i = 0; i < jumped; ++i) {
    paths[i].now = Slower(paths[i].now, Milliseconds(5 + draws.Exponential(30)));
  }
}

void Delay(std::vector<PathChange>& paths, Duration by) {
  for (PathChange& path : paths) path.now = Slower(path.now, by);
}

void Move(std::vector<PathChange>& paths, Position to, Draws& draws) {
  for (PathChange& path : paths) {
    const Rtt drawn =
        PathModel::Measured2020().Draw(GeodesicDistance(to, path.position), draws.Unit());
    path.now = Slower(drawn, FloorNoise(draws));
  }
}

}  // namespace

std::string_view CauseName(Cause cause) {
  switch (cause) {
    case Cause::kNothing: return "nothing";
    case Cause::kReroute: return "reroute";
    case Cause::kCommonDelay: return "common delay";
    case Cause::kMove: return "move";
    case Cause::kMovePadFlat: return "move, padded to one excess";
    case Cause::kMovePadHome: return "move, padded to the usual";
  }
  EARSHOT_CHECK(false);
}

void Pad(Cause cause, std::vector<PathChange>& paths) {
  if (cause == Cause::kMovePadHome) {
    for (PathChange& path : paths) path.now = std::max(path.now, path.usual);
  }
  if (cause != Cause::kMovePadFlat) return;
  Duration excess(0);
  for (const PathChange& path : paths) {
    excess = std::max(excess, path.now.duration() - path.usual.duration());
  }
  for (PathChange& path : paths) path.now = Slower(path.usual, excess);
}

std::vector<PathChange> DrawChange(Cause cause, const KindStudyOptions& options, Draws& draws,
                                   Position* declared) {
  const double latitude = std::asin(std::sqrt(3.0) * (draws.Unit() - 0.5)) * 180 / std::numbers::pi;
  *declared = Position::FromDegrees(latitude, 360.0 * draws.Unit() - 180.0).value();
  std::vector<PathChange> paths(options.paths);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Distance away = Distance::Kilometres(50.0 * std::pow(180.0, draws.Unit()));
    paths[i].landmark = LandmarkId(fmt::format("l{:02}", i));
    paths[i].position = Destination(*declared, AnyBearing(draws), away);
    const Rtt path = PathModel::Measured2020().Draw(
        GeodesicDistance(*declared, paths[i].position), draws.Unit());
    paths[i].usual = Slower(path, Milliseconds(0.4));
    paths[i].spread = Milliseconds(0.25);
    paths[i].now = Slower(path, FloorNoise(draws));
  }
  switch (cause) {
    case Cause::kNothing: return paths;
    case Cause::kReroute: Reroute(paths, draws); return paths;
    case Cause::kCommonDelay: Delay(paths, Milliseconds(5 + draws.Exponential(20))); return paths;
    case Cause::kMove:
    case Cause::kMovePadFlat:
    case Cause::kMovePadHome:
      Move(paths, Destination(*declared, AnyBearing(draws), options.moved_by), draws);
      Pad(cause, paths);
      return paths;
  }
  EARSHOT_CHECK(false);
}

KindCounts RunKindStudy(Cause cause, const KindStudyOptions& options) {
  Draws draws(options.seed);
  KindCounts counts{};
  for (std::uint32_t i = 0; i < options.devices; ++i) {
    Position declared;
    const auto paths = DrawChange(cause, options, draws, &declared);
    ++counts[static_cast<std::size_t>(TellChange(declared, paths).kind)];
  }
  return counts;
}

}  // namespace earshot
