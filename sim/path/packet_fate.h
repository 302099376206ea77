// sim/path/packet_fate.h: what chance does to one packet on a simulated path. The relay of live runs
// and the network of virtual time draw it here, so that a scenario means the same in both.
#ifndef EARSHOT_SIM_PATH_PACKET_FATE_H_
#define EARSHOT_SIM_PATH_PACKET_FATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/time.h"
#include "sim/path/philox.h"

namespace earshot {

// One path, both ways. Probabilities are of each packet by itself, in [0, 1].
struct PathConditions {
  Duration forward{0};   // agent to landmark
  Duration backward{0};
  Duration jitter{0};    // mean of an exponential addition
  double loss = 0;
  double duplicate = 0;  // a second copy, with a jitter of its own
  double reorder = 0;    // held for kReorderJitters times the jitter more
  double corrupt = 0;    // one bit flipped
};
inline constexpr int kReorderJitters = 2;
// A path's jitter is cut off here: the exponential's 2e-9 tail, and a bound on memory.
inline constexpr int kJitterMeansMax = 20;
// A longer mean counts as this one.
inline constexpr Duration kJitterMeanMax = std::chrono::hours(1);

// How long a packet is held beyond its path's delay, and what becomes of it.
struct PacketFate {
  bool lost = false;
  bool reordered = false;
  Duration extra{0};            // jitter, and more when reordered
  std::optional<Duration> copy;  // extra of a second copy
  std::optional<std::uint32_t> corrupted;  // any bit: take it modulo the packet's
};

// The fate of packet `number` of `lane`, by its own number alone: it depends neither on other lanes
// nor on when the packet came. A lost packet has no other fate. Integer arithmetic throughout: the
// same on every machine.
PacketFate DrawFate(PhiloxKey key, std::uint64_t lane, std::uint64_t number,
                    const PathConditions& conditions);

// Whether what has `probability` happens to the draw `word`; exact.
bool Happens(std::uint32_t word, double probability);

// The quantile of the exponential distribution of `mean` at (word / 2^32), in whole nanoseconds
// rounded down, cut off at kJitterMeansMax means; 0 at word 0, never falling. Too long by at most
// 3.2e-5 means against the exact -ln(1 - word / 2^32): the table is linear between 64 points.
Duration ExponentialQuantile(Duration mean, std::uint32_t word);

}  // namespace earshot

#endif  // EARSHOT_SIM_PATH_PACKET_FATE_H_
