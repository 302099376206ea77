// bench/measured_world.h: measured nodes as landmarks, reference places and devices under test.
#ifndef EARSHOT_BENCH_MEASURED_WORLD_H_
#define EARSHOT_BENCH_MEASURED_WORLD_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/dataset/measurements.h"
#include "core/locate/estimator.h"

namespace earshot {

// Nodes nearer than this to each other are one cluster: never fitted on in part and scored in part.
inline constexpr Distance kClusterReach = Distance::Kilometres(60);

// Distances between all pairs are kept, so there is a limit.
inline constexpr std::size_t kWorldPlacesMax = 4000;

// The nodes that somebody measured and that are fit for rates. Each is at once a landmark and a
// place: what another heard from it is what a device there would answer. A path counts for both
// directions when only one was measured. Immutable.
class MeasuredWorld {
 public:
  // Sets nodes aside that physics shows to be mislocated. kInvalidArgument when fewer than three
  // nodes are left, or more than kWorldPlacesMax; it says how many physics took, and shows one.
  static Result<MeasuredWorld> Build(Measurements measured);

  const Measurements& measured() const { return measured_; }
  std::size_t size() const { return node_of_.size(); }
  const MeasuredNode& node(std::uint32_t place) const { return measured_.nodes[node_of_[place]]; }
  const CalibrationSet& all() const { return all_; }
  std::uint32_t cluster(std::uint32_t place) const { return all_.places()[place].cluster; }
  std::uint32_t cluster_count() const { return cluster_count_; }
  Distance DistanceBetween(std::uint32_t a, std::uint32_t b) const {
    return distances_[std::size_t{a} * size() + b];
  }

  // What may be learned when some places are set aside.
  CalibrationSet Without(const std::vector<bool>& aside) const;

  // The answers of the node at `place` to all landmarks that are not set aside, by landmark.
  std::vector<LandmarkAnswer> AnswersOf(std::uint32_t place, const std::vector<bool>& aside) const;

  // How much the RTT from a landmark to a node may have been cut by.
  Duration ResolutionOf(std::uint32_t landmark, std::uint32_t node) const;
  std::uint32_t NodeOf(std::uint32_t place) const { return node_of_[place]; }

  // Nodes whose stated place is known to be false, by the file or by physics, and which somebody
  // measured: false declarations that nobody made up. Indices into measured().nodes.
  std::span<const std::uint32_t> misplaced() const { return misplaced_; }
  std::vector<LandmarkAnswer> AnswersOfMisplaced(std::uint32_t node) const;

 private:
  MeasuredWorld(Measurements measured, CalibrationSet all)
      : measured_(std::move(measured)), all_(std::move(all)) {}

  Measurements measured_;
  std::vector<std::uint32_t> node_of_;                // by place
  std::vector<std::optional<std::uint32_t>> place_of_;  // by node
  CalibrationSet all_;
  std::uint32_t cluster_count_ = 0;
  std::vector<Distance> distances_;
  std::vector<std::uint32_t> misplaced_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_MEASURED_WORLD_H_
