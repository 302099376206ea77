// cli/fleet_text.h: a run of rounds as a person reads it in a terminal.
#ifndef EARSHOT_CLI_FLEET_TEXT_H_
#define EARSHOT_CLI_FLEET_TEXT_H_

#include <string>

#include "cli/console.h"

namespace earshot::v1 {
class RunReport;
}

namespace earshot {

// Each fleet with what its devices were found to be, in the last round and ever; what the run was
// made of; how it compares with its share of packets; assumptions and finding.
std::string FleetRunText(const v1::RunReport& report, const Console& console);

}  // namespace earshot

#endif  // EARSHOT_CLI_FLEET_TEXT_H_
