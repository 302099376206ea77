// core/locate/shortest_ping.h: the place of whoever answers first.
#ifndef EARSHOT_CORE_LOCATE_SHORTEST_PING_H_
#define EARSHOT_CORE_LOCATE_SHORTEST_PING_H_

#include "core/locate/estimator.h"

namespace earshot {

// "shortest-ping": the device is where the landmark of the least RTT is (Katz-Bassett et al., "Towards
// IP Geolocation Using Delay and Topology Measurements", IMC 2006; the simplest rule).
// A declaration scores its distance from that landmark, in kilometres. Not monotone: who delays all
// other answers is placed at the landmark of choice.
EstimatorMethod ShortestPingMethod();

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_SHORTEST_PING_H_
