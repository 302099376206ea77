// sim/fleet/round_run.h: a scenario's fleets in virtual time, a round at a time, with its report.
#ifndef EARSHOT_SIM_FLEET_ROUND_RUN_H_
#define EARSHOT_SIM_FLEET_ROUND_RUN_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/scenario/scenario.h"

namespace earshot::v1 {
class RunReport;
}

namespace earshot {

// Devices that are run with every packet too, unless something else is asked for.
inline constexpr std::uint32_t kPacketShareDevices = 100;
// More need more memory than it is worth; so has a run of every packet.
inline constexpr std::uint32_t kPacketShareDevicesMax = 10'000;

struct RoundRunOptions {
  std::string out;       // empty: nothing is written
  unsigned threads = 1;  // any number writes the same files
  Duration every{0};     // from the beginning of a round to that of the next; 0: back to back
  std::uint32_t packet_devices = kPacketShareDevices;  // 0: none
  std::string commit;    // of this program, for the report
  // Called now and then with the share of the rounds that has passed; may be empty.
  std::function<void(double share)> on_share;
};

// Runs the fleets of `scenario` (core/locate's measured paths, the server's test of delay) and fills
// `report`: fleets in place of devices. Writes OUT/report.json and OUT/resolved.textproto: the
// scenario with its defaults, which `earshot run` takes again. Where two ways of judging disagree,
// the run has incidents. Errors as RoundWorld::Create, VirtualWorld::Create and PrepareOutFolder;
// kUnavailable when a file cannot be written.
Status RunRounds(const Scenario& scenario, const RoundRunOptions& options, v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_ROUND_RUN_H_
