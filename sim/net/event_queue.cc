#include "sim/net/event_queue.h"

#include <algorithm>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr std::size_t kBranches = 4;

}  // namespace

void EventQueue::Push(const QueuedEvent& event) {
  std::size_t hole = heap_.size();
  heap_.push_back(event);
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / kBranches;
    if (heap_[parent].order < event.order) break;
    heap_[hole] = heap_[parent];
    hole = parent;
  }
  heap_[hole] = event;
}

const QueuedEvent& EventQueue::Top() const {
  EARSHOT_CHECK(!heap_.empty());
  return heap_.front();
}

QueuedEvent EventQueue::Pop() {
  EARSHOT_CHECK(!heap_.empty());
  const QueuedEvent earliest = heap_.front();
  const QueuedEvent moved = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return earliest;
  std::size_t hole = 0;
  while (true) {
    const std::size_t first = hole * kBranches + 1;
    if (first >= heap_.size()) break;
    const std::size_t end = std::min(first + kBranches, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (heap_[child].order < heap_[least].order) least = child;
    }
    if (moved.order < heap_[least].order) break;
    heap_[hole] = heap_[least];
    hole = least;
  }
  heap_[hole] = moved;
  return earliest;
}

}  // namespace earshot
