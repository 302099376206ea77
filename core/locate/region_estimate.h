// core/locate/region_estimate.h: from a region of discs to what a method says of it.
#ifndef EARSHOT_CORE_LOCATE_REGION_ESTIMATE_H_
#define EARSHOT_CORE_LOCATE_REGION_ESTIMATE_H_

#include <memory>
#include <vector>

#include "core/base/quantity.h"
#include "core/geo/depth_region.h"
#include "core/locate/estimator.h"

namespace earshot {

// The centroid of a region on the sphere: the direction of the integral of all its unit vectors,
// which by Stokes is half the integral of r x dr along its boundary, in closed form on each arc. The
// witness where that direction is lost (a region without a boundary, or one that balances out).
// The region must not be empty.
UnitVector CentroidOf(const DepthRegion& region);

// Centre, area and membership; empty when the region is.
LocationEstimate EstimateFrom(std::shared_ptr<const DepthRegion> region);

// From a place to the region, on a sphere of the Earth's mean radius; zero inside.
Distance DistanceTo(const DepthRegion& region, Position place);

// A model's distance as an angle: on the sphere of mean radius, not outward as for bounds.
Angle AngleOver(Distance distance);

// The places of a calibration set on the sphere, by index.
std::vector<UnitVector> UnitVectorsOf(const CalibrationSet& known);

// The Earth's mean radius (2a + b) / 3 of WGS84; models measure by it, bounds never.
inline constexpr Distance kMeanRadius = Distance::Metres(6371008.8);

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_REGION_ESTIMATE_H_
