#include "agent/engine/spin_policy.h"

#include <algorithm>

#include "core/base/check.h"

namespace earshot {
namespace {

constexpr Duration kWindow = std::chrono::seconds(1);

}  // namespace

void SpinPolicy::Resize(std::size_t slots) {
  until_.resize(slots);
  waiting_.reserve(slots);
}

void SpinPolicy::Want(std::uint32_t slot, MonotonicInstant until) {
  EARSHOT_CHECK(slot < until_.size());
  if (until_[slot] == MonotonicInstant()) waiting_.push_back(slot);
  until_[slot] = std::max(until_[slot], until);
}

void SpinPolicy::Charge(MonotonicInstant now) {
  if (now - window_begin_ >= kWindow) {
    window_begin_ = now;
    spent_in_window_ = Duration(0);
  }
  if (!polling_since_.has_value()) return;
  const Duration spent = now - *polling_since_;
  spent_in_window_ += spent;
  spent_ += spent;
  polling_since_.reset();
}

std::span<const std::uint32_t> SpinPolicy::Poll(MonotonicInstant now) {
  Charge(now);
  for (std::size_t i = 0; i < waiting_.size();) {
    const std::uint32_t slot = waiting_[i];
    const bool over = until_[slot] <= now;
    const bool unaffordable = spent_in_window_ >= budget_;
    if (over || unaffordable) {
      if (!over) ++refused_;
      until_[slot] = MonotonicInstant();
      waiting_[i] = waiting_.back();
      waiting_.pop_back();
    } else {
      ++i;
    }
  }
  if (!waiting_.empty()) polling_since_ = now;
  return waiting_;
}

}  // namespace earshot
