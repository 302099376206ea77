// tests/sim/net/drawn_world.h: scenarios drawn at random, from one seed each.
#ifndef EARSHOT_TESTS_SIM_NET_DRAWN_WORLD_H_
#define EARSHOT_TESTS_SIM_NET_DRAWN_WORLD_H_

#include <cstdint>
#include <set>
#include <string>

#include "sim/path/philox.h"
#include "sim/scenario/resolve.h"

namespace earshot {

struct DrawnWorldOptions {
  bool faults = true;   // loss, copies, jitter, flipped bits; without them, every RTT is its path's
  bool liars = true;    // up to policy.liars_max domains lie about what they measured
  bool attacks = true;  // devices that are elsewhere, forge, or went dark; else honest ones alone
};

// Landmarks, sites, owners, licences and attacks anywhere among two dozen cities. In a third of the
// worlds every path is as quick as light over the geodesic, to the nanosecond above: the hardest
// case for whoever says that a bound is never too short.
ResolvedScenario DrawWorld(std::uint64_t seed, const DrawnWorldOptions& options = {});

// Routes, queues, the hour and, if asked for, a cut, drawn by `seed` alone.
void AddDrawnWeather(std::uint64_t seed, bool cuts, Scenario* scenario);

// Where the answering key of `device` may not be, by its licence and the policy.
bool IsForbidden(const Scenario& scenario, const ScenarioFleet& fleet, CountryCode country);

}  // namespace earshot

#endif  // EARSHOT_TESTS_SIM_NET_DRAWN_WORLD_H_
