// server/engine/wake_queue.h: which session wants to be woken when.
#ifndef EARSHOT_SERVER_ENGINE_WAKE_QUEUE_H_
#define EARSHOT_SERVER_ENGINE_WAKE_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace earshot {

// A heap of four branches that knows where each of its members stands, so that a session's wake moves
// without a search. Where it stands is kept by seat, in one small array: a move writes nothing into the
// sessions, which lie scattered. Allocates as it grows; never shrinks. Not thread-safe.
class WakeQueue {
 public:
  // A member's place for as long as it lives; seats are used again.
  using Seat = std::uint32_t;

  Seat TakeSeat();
  // Also forgets the wake.
  void LeaveSeat(Seat seat);

  // Whoever sits at `seat` is to be woken at `at` as `serial`, and no more at its earlier instant.
  void Set(Seat seat, MonotonicInstant at, std::uint64_t serial);

  // The earliest; none: nobody.
  std::optional<MonotonicInstant> Earliest() const;

  struct Wake {
    MonotonicInstant at;
    std::uint64_t serial = 0;
    Seat seat = 0;

    friend bool operator<(const Wake& a, const Wake& b) {
      return a.at != b.at ? a.at < b.at : a.serial < b.serial;
    }
  };
  // Who is due at `now`, by instant and then serial; they stay. Replaces what was in `due`.
  void Due(MonotonicInstant now, std::vector<Wake>* due) const;

 private:
  static constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

  void Put(std::size_t hole, const Wake& wake);
  void Raise(std::size_t hole, const Wake& wake);
  void Sink(std::size_t hole, const Wake& wake);

  std::vector<Wake> heap_;
  std::vector<std::uint32_t> places_;  // in the heap, by seat
  std::vector<Seat> free_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_WAKE_QUEUE_H_
