// core/dataset/screen.h: which nodes of a data set can be believed, and which belong together.
#ifndef EARSHOT_CORE_DATASET_SCREEN_H_
#define EARSHOT_CORE_DATASET_SCREEN_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/dataset/measurements.h"

namespace earshot {

// A node that physics shows to stand elsewhere than stated.
struct MislocatedNode {
  std::uint32_t node = 0;
  std::uint32_t violations = 0;  // other nodes that it answered faster than light allows
  std::uint32_t worst = 0;       // the other node of the worst of them
  Rtt rtt;                       // measured there
  Distance distance;             // stated there
  // Two nodes accuse each other and nothing tells which of them is wrong: both are named.
  bool is_ambiguous = false;
};

// Nodes named again and again in pairs that are faster than light in vacuum allows: the one in most
// such pairs first, until none is left. A pair counts when the distance, less what both positions
// may be off, is more than c (RTT + its resolution) / 2. Ties go to the node in more pairs faster
// than fibre. Pairs with a node that its file calls mislocated accuse nobody else.
std::vector<MislocatedNode> FindMislocated(const Measurements& measured);

// The sentence for it: who, by how much, and what to do.
std::string Describe(const MislocatedNode& found, const Measurements& measured);

// Takes those nodes out of calibration and rates (is_scored), marks them (is_mislocated) unless
// ambiguous, and adds a remark for each.
void SetMislocatedAside(std::span<const MislocatedNode> found, Measurements* measured);

// Single linkage: for each node a number, equal for nodes joined by a chain of steps of at most
// `within` (WGS84). Numbers count from 0 in the nodes' order.
std::vector<std::uint32_t> ClustersWithin(std::span<const MeasuredNode> nodes, Distance within);

}  // namespace earshot

#endif  // EARSHOT_CORE_DATASET_SCREEN_H_
