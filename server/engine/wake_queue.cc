#include "server/engine/wake_queue.h"

#include <algorithm>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr std::size_t kBranches = 4;

std::size_t ParentOf(std::size_t place) { return (place - 1) / kBranches; }

}  // namespace

WakeQueue::Seat WakeQueue::TakeSeat() {
  if (free_.empty()) {
    free_.push_back(static_cast<Seat>(places_.size()));
    places_.push_back(kNowhere);
  }
  const Seat seat = free_.back();
  free_.pop_back();
  return seat;
}

void WakeQueue::LeaveSeat(Seat seat) {
  const std::uint32_t place = places_.at(seat);
  places_[seat] = kNowhere;
  free_.push_back(seat);
  if (place == kNowhere) return;
  const Wake last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  if (place > 0 && last < heap_[ParentOf(place)]) {
    Raise(place, last);
  } else {
    Sink(place, last);
  }
}

void WakeQueue::Set(Seat seat, MonotonicInstant at, std::uint64_t serial) {
  const Wake wake{at, serial, seat};
  const std::uint32_t place = places_.at(seat);
  if (place == kNowhere) {
    heap_.push_back(wake);
    Raise(heap_.size() - 1, wake);
  } else if (wake < heap_[place]) {
    Raise(place, wake);
  } else {
    Sink(place, wake);
  }
}

std::optional<MonotonicInstant> WakeQueue::Earliest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

void WakeQueue::Due(MonotonicInstant now, std::vector<Wake>* due) const {
  due->clear();
  if (!heap_.empty() && heap_.front().at <= now) due->push_back(heap_.front());
  // Whoever is due has a parent that is.
  for (std::size_t i = 0; i < due->size(); ++i) {
    const std::size_t first = places_[(*due)[i].seat] * kBranches + 1;
    for (std::size_t child = first; child < std::min(first + kBranches, heap_.size()); ++child) {
      if (heap_[child].at <= now) due->push_back(heap_[child]);
    }
  }
  std::ranges::sort(*due, [](const Wake& a, const Wake& b) { return a < b; });
}

void WakeQueue::Put(std::size_t hole, const Wake& wake) {
  heap_[hole] = wake;
  places_[wake.seat] = static_cast<std::uint32_t>(hole);
}

void WakeQueue::Raise(std::size_t hole, const Wake& wake) {
  while (hole > 0 && wake < heap_[ParentOf(hole)]) {
    Put(hole, heap_[ParentOf(hole)]);
    hole = ParentOf(hole);
  }
  Put(hole, wake);
}

void WakeQueue::Sink(std::size_t hole, const Wake& wake) {
  while (true) {
    const std::size_t first = hole * kBranches + 1;
    if (first >= heap_.size()) break;
    const std::size_t end = std::min(first + kBranches, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (heap_[child] < heap_[least]) least = child;
    }
    if (wake < heap_[least]) break;
    Put(hole, heap_[least]);
    hole = least;
  }
  Put(hole, wake);
}

}  // namespace earshot
