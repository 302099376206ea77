#include "core/dataset/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/geo/wgs84.h"

namespace earshot {
namespace {

// A pair that was quicker than some medium allows.
struct Violation {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  Rtt rtt;
  Distance distance;
  Distance excess;  // beyond what the medium allows
};

std::vector<Violation> ViolationsOf(const Measurements& measured, Medium medium) {
  std::vector<Violation> found;
  for (const MeasuredRtt& m : measured.rtts) {
    const MeasuredNode& from = measured.nodes[m.source];
    const MeasuredNode& to = measured.nodes[m.target];
    if (from.is_mislocated || to.is_mislocated) continue;
    const Distance distance = GeodesicDistance(from.position, to.position);
    const double seconds = ToSeconds(m.rtt.duration() + m.resolution);
    const Distance reach =
        Distance::Metres(0.5 * seconds * SpeedIn(medium).metres_per_second()) +
        from.position_uncertainty + to.position_uncertainty;
    if (distance <= reach) continue;
    found.push_back({m.source, m.target, m.rtt, distance, distance - reach});
  }
  return found;
}

// For each node, in violations with how many other nodes it is.
std::vector<std::uint32_t> CountPerNode(std::span<const Violation> violations, std::size_t nodes) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Violation& v : violations) pairs.emplace_back(std::minmax(v.a, v.b));
  std::ranges::sort(pairs);
  const auto again = std::ranges::unique(pairs);
  pairs.erase(again.begin(), again.end());
  std::vector<std::uint32_t> counts(nodes, 0);
  for (const auto& [a, b] : pairs) {
    ++counts[a];
    ++counts[b];
  }
  return counts;
}

MislocatedNode Account(std::uint32_t node, std::uint32_t count,
                       std::span<const Violation> violations) {
  MislocatedNode found{.node = node, .violations = count};
  Distance worst = Distance::Metres(-1);
  for (const Violation& v : violations) {
    if ((v.a != node && v.b != node) || v.excess <= worst) continue;
    worst = v.excess;
    found.worst = v.a == node ? v.b : v.a;
    found.rtt = v.rtt;
    found.distance = v.distance;
  }
  return found;
}

}  // namespace

std::vector<MislocatedNode> FindMislocated(const Measurements& measured) {
  std::vector<MislocatedNode> all;
  std::vector<Violation> vacuum = ViolationsOf(measured, Medium::kVacuum);
  if (vacuum.empty()) return all;
  std::vector<Violation> fibre = ViolationsOf(measured, Medium::kFibre);
  const std::size_t nodes = measured.nodes.size();
  while (!vacuum.empty()) {
    const auto in_vacuum = CountPerNode(vacuum, nodes);
    const auto in_fibre = CountPerNode(fibre, nodes);
    const auto weight = [&](std::uint32_t i) { return std::tuple(in_vacuum[i], in_fibre[i]); };
    std::uint32_t most = 0;
    for (std::uint32_t i = 1; i < nodes; ++i) {
      if (weight(i) > weight(most)) most = i;
    }
    std::vector<MislocatedNode> round = {Account(most, in_vacuum[most], vacuum)};
    // Only the other one of its own pair can be as suspect and yet unaccused by anybody else.
    const std::uint32_t other = round.front().worst;
    if (in_vacuum[most] == 1 && weight(other) == weight(most)) {
      round.push_back(Account(other, 1, vacuum));
      for (MislocatedNode& found : round) found.is_ambiguous = true;
    }
    const auto settled = [&](const Violation& v) {
      return std::ranges::any_of(
          round, [&](const MislocatedNode& f) { return f.node == v.a || f.node == v.b; });
    };
    std::erase_if(vacuum, settled);
    std::erase_if(fibre, settled);
    all.insert(all.end(), round.begin(), round.end());
  }
  return all;
}

std::string Describe(const MislocatedNode& found, const Measurements& measured) {
  const MeasuredNode& node = measured.nodes[found.node];
  const MeasuredNode& other = measured.nodes[found.worst];
  const double reach_km =
      0.5 * ToSeconds(found.rtt.duration()) * kSpeedOfLight.metres_per_second() * 1e-3;
  return fmt::format(
      "node {}{} is not where its coordinates say{}: {:.2f} ms to {}{}, {:.0f} km away, where light "
      "comes back from at most {:.0f} km ({} such {}); set aside, correct its coordinates",
      node.id, node.name.empty() ? "" : " (" + node.name + ")",
      found.is_ambiguous ? ", or the other is not" : "", found.rtt.milliseconds(), other.id,
      other.name.empty() ? "" : " (" + other.name + ")", found.distance.kilometres(), reach_km,
      found.violations, found.violations == 1 ? "pair" : "pairs");
}

void SetMislocatedAside(std::span<const MislocatedNode> found, Measurements* measured) {
  for (const MislocatedNode& node : found) {
    measured->nodes[node.node].is_scored = false;
    measured->nodes[node.node].is_mislocated |= !node.is_ambiguous;
    measured->remarks.push_back(Describe(node, *measured));
  }
}

std::vector<std::uint32_t> ClustersWithin(std::span<const MeasuredNode> nodes, Distance within) {
  const auto count = static_cast<std::uint32_t>(nodes.size());
  std::vector<std::uint32_t> parent(count);
  std::iota(parent.begin(), parent.end(), 0U);
  const auto root = [&](std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  // A sphere decides what is surely apart, so that few pairs need the ellipsoid.
  std::vector<UnitVector> at;
  at.reserve(count);
  for (const MeasuredNode& node : nodes) at.emplace_back(node.position);
  const Angle surely_apart = OutwardAngle(within) * 1.01;
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t j = 0; j < i; ++j) {
      if (at[i].AngleTo(at[j]) > surely_apart || root(i) == root(j)) continue;
      if (GeodesicDistance(nodes[i].position, nodes[j].position) <= within) {
        const std::uint32_t a = root(i);
        const std::uint32_t b = root(j);
        parent[std::max(a, b)] = std::min(a, b);
      }
    }
  }
  std::vector<std::uint32_t> numbers(count);
  std::uint32_t next = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    numbers[i] = root(i) == i ? next++ : numbers[root(i)];  // a root comes before all it joins
  }
  return numbers;
}

}  // namespace earshot
