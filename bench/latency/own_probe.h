// bench/latency/own_probe.h: our own measurement, with the code that measures in production: a
// landmark engine on its stamped socket, an agent process, real keys, keyed pongs, signed receipts.
#ifndef EARSHOT_BENCH_LATENCY_OWN_PROBE_H_
#define EARSHOT_BENCH_LATENCY_OWN_PROBE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/sample.h"

namespace earshot {

// Where both sides stand. Namespaces are descriptors, -1: the caller's; cores -1: any.
struct ProbePlaces {
  int landmark_namespace = -1;
  int agent_namespace = -1;
  std::uint32_t landmark_address = 0x7f000001;  // host byte order
  std::uint32_t agent_address = 0x7f140001;
  int landmark_core = -1;
  int agent_core = -1;
};

struct ProbeForm {
  std::uint8_t train_length = 5;                     // 1: single pings
  Duration gap = std::chrono::microseconds(200);     // within a train
  Duration interval = std::chrono::milliseconds(10); // from train to train
  std::uint32_t trains = 100;
  // Resolves without this kernel's stamps, as on a machine that has none.
  bool kernel_stamps = true;
};

// One answered ping, timed both ways over the same two packets.
struct TimedPing {
  std::uint64_t session = 0;
  std::uint32_t round = 0;  // of the session
  Sample sample;  // as production resolves it; sample.index names it within the round
  Rtt user;       // from the clock readings around the two calls alone
};

struct ProbeRun {
  std::vector<std::vector<TimedPing>> trains;  // those with an answer, in the order of sending
  std::uint32_t pings_sent = 0;
  std::uint32_t pings_answered = 0;
  std::uint32_t rounds_unclosed = 0;  // whose EVIDENCE did not come in time
  std::string landmark_scheduling;  // as granted: "SCHED_FIFO 40", "SCHED_OTHER (... refused)"
  std::string agent_scheduling;
};

class ProbeBench {
 public:
  // Makes the keys. `folder` exists and takes the agent's list, counter and log.
  static Result<std::unique_ptr<ProbeBench>> Create(const ProbePlaces& places, std::string folder);
  virtual ~ProbeBench() = default;

  // Goes from round to round of one session until `form.trains` trains were sent. Both sides ask for
  // SCHED_FIFO at `priority` (0: the ordinary class). The calling thread is the landmark meanwhile;
  // its core and class are given back. kUnavailable when no session opens within ten seconds.
  virtual Result<ProbeRun> Run(const ProbeForm& form, unsigned priority) = 0;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_OWN_PROBE_H_
