// core/protocol/train_schedule.h: which index may be sent when. Knows no packets and no keys.
//
// An index is handed out once, in rising order, never again. Before the first answer one train may
// be outstanding, so that an address that vanished after its cookie draws little; after it, as many
// as the terms say. Three trains in a row without any answer end the session.
#ifndef EARSHOT_CORE_PROTOCOL_TRAIN_SCHEDULE_H_
#define EARSHOT_CORE_PROTOCOL_TRAIN_SCHEDULE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/time.h"
#include "core/protocol/session_terms.h"
#include "core/protocol/wire_format.h"

namespace earshot {

class TrainSchedule {
 public:
  // A train is outstanding from Start until every ping of it is answered or `timeout` has passed
  // since its last one was handed out.
  TrainSchedule(const SessionTerms& terms, Duration timeout) : terms_(terms), timeout_(timeout) {}

  // Begins a train whose first ping is due at `now`. False when none may start.
  bool Start(MonotonicInstant now);
  // The index that is due, if any; it is spent.
  std::optional<std::uint32_t> Next(MonotonicInstant now);
  // A valid PONG for `index`, the first one.
  void OnAnswer(std::uint32_t index);
  // Retires trains whose time is over.
  void OnTimer(MonotonicInstant now);

  // When Next or OnTimer has something to do. None: nothing is under way.
  std::optional<MonotonicInstant> NextWake() const;

  // Highest index handed out; 0 before the first.
  std::uint32_t sent() const { return sent_; }
  bool exhausted() const { return sent_ == terms_.chain_length; }
  // The last three trains went wholly unanswered.
  bool unanswered() const { return unanswered_trains_ >= wire::kUnansweredTrainsMax; }

 private:
  struct Train {
    std::uint32_t first = 0;  // indices [first, end)
    std::uint32_t end = 0;
    std::uint32_t answered = 0;
    MonotonicInstant last_sent;
  };
  bool Sending() const { return outstanding_ > 0 && sent_ + 1 < trains_[outstanding_ - 1].end; }
  void Retire(std::size_t position);

  SessionTerms terms_;
  Duration timeout_;
  std::array<Train, wire::kTrainsOutstandingMax> trains_{};  // oldest first
  std::size_t outstanding_ = 0;
  std::uint32_t sent_ = 0;
  std::uint32_t unanswered_trains_ = 0;
  bool validated_ = false;
  MonotonicInstant due_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_TRAIN_SCHEDULE_H_
