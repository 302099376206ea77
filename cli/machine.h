// cli/machine.h: what this machine can do for timing, measured.
#ifndef EARSHOT_CLI_MACHINE_H_
#define EARSHOT_CLI_MACHINE_H_

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/latency/statistics.h"

namespace earshot {

// The quickest answer of each of many trains over loopback, with an answering thread that wakes for
// the first ping and then watches its socket as an agent does. Loopback has no length, so all of it
// is error that a bound pays for.
struct LoopbackTrains {
  bool kernel_transmit_stamps = false;
  bool kernel_receive_stamps = false;
  std::string scheduling;  // what the answering thread was granted
  std::uint32_t trains = 0;
  Rtt least;
  Rtt median;
  Rtt p99;
  Rtt first_ping_median;  // of single pings: what wake-up costs without a train
  TaintSummary taint;
};

// Takes about a second. kUnavailable when sockets or threads are refused.
Result<LoopbackTrains> MeasureLoopbackTrains();

// How much later than asked a sleep of one millisecond ends, at the median of 200.
Duration MeasureTimerLateness();

// Whether a child of this process may have network namespaces of its own.
bool NetworkNamespacesWork();

// Processors this process may run on.
unsigned UsableCores();

}  // namespace earshot

#endif  // EARSHOT_CLI_MACHINE_H_
