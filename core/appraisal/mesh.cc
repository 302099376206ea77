#include "core/appraisal/mesh.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/geo/wgs84.h"
#include "core/locate/region.h"

namespace earshot {
namespace {

// A landmark that heard a reference agent.
struct Link {
  const Landmark* landmark;
  const ReferenceObservation* agent;
  bool conflict;
};

std::vector<Link> LinksOf(std::span<const ReferenceObservation> references,
                          std::span<const Landmark> landmarks, const Policy& policy) {
  std::vector<Link> links;
  for (const ReferenceObservation& agent : references) {
    for (const LandmarkObservation& seen : agent.landmarks) {
      const auto landmark = std::ranges::find(landmarks, seen.landmark, &Landmark::id);
      if (landmark == landmarks.end()) continue;
      const auto bound = BoundFrom(*landmark, seen, Duration(0), policy);
      if (!bound.has_value()) continue;
      const Distance truth =
          GeodesicDistance(landmark->position, agent.position) - agent.position_uncertainty;
      links.push_back({&*landmark, &agent, bound->vacuum.Excludes(truth)});
    }
  }
  return links;
}

// The trust domains that speak against each party still in conflict.
struct Accusers {
  std::map<LandmarkId, std::set<TrustDomain>> of_landmark;
  std::map<DeviceId, std::set<TrustDomain>> of_agent;

  std::size_t Most() const {
    std::size_t most = 0;
    for (const auto& [id, domains] : of_landmark) most = std::max(most, domains.size());
    for (const auto& [id, domains] : of_agent) most = std::max(most, domains.size());
    return most;
  }
};

struct AtFault {
  std::set<LandmarkId> landmarks;
  std::set<DeviceId> agents;

  bool Settles(const Link& link) const {
    return landmarks.contains(link.landmark->id) || agents.contains(link.agent->agent);
  }
};

Accusers AccusersIn(const std::vector<Link>& links, const AtFault& at_fault) {
  Accusers accusers;
  for (const Link& link : links) {
    if (!link.conflict || at_fault.Settles(link)) continue;
    accusers.of_landmark[link.landmark->id].insert(link.agent->domain);
    accusers.of_agent[link.agent->agent].insert(link.landmark->domain);
  }
  return accusers;
}

AtFault Decide(const std::vector<Link>& links) {
  AtFault at_fault;
  while (true) {  // each turn puts at least one party at fault, so at most as many turns as parties
    const Accusers accusers = AccusersIn(links, at_fault);
    const std::size_t most = accusers.Most();
    if (most == 0) return at_fault;
    for (const auto& [id, domains] : accusers.of_landmark) {
      if (domains.size() == most) at_fault.landmarks.insert(id);
    }
    for (const auto& [id, domains] : accusers.of_agent) {
      if (domains.size() == most) at_fault.agents.insert(id);
    }
  }
}

bool AllChecked(std::span<const Landmark> landmarks, const std::vector<Link>& links,
                const AtFault& at_fault) {
  return !landmarks.empty() && std::ranges::all_of(landmarks, [&](const Landmark& landmark) {
    if (at_fault.landmarks.contains(landmark.id)) return true;
    return std::ranges::any_of(links, [&](const Link& link) {
      return link.landmark->id == landmark.id && link.agent->domain != landmark.domain &&
             !at_fault.agents.contains(link.agent->agent);
    });
  });
}

}  // namespace

MeshFindings JudgeMesh(std::span<const ReferenceObservation> references,
                       std::span<const Landmark> landmarks, const Policy& policy) {
  const std::vector<Link> links = LinksOf(references, landmarks, policy);
  const AtFault at_fault = Decide(links);
  MeshFindings findings;
  findings.state.faulty.assign(at_fault.landmarks.begin(), at_fault.landmarks.end());
  findings.state.measured = AllChecked(landmarks, links, at_fault);
  findings.agents_at_fault.assign(at_fault.agents.begin(), at_fault.agents.end());
  return findings;
}

}  // namespace earshot
