// core/locate/shortest_ping.h: the place of whoever answers first.
#ifndef EARSHOT_CORE_LOCATE_SHORTEST_PING_H_
#define EARSHOT_CORE_LOCATE_SHORTEST_PING_H_

#include "core/locate/estimator.h"

namespace earshot {

// "shortest-ping": the device is where the landmark of the least RTT is, argmin over landmarks of RTT
// (named and measured so by Katz-Bassett et al., "Towards IP Geolocation Using Delay and Topology
// Measurements", IMC 2006, as the simplest rule beside theirs; an equation it has none).
// A declaration scores its distance from that landmark, in kilometres. Not monotone: who delays all
// other answers is placed at the landmark of choice.
//
// Departs: of equal RTTs the first landmark counts; the score is ours, the paper locates only.
EstimatorMethod ShortestPingMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_SHORTEST_PING_H_
