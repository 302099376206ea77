// sim/live/watch.h: waiting for files to appear and processes to end, without sleeping blindly.
#ifndef EARSHOT_SIM_LIVE_WATCH_H_
#define EARSHOT_SIM_LIVE_WATCH_H_

#include <signal.h>

#include <memory>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/os/files.h"

namespace earshot {

// Wakes its thread when a file of one folder appears or changes, when one of several descriptors
// becomes readable, when the process is asked to stop (SIGTERM, SIGINT), or when the time is up.
// While it lives, those two signals are blocked in the thread that made it and come here; the old
// mask returns when it dies. Confined to that thread.
class Watch {
 public:
  // kUnavailable when the folder cannot be watched.
  static Result<std::unique_ptr<Watch>> Create(const std::string& folder);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Returns after the first of these events, or after `patience`. May return early for no reason:
  // the caller looks again.
  void Wait(std::span<const int> descriptors, Duration patience);

  // Whether SIGTERM or SIGINT has come.
  bool interrupted() const { return interrupted_; }

 private:
  Watch() = default;

  UniqueFd folder_;
  UniqueFd signals_;
  sigset_t old_mask_{};
  bool interrupted_ = false;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_WATCH_H_
