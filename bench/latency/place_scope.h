// bench/latency/place_scope.h: one core and one scheduling class for the calling thread, for a while.
#ifndef EARSHOT_BENCH_LATENCY_PLACE_SCOPE_H_
#define EARSHOT_BENCH_LATENCY_PLACE_SCOPE_H_

#include <sched.h>

#include <string>

#include "core/os/process.h"

namespace earshot {

// Pins the calling thread to `core` (-1: leaves it) and asks for SCHED_FIFO at `priority` (0: the
// ordinary class). Gives both back when it dies.
class PlaceScope {
 public:
  PlaceScope(int core, unsigned priority) {
    sched_getaffinity(0, sizeof cores_before_, &cores_before_);
    policy_before_ = sched_getscheduler(0);
    sched_getparam(0, &parameters_before_);
    if (core >= 0) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(static_cast<std::size_t>(core), &one);
      sched_setaffinity(0, sizeof one, &one);
    }
    scheduling_ = RequestScheduling(priority).value_or("SCHED_OTHER");
  }
  PlaceScope(const PlaceScope&) = delete;
  PlaceScope& operator=(const PlaceScope&) = delete;
  ~PlaceScope() {
    sched_setscheduler(0, policy_before_, &parameters_before_);
    sched_setaffinity(0, sizeof cores_before_, &cores_before_);
  }

  // What the scheduler granted, in words.
  const std::string& scheduling() const { return scheduling_; }

 private:
  cpu_set_t cores_before_{};
  int policy_before_ = SCHED_OTHER;
  sched_param parameters_before_{};
  std::string scheduling_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_PLACE_SCOPE_H_
