// sim/net/event_queue.h: what happens next in virtual time.
#ifndef EARSHOT_SIM_NET_EVENT_QUEUE_H_
#define EARSHOT_SIM_NET_EVENT_QUEUE_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "core/base/time.h"

namespace earshot {

// The order of everything: by instant, then by the entity that caused it, then by that entity's own
// count. A total order that does not depend on how the queue is laid out, nor on the entities of
// other queues.
struct EventOrder {
  MonotonicInstant at;
  std::uint32_t entity = 0;
  std::uint64_t number = 0;

  friend auto operator<=>(const EventOrder&, const EventOrder&) = default;
};

// An event is its order and a number that its owner understands.
struct QueuedEvent {
  EventOrder order;
  std::uint64_t payload = 0;
};

// A heap of four branches: half the levels of a binary one, and the four children share a cache
// line or two. Not thread-safe. Allocates as it grows; never shrinks.
class EventQueue {
 public:
  // The orders in a queue must differ.
  void Push(const QueuedEvent& event);

  void Clear() { heap_.clear(); }
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  // The earliest. The queue must not be empty (CHECK).
  const QueuedEvent& Top() const;
  QueuedEvent Pop();

 private:
  std::vector<QueuedEvent> heap_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_NET_EVENT_QUEUE_H_
