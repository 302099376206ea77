// sim/fleet/packet_share.h: some devices of a run of rounds, with every packet and every signature,
// beside what the rounds made of them.
#ifndef EARSHOT_SIM_FLEET_PACKET_SHARE_H_
#define EARSHOT_SIM_FLEET_PACKET_SHARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "sim/fleet/round_world.h"

namespace earshot {

struct PacketShareOptions {
  std::uint32_t devices = 100;  // drawn by the seed, in the proportions of the fleets
  std::uint32_t rounds = 3;
  unsigned threads = 1;
};

// How much longer a round's least round-trip time is than the undisturbed path, at one quantile.
struct ExtraQuantile {
  double probability = 0;
  Duration rounds{0};   // as drawn by the rounds
  Duration packets{0};  // as measured with packets
  Duration low{0};      // where the measured one lies, at 99.9 % confidence
  Duration high{0};

  bool agrees() const { return low <= rounds && rounds <= high; }
};

// How often a handshake or EVIDENCE that was lost left its mark on a landmark's round with a device,
// in the first round of either: later ones of a link depend on it.
struct LostRate {
  std::uint64_t rounds_of = 0;  // links
  std::uint64_t rounds = 0;
  std::uint64_t packets_of = 0;
  std::uint64_t packets = 0;

  // The exact intervals of the two, each at 99.9 % confidence, meet.
  bool agrees() const;
};

struct PacketShare {
  std::uint32_t devices = 0;
  std::uint32_t rounds = 0;
  std::uint32_t same_verdict = 0;  // as in the last of the rounds
  // Of them: some landmark heard nothing, or got no EVIDENCE, in the last round with packets or in any
  // of the rounds. Chance draws that anew, so they are compared by how often it happens.
  std::uint32_t with_losses = 0;
  // Others whose verdict with packets they had in none of the rounds, "C-0007: VERIFIED": must be
  // empty.
  std::vector<std::string> differing;
  LostRate unheard;
  LostRate uncovered;  // heard, and no EVIDENCE came for it
  // Of a network that is the same at every moment; of another none are compared.
  std::uint64_t round_trips = 0;  // least ones, a landmark, device and round
  std::vector<ExtraQuantile> extras;
};

// `world` has run `scenario`; all references as it was created with. Paths are the same, losses and
// queueing drawn anew. A device that goes silent during the run is compared with what it was before.
// Errors as VirtualWorld::Create.
Result<PacketShare> RunPacketShare(const RoundWorld& world, const Scenario& scenario,
                                   const PathModel& model, const PlacementTest& test,
                                   const CountryMap& map, const PacketShareOptions& options);

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_PACKET_SHARE_H_
