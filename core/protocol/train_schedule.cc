#include "core/protocol/train_schedule.h"

#include <algorithm>

#include "core/base/check.h"

namespace earshot {

bool TrainSchedule::Start(MonotonicInstant now) {
  OnTimer(now);
  const std::size_t allowed = validated_ ? terms_.trains_outstanding : 1;
  if (exhausted() || unanswered() || Sending() || outstanding_ >= allowed) return false;
  const std::uint32_t first = sent_ + 1;
  const std::uint32_t end =
      std::min<std::uint32_t>(first + terms_.train_length, std::uint32_t{terms_.chain_length} + 1);
  trains_[outstanding_++] = {.first = first, .end = end, .answered = 0, .last_sent = now};
  due_ = now;
  return true;
}

std::optional<std::uint32_t> TrainSchedule::Next(MonotonicInstant now) {
  if (!Sending() || now < due_) return std::nullopt;
  trains_[outstanding_ - 1].last_sent = now;
  due_ = now + terms_.gap;
  return ++sent_;
}

void TrainSchedule::OnAnswer(std::uint32_t index) {
  validated_ = true;
  unanswered_trains_ = 0;
  for (std::size_t i = 0; i < outstanding_; ++i) {
    Train& train = trains_[i];
    if (index < train.first || index >= train.end) continue;
    if (++train.answered == train.end - train.first) Retire(i);
    return;
  }
}

void TrainSchedule::OnTimer(MonotonicInstant now) {
  while (outstanding_ > 0) {
    const Train& oldest = trains_[0];
    const bool being_sent = outstanding_ == 1 && Sending();
    if (being_sent || now - oldest.last_sent < timeout_) return;
    if (oldest.answered == 0) ++unanswered_trains_;
    Retire(0);
  }
}

std::optional<MonotonicInstant> TrainSchedule::NextWake() const {
  if (Sending()) return due_;
  if (outstanding_ == 0) return std::nullopt;
  return trains_[0].last_sent + timeout_;
}

void TrainSchedule::Retire(std::size_t position) {
  EARSHOT_CHECK(position < outstanding_);
  for (std::size_t i = position + 1; i < outstanding_; ++i) trains_[i - 1] = trains_[i];
  --outstanding_;
}

}  // namespace earshot
