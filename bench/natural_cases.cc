#include "bench/natural_cases.h"

#include <vector>

#include "core/geo/wgs84.h"
#include "core/locate/region.h"

namespace earshot {

PhysicsFinding JudgeByPhysics(const MeasuredWorld& world, std::uint32_t node,
                              std::span<const LandmarkAnswer> answers) {
  const Position declared = world.measured().nodes[node].position;
  const Distance uncertainty = world.measured().nodes[node].position_uncertainty;
  PhysicsFinding finding;
  std::vector<LandmarkBound> bounds;
  for (const LandmarkAnswer& answer : answers) {
    const MeasuredNode& at = world.node(answer.landmark);
    BoundMargins margins;
    margins.landmark_position_uncertainty = at.position_uncertainty;
    margins.clock_resolution = world.ResolutionOf(answer.landmark, node);
    LandmarkBound bound;
    bound.landmark = LandmarkId(at.id);
    bound.domain = TrustDomain(at.id);
    bound.position = at.position;
    bound.rtt_min = answer.rtt;
    bound.vacuum = DistanceBound::FromRtt(answer.rtt, Medium::kVacuum, margins);
    bound.fibre = DistanceBound::FromRtt(answer.rtt, Medium::kFibre, margins);
    if (bound.vacuum.Excludes(GeodesicDistance(at.position, declared) - uncertainty)) {
      ++finding.contradicting_landmarks;
    }
    bounds.push_back(std::move(bound));
  }
  finding.contradicted_f0 = ProvedRegion(bounds, Medium::kVacuum, 0).Misses(declared, uncertainty);
  finding.contradicted_f1 = ProvedRegion(bounds, Medium::kVacuum, 1).Misses(declared, uncertainty);
  return finding;
}

}  // namespace earshot
