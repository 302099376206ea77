// core/appraisal/mesh.h: which landmarks are at fault, by reference agents that stand at known
// places.
//
// A reference agent is a device of ours whose place needs no proof. A landmark whose bound to one
// is shorter than the true distance has a wrong position, a wrong clock or a lying operator; or the
// agent is not where we believe, or shares its key. Such a pair is in conflict, and physics does
// not say which of the two is wrong.
//
// Decided by majority: of all parties still in conflict, the one (or those) that most trust domains
// of the other side speak against is at fault; its conflicts are then settled, and the rest is
// decided in the same way. So a landmark is outvoted where the agents of two domains contradict it,
// a misplaced agent where the landmarks of two do. A tie blames both: a landmark wrongly set aside
// costs an answer, never makes a wrong one.
#ifndef EARSHOT_CORE_APPRAISAL_MESH_H_
#define EARSHOT_CORE_APPRAISAL_MESH_H_

#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/geo/position.h"

namespace earshot {

// What the landmarks saw of one reference agent in a round.
struct ReferenceObservation {
  DeviceId agent;
  Position position;              // where it stands
  Distance position_uncertainty;  // and how well that is known
  TrustDomain domain;             // who runs it
  std::vector<LandmarkObservation> landmarks;
};

struct MeshFindings {
  // `measured` when every landmark not at fault was checked: by an agent that is not at fault and
  // that another trust domain runs.
  MeshState state;
  std::vector<DeviceId> agents_at_fault;  // sorted
};

// Pure. Observations of landmarks that are not in `landmarks` are ignored. O(agents x landmarks),
// and as much again for each party at fault.
MeshFindings JudgeMesh(std::span<const ReferenceObservation> references,
                       std::span<const Landmark> landmarks, const Policy& policy);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_MESH_H_
