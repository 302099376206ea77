// sim/relay/relay.h: the relay on real UDP sockets: a network of modelled delays on one machine.
//
//   agent 127.20.0.1 --> front of sin-1 [ hold ] back of C-0001 --> landmark sin-1
//
// A front is one socket a landmark, a back one socket a device. A packet from an agent's address to
// a front, or from a landmark's endpoint to a back, belongs to one path; anything else is dropped
// and counted.
#ifndef EARSHOT_SIM_RELAY_RELAY_H_
#define EARSHOT_SIM_RELAY_RELAY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "sim/relay/relay_core.h"
#include "sim/relay/relay_plan.h"

namespace earshot {

struct RelaySummary {
  RelayCounts counts;
  std::uint64_t released = 0;
  std::uint64_t unknown_source = 0;   // from nobody in the plan
  std::uint64_t no_destination = 0;   // for an agent that never sent anything
  std::uint64_t send_refused = 0;     // the kernel would not take it
  Duration error_median{0};           // of the moment of release, to 100 ns
  Duration error_p99{0};
  std::string scheduling;             // what the scheduler granted
};

// How long before a release the loop stops sleeping and watches the clock: more than a timer's
// usual lateness here (60 to 125 us).
inline constexpr Duration kRelaySpin = std::chrono::microseconds(150);
// At most this share of the time is spent watching the clock; beyond it the loop sleeps up to the
// deadline and is late by what the timer costs. A relay must leave the processors to the others.
inline constexpr double kRelaySpinShareMax = 0.4;

// One thread calls Run; only Stop may be called from others.
class Relay {
 public:
  // Binds all sockets, creates the truth log, then writes the ready file (lines "landmark-id
  // endpoint" of the fronts). kUnavailable when the machine refuses.
  static Result<std::unique_ptr<Relay>> Open(RelayPlan plan);
  virtual ~Relay() = default;

  // In the order of the plan's fronts and backs.
  virtual std::vector<Endpoint> front_endpoints() const = 0;
  virtual std::vector<Endpoint> back_endpoints() const = 0;

  // Relays until Stop or, when `on_signals`, SIGTERM or SIGINT; writes what is left of the log.
  // Packets still held then are dropped. kUnavailable when the log cannot be written.
  virtual Result<RelaySummary> Run(bool on_signals) = 0;

  // Ends Run. From any thread, any number of times, also before Run.
  virtual void Stop() = 0;
};

// `earshot relay --config FILE`: load, open, run until a signal.
Result<RelaySummary> RunRelay(const std::string& config_path);

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_RELAY_H_
