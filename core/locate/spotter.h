// core/locate/spotter.h: a normal distribution of distance for each delay.
#ifndef EARSHOT_CORE_LOCATE_SPOTTER_H_
#define EARSHOT_CORE_LOCATE_SPOTTER_H_

#include "core/locate/estimator.h"

namespace earshot {

// "spotter": distance given RTT is normal, with mean and deviation cubic in RTT and equal for all
// landmarks (Laki et al., "Spotter: A Model Based Active Geolocation Service", INFOCOM 2011, section
// IV); landmarks multiply. The estimate is the most probable point of a grid, the region the cells
// that hold 95 %. A declaration scores its mean negative logarithmic likelihood. Not monotone.
//
// Departs: the paper leaves the fit open; here least squares on means and deviations of 60 classes of
// equal size, kept from falling. (Weinberg's programs mistake the 0.25th percentile for the first
// quartile of a device's RTTs; here the least RTT is used.)
EstimatorMethod SpotterMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_SPOTTER_H_
