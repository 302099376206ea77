// core/dataset/default_sites.h: cities in which a landmark can easily be put, for a plan without a
// list of one's own.
#ifndef EARSHOT_CORE_DATASET_DEFAULT_SITES_H_
#define EARSHOT_CORE_DATASET_DEFAULT_SITES_H_

#include <vector>

#include "core/dataset/measurements.h"

namespace earshot {

// Cities with large Internet exchanges or many data centres, one node each: id, name, country,
// position of the centre (two decimals), cost 1. None is in mainland China. By id.
std::vector<MeasuredNode> DefaultSites();

}  // namespace earshot

#endif  // EARSHOT_CORE_DATASET_DEFAULT_SITES_H_
