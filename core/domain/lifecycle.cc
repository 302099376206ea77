#include "core/domain/lifecycle.h"

#include "core/base/check.h"

namespace earshot {

std::string_view LifecycleStateName(LifecycleState state) {
  switch (state) {
    case LifecycleState::kOrdered: return "ordered";
    case LifecycleState::kInTransit: return "in_transit";
    case LifecycleState::kInstalled: return "installed";
    case LifecycleState::kAnswering: return "answering";
    case LifecycleState::kLate: return "late";
    case LifecycleState::kDark: return "dark";
    case LifecycleState::kRetired: return "retired";
  }
  EARSHOT_CHECK(false);
}

LifecycleState StateAt(const LifeMoments& life, const LifeSigns& signs, Duration at) {
  if (life.RetiredAt(at)) return LifecycleState::kRetired;
  if (!life.DueAt(at)) {
    return at < life.shipped ? LifecycleState::kOrdered : LifecycleState::kInTransit;
  }
  if (signs.past_deadline) return LifecycleState::kDark;
  if (signs.answered) return LifecycleState::kAnswering;
  return signs.ever_answered ? LifecycleState::kLate : LifecycleState::kInstalled;
}

}  // namespace earshot
