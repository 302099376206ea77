#include "bench/measured_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/dataset/screen.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

// Of one pair of nodes, the RTT in the direction that was measured, or the other.
std::vector<MeasuredRtt> BothWays(std::span<const MeasuredRtt> rtts) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, MeasuredRtt> by_pair;
  for (const MeasuredRtt& m : rtts) by_pair[{m.source, m.target}] = m;
  for (const MeasuredRtt& m : rtts) {
    by_pair.try_emplace({m.target, m.source},
                        MeasuredRtt{m.target, m.source, m.rtt, m.resolution, m.jitter});
  }
  std::vector<MeasuredRtt> all;
  for (const auto& [pair, m] : by_pair) all.push_back(m);
  return all;
}

std::vector<std::uint32_t> StrataOf(std::span<const MeasuredNode> nodes) {
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::uint32_t> strata;
  for (const MeasuredNode& node : nodes) {
    strata.push_back(
        numbers.try_emplace(node.kind, static_cast<std::uint32_t>(numbers.size())).first->second);
  }
  return strata;
}

// Why too few nodes, or too many, are left to build on.
Error UnfitCount(std::size_t kept, std::span<const MislocatedNode> aside,
                 const Measurements& measured) {
  std::string cause = fmt::format(
      "{} nodes were measured and are fit for rates; between 3 and {} can be used", kept,
      kWorldPlacesMax);
  if (kept < 3 && !aside.empty()) {
    cause += fmt::format(
        "; {} were set aside for answers sooner than light allows: are the RTTs in milliseconds? "
        "The first: {}",
        aside.size(), Describe(aside.front(), measured));
  }
  return Error(ErrorCode::kInvalidArgument, std::move(cause));
}

}  // namespace

Result<MeasuredWorld> MeasuredWorld::Build(Measurements measured) {
  const std::vector<MislocatedNode> aside = FindMislocated(measured);
  SetMislocatedAside(aside, &measured);
  measured.rtts = BothWays(measured.rtts);
  std::vector<bool> was_measured(measured.nodes.size(), false);
  for (const MeasuredRtt& m : measured.rtts) was_measured[m.source] = true;

  std::vector<std::uint32_t> node_of;
  std::vector<std::optional<std::uint32_t>> place_of(measured.nodes.size());
  std::vector<MeasuredNode> kept;
  for (std::uint32_t i = 0; i < measured.nodes.size(); ++i) {
    if (!was_measured[i] || !measured.nodes[i].is_scored) continue;
    place_of[i] = static_cast<std::uint32_t>(node_of.size());
    node_of.push_back(i);
    kept.push_back(measured.nodes[i]);
  }
  if (kept.size() < 3 || kept.size() > kWorldPlacesMax) {
    return tl::unexpected(UnfitCount(kept.size(), aside, measured));
  }
  const std::vector<std::uint32_t> clusters = ClustersWithin(kept, kClusterReach);
  const std::vector<std::uint32_t> strata = StrataOf(kept);
  std::vector<ReferencePlace> places;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    places.push_back({kept[i].position, clusters[i], strata[i]});
  }
  std::vector<Distance> distances(kept.size() * kept.size());
  for (std::size_t a = 0; a < kept.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      distances[a * kept.size() + b] = distances[b * kept.size() + a] =
          GeodesicDistance(kept[a].position, kept[b].position);
    }
  }
  std::vector<MeasuredPath> paths;
  for (const MeasuredRtt& m : measured.rtts) {
    const auto from = place_of[m.source];
    const auto to = place_of[m.target];
    if (!from.has_value() || !to.has_value()) continue;
    paths.push_back({*from, *to, distances[*from * kept.size() + *to], m.rtt});
  }
  MeasuredWorld world(std::move(measured), CalibrationSet(std::move(places), std::move(paths)));
  world.node_of_ = std::move(node_of);
  world.place_of_ = std::move(place_of);
  world.cluster_count_ = *std::ranges::max_element(clusters) + 1;
  world.distances_ = std::move(distances);
  for (std::uint32_t i = 0; i < world.measured_.nodes.size(); ++i) {
    const bool is_false = world.measured_.nodes[i].is_mislocated;
    if (is_false && was_measured[i]) world.misplaced_.push_back(i);
  }
  return world;
}

CalibrationSet MeasuredWorld::Without(const std::vector<bool>& aside) const {
  std::vector<MeasuredPath> paths;
  paths.reserve(all_.paths().size());
  for (const MeasuredPath& path : all_.paths()) {
    if (!aside[path.landmark] && !aside[path.target]) paths.push_back(path);
  }
  return CalibrationSet({all_.places().begin(), all_.places().end()}, std::move(paths));
}

std::vector<LandmarkAnswer> MeasuredWorld::AnswersOf(std::uint32_t place,
                                                     const std::vector<bool>& aside) const {
  std::vector<LandmarkAnswer> answers;
  for (const MeasuredPath& path : all_.PathsTo(place)) {
    if (!aside[path.landmark]) answers.push_back({path.landmark, path.rtt});
  }
  return answers;
}

Duration MeasuredWorld::ResolutionOf(std::uint32_t landmark, std::uint32_t node) const {
  const auto pair = [](const MeasuredRtt& m) { return std::pair(m.source, m.target); };
  const auto found =
      std::ranges::lower_bound(measured_.rtts, std::pair(node_of_[landmark], node), {}, pair);
  const bool is_known =
      found != measured_.rtts.end() && pair(*found) == std::pair(node_of_[landmark], node);
  return is_known ? found->resolution : Duration(0);
}

std::vector<LandmarkAnswer> MeasuredWorld::AnswersOfMisplaced(std::uint32_t node) const {
  std::vector<LandmarkAnswer> answers;
  for (const MeasuredRtt& m : measured_.rtts) {
    if (m.target == node && place_of_[m.source].has_value()) {
      answers.push_back({*place_of_[m.source], m.rtt});
    }
  }
  std::ranges::sort(answers, {}, &LandmarkAnswer::landmark);
  return answers;
}

}  // namespace earshot
