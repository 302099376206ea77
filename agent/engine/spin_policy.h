// agent/engine/spin_policy.h: when the rim should poll without sleeping, and when it must not.
//
// A sleeping process answers 60 to 125 us late, and far later under load. So after the first ping
// of a train the rim polls until the train is over. Polling costs a core; the budget keeps a
// landmark that pings without pause from taking it.
#ifndef EARSHOT_AGENT_ENGINE_SPIN_POLICY_H_
#define EARSHOT_AGENT_ENGINE_SPIN_POLICY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/time.h"

namespace earshot {

// Slots are the owner's numbering: one per socket. Nothing is allocated after Resize. Confined to
// one thread.
class SpinPolicy {
 public:
  // At most `budget` of polling in each second.
  explicit SpinPolicy(Duration budget) : budget_(budget) {}

  // Slots are numbered [0, slots).
  void Resize(std::size_t slots);

  // `slot` expects the rest of a train until `until`. A wish is only ever prolonged.
  void Want(std::uint32_t slot, MonotonicInstant until);

  // The slots to poll now, in no particular order; empty: sleep. Call it once a pass of polling:
  // the time since the last call that said "poll" is charged to the budget. The view is valid until
  // the next call of any member.
  std::span<const std::uint32_t> Poll(MonotonicInstant now);

  // Time spent polling so far.
  Duration spent() const { return spent_; }
  // Trains for which the budget was used up.
  std::uint64_t refused() const { return refused_; }

 private:
  void Charge(MonotonicInstant now);

  Duration budget_;
  std::vector<std::uint32_t> waiting_;      // slots with a wish
  std::vector<MonotonicInstant> until_;     // by slot; the origin when there is no wish
  std::optional<MonotonicInstant> polling_since_;
  MonotonicInstant window_begin_;
  Duration spent_in_window_{0};
  Duration spent_{0};
  std::uint64_t refused_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_ENGINE_SPIN_POLICY_H_
