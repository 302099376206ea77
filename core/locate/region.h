// core/locate/region.h: where the answering key can have been, by physics, from what landmarks saw.
#ifndef EARSHOT_CORE_LOCATE_REGION_H_
#define EARSHOT_CORE_LOCATE_REGION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/geo/depth_region.h"
#include "core/geo/disc.h"
#include "core/geo/distance_bound.h"
#include "core/geo/position.h"

namespace earshot {

// Both bounds that one landmark's round puts on one device.
struct LandmarkBound {
  LandmarkId landmark;
  TrustDomain domain;
  Position position;
  Rtt rtt_min;  // the RTT both rest on
  StampKind stamps = StampKind::kUserSpace;
  DistanceBound vacuum;
  DistanceBound fibre;
  bool covered_by_evidence = false;  // the device signed for these answers
  bool aged = false;                 // grown because it is older than the verdict's round

  const DistanceBound& In(Medium medium) const {
    return medium == Medium::kVacuum ? vacuum : fibre;
  }
};

// The bounds from the least RTT of `seen`, by `at`'s position and the policy's margins, grown by
// the policy's drift over `age` (nothing for age <= 0). None when no answered ping may bound.
//
// Tainted samples count: every taint but one only lengthens an RTT, and the least of several sound
// RTTs is sound. The exception is kTaintsThatUnbound (core/latency/statistics.h).
std::optional<LandmarkBound> BoundFrom(const Landmark& at, const LandmarkObservation& seen,
                                       Duration age, const Policy& policy);

// The points inside the bounds of at least n - f of the n trust domains that reported, in one
// medium: where the answering key was if at most f domains lie (and, for fibre, if no faster medium
// was used). A domain's bound is the intersection of its landmarks'. An honest device stands inside
// always; taking bounds away or loosening them never takes a point away (a point outside is one
// that f + 1 domains exclude).
//
// With n <= f nothing is proved and the region is everything. Immutable; any thread.
class ProvedRegion {
 public:
  ProvedRegion(std::span<const LandmarkBound> bounds, Medium medium, std::uint32_t liars_max);

  std::uint32_t domain_count() const { return domain_count_; }
  bool ProvesNothing() const { return k_ <= 0 || region_.IsEverything(); }
  // No point has depth n - f: more than f domains lie, or two responders answered.
  bool IsEmpty() const { return k_ > 0 && region_.IsEmpty(); }

  const DepthRegion& region() const { return region_; }
  std::span<const DomainDisc> discs() const { return discs_; }

  // No point within `radius` of `centre` is in the region. Errs towards false.
  bool Misses(Position centre, Distance radius) const;
  // Every point of the region is within `radius` of `centre`, and there is one. Errs towards false.
  bool LiesWithin(Position centre, Distance radius) const;
  // No point of `disc` is in the region, as above.
  bool Misses(const Disc& disc) const;

 private:
  std::vector<DomainDisc> discs_;
  std::uint32_t domain_count_;
  int k_;
  DepthRegion region_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_REGION_H_
